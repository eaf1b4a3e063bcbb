/* SPDX-License-Identifier: Apache-2.0 */
/* What is printed from the table of commands: help, the manual page, completion. */
#include "host/cli/cmds.h"

/* What an option means. For one command (or group of them) first, then for all; `docs/man/dregg.1` is printed from
 * it. */
static const struct option_text {
    const char *command; /* the command's name begins with this; "": any */
    const char *name;
    const char *value; /* "": a flag */
    const char *help;
} option_texts[] = {
    {"cell new", "by", "AGENT", "the cell that makes it and pays"},
    {"cell new", "owner", "KEY", "the key that owns it (default: the one of its own name)"},
    {"cell new", "new-key", "", "make that key now"},
    {"cell new", "keyless", "", "nobody's key: it is used through capabilities alone"},
    {"cell new", "slots", "N", "room for capabilities (0 to 255, default 8)"},
    {"cell new", "fields", "N", "room for values (0 to 1024, default 16)"},
    {"cell new", "give", "AMOUNT", "move this much to it in the same turn"},
    {"cell new", "asset", "native|own|CELL", "what its balance counts (default native)"},
    {"cell new", "open-for-me", "N", "its first N slots are open for the maker"},
    {"cell new", "root-slot", "SLOT", "the maker's slot that gets the first capability to it"},
    {"cell new", "root-rights", "RIGHTS", "that capability's rights (default all)"},
    {"prove", "slot", "SLOT", "prove what this slot holds"},
    {"prove", "field", "KEY", "prove what this field holds"},
    {"prove", "absent", "", "prove that there is no such cell"},
    {"prove", "out", "FILE", "where the proof goes"},
    {"prove", "profile", "NAME", "P100 (default), P128, U100 or P100F: docs/spec/stark.md"},
    {"prove chain", "rights", "RIGHTS", "prove that the capability has at least these"},
    {"prove receipts", "agent", "CELL", "the receipts of one agent, FIRST being its nonce"},
    {"prove", "threads", "N", "hands that the prover has (default 1); the proof is the same"},
    {"prove delegation", "points", "", "the smaller statement: the turn made this record (DELEG-P)"},
    {"verify", "root", "HEX", "the root that you trust"},
    {"verify", "receipt", "HEX", "the receipt's hash that you trust"},
    {"verify", "from", "HEX", "the receipt's hash that the proof must begin with"},
    {"verify", "absent", "CELL", "the cell that must not be there"},
    {"lift", "commit", "HEX", "the commitment to the group's next key, which field GROUP takes"},
    {"directory", "version", "N", "the version that the name must have (default: the one that it has now)"},
    {"directory", "slot", "SLOT", "the agent's slot with a capability to the directory's method"},
    {"checkpoint", "restart", "", "and begin the next log"},
    {"thaw", "attested", "HEX", "the receipt's hash, from somebody that you trust"},
    {"thaw", "floor", "SEQ", "refuse a checkpoint before this seq"},
    {"init", "treasury", "KEY", "the key of the first cell, which has everything (default treasury)"},
    {"init", "supply", "AMOUNT", "how much there is (default 10^15)"},
    {"init", "fee", "AMOUNT", "what a turn costs at least (default 0)"},
    {"replay", "fast", "", "apply what was written, from the newest checkpoint, and run nothing again"},
    {"replay", "expect-receipt", "HEX", "refuse a store that does not hold this receipt"},
    {"bench", "turns", "N", "how many (default 10000)"},
    {"bench", "window", "N", "how many are under way at once (default 512); 1: one at a time"},
    {"bench", "remember", "FILE", "keep what was acknowledged, for `dregg recall`"},
    {"token limits", "allowance", "AMOUNT", "the allowance of the limits (default unmetered)"},
    {"token mint", "key", "NAME", "the key file that signs the token"},
    {"token third-party", "key", "NAME", "the third party's key file"},
    {"token mint", "right", "RESOURCE=ACTIONS", "grant actions on a resource"},
    {"token mint", "under", "PREFIX=ACTIONS", "grant actions on everything under a prefix"},
    {"token mint", "any", "ACTIONS", "grant actions on everything"},
    {"token mint", "subject", "TEXT", "whom the token is for"},
    {"token", "signature-version", "0|1", "how blocks are signed (default: as the specification says)"},
    {"token mint", "root-key-id", "N", "which of the issuer's keys signs"},
    {"token keypair", "algorithm", "ed25519|secp256r1", "the kind of key (default ed25519)"},
    {"token", "out", "FILE", "where the token goes (default: standard output)"},
    {"token", "raw", "", "bytes, not base64url"},
    {"token", "prefix", "TEXT", "only resources that begin with this"},
    {"token", "id", "TEXT", "only this resource"},
    {"token", "actions", "ACTIONS", "only these actions"},
    {"token", "until", "TIME", "only until then: 2026-12-31, a number, 30d, 12h, 15m, 90s"},
    {"token", "fields", "LO-HI", "only these fields"},
    {"token", "methods", "LIST", "only these methods"},
    {"token", "root", "KEY", "the issuer's public key"},
    {"token", "action", "ACTION", "what is asked"},
    {"token", "resource", "TEXT", "on what"},
    {"token", "time", "TIME", "at what time (default now)"},
    {"token", "role", "TEXT", "the caller's role"},
    {"token", "relation", "TEXT", "the table that is asked for"},
    {"token", "database", "TEXT", "the database that is asked for"},
    {"token", "attr", "NAME=VALUE", "an attribute of the resource"},
    {"token", "amount", "N", "the amount that is asked for"},
    {"token", "field", "KEY", "the field that is asked for"},
    {"token", "method", "N", "the method that is asked for"},
    {"token", "code", "FILE", "a program in Biscuit's language"},
    {"token", "datalog", "TEXT", "the same, on the command line"},
    {"token", "revoked", "FILE", "revocation identifiers, one a line"},
    {"", "slot", "SLOT", "act through the capability in this slot of the agent…"},
    {"", "of", "CELL", "…whose target must be this cell"},
    {"", "key", "KEY", "sign with this key (default: the one of the agent's name)"},
    {"", "fee", "AMOUNT", "the most that the turn may cost (default: whatever it costs)"},
    {"", "valid-until", "SECONDS", "refuse the turn after this time (seconds since 1970)"},
    {"", "rights", "RIGHTS",
     "read, invoke, write, send, grant, spawn, notify, mint, life, admin, or all (default read)"},
    {"", "methods", "MASK", "bits of the methods (default all)"},
    {"", "badge", "N", "a number that the target sees (default 0: none)"},
    {"", "expiry", "SECONDS|+SECONDS", "dead after this time, or so long from now"},
    {"", "max-amount", "AMOUNT", "the most that one use may move"},
    {"", "allowance", "AMOUNT", "the most that all uses together may move"},
    {"", "group", "N", "the group (0 to 7) whose lift ends it"},
    {"", "fields", "LO-HI", "keys from LO up to but not with HI"},
    {"", "max-cells", "N", "memory for so many cells (default 65536)"},
    {"", "log-mib", "N", "the size of one log (default 256)"},
};

/* The next option of a command's list: its name's length, whether it takes a value; false at the end. */
static bool next_option(const char **at, const char **name, size_t *n, bool *value)
{
    while (**at == ' ') {
        (*at)++;
    }
    *name = *at;
    *n = strcspn(*at, " ");
    *at += *n;
    if (*n == 0) {
        return false;
    }
    *value = (*name)[*n - 1U] == '=';
    *n -= *value ? 1U : 0U;
    return true;
}

static const struct option_text *text_of(const struct command *c, const char *name, size_t n)
{
    for (size_t i = 0; i < FM_ARRAY_LEN(option_texts); i++) {
        const struct option_text *t = &option_texts[i];

        if (strncmp(c->name, t->command, strlen(t->command)) == 0 && strlen(t->name) == n &&
            strncmp(t->name, name, n) == 0) {
            return t;
        }
    }
    return NULL;
}

void help_all(void)
{
    puts("usage: dregg [--node ADDRESS] [--json] COMMAND …\n\n"
         "ADDRESS is a node's socket, or tcp:PORT (default: $DREGG_NODE). Keys and names live in "
         "$DREGG_HOME.\n"
         "Cells are named by the address book, by 64 hexadecimal digits, or: native, treasury, "
         "factory-dir.\n");
    for (int i = 0; i < ncommands; i++) {
        char left[80];

        snprintf(left, sizeof left, "%s %s", commands[i].name, commands[i].words);
        printf("  %-38s %s\n", left, commands[i].help);
    }
    puts("\nTokens are read from a file or from standard input, never from the command line.\n"
         "dregg COMMAND --help tells a command's options. Exit status: 0 done, 2 usage, 11 "
         "refused, 12 malformed, 13 a limit,\n"
         "14 wrong moment, 15 input or output, 16 our own fault.");
}

bool help_group(const char *group)
{
    size_t n = strlen(group);
    bool found = false;

    for (int i = 0; i < ncommands; i++) {
        if (strncmp(commands[i].name, group, n) == 0 && commands[i].name[n] == ' ') {
            printf("%s  dregg %s %s\n      %s\n", found ? "" : "usage:\n", commands[i].name, commands[i].words,
                   commands[i].help);
            found = true;
        }
    }
    return found;
}

void help_command(const struct command *c)
{
    const char *at = c->options;
    const char *name;
    size_t n;
    bool value;

    printf("usage: dregg %s%s%s%s\n\n  %s\n\n",
           c->name, c->words[0] != '\0' ? " " : "", c->words, c->options[0] != '\0' ? " [options]" : "", c->help);
    while (next_option(&at, &name, &n, &value)) {
        const struct option_text *t = text_of(c, name, n);
        char left[64];

        snprintf(left, sizeof left, "--%.*s %s", (int)n, name, t != NULL ? t->value : value ? "…" : "");
        printf("  %-28s %s\n", left, t != NULL ? t->help : "");
    }
    printf("  %-28s %s\n  %-28s %s\n", "--json", "answer as one JSON object", "--node ADDRESS",
           "the node's socket, or tcp:PORT");
}

/* ------------------------------------------------------------------ the manual page */

/* Text for roff: dashes and backslashes escaped. */
static void roff(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (n - i >= 3U && memcmp(text + i, "…", 3) == 0) {
            fputs(i == 0 ? "\\&..." : "...", stdout); /* a dot at the start would be a macro */
            i += 2;
            continue;
        }
        if (text[i] == '-' || text[i] == '\\') {
            putchar('\\');
        }
        putchar(text[i]);
    }
}

static void roff_command(const struct command *c)
{
    const char *at = c->options;
    const char *name;
    size_t n;
    bool value;

    printf(".SS dregg ");
    roff(c->name, strlen(c->name));
    printf("%s", c->words[0] != '\0' ? " " : "");
    roff(c->words, strlen(c->words));
    printf("\n");
    roff(c->help, strlen(c->help));
    printf(".\n");
    while (next_option(&at, &name, &n, &value)) {
        const struct option_text *t = text_of(c, name, n);

        printf(".TP\n\\fB\\-\\-");
        roff(name, n);
        printf("\\fR");
        if (t != NULL && t->value[0] != '\0') {
            printf(" \\fI");
            roff(t->value, strlen(t->value));
            printf("\\fR");
        }
        printf("\n");
        if (t != NULL) {
            roff(t->help, strlen(t->help));
        }
        printf("\n");
    }
}

int cmd_manual(const struct args *a)
{
    (void)a;
    for (int i = 0; i < ncommands; i++) {
        if (strncmp(commands[i].name, "token ", 6) != 0) { /* dregg-token(1) */
            roff_command(&commands[i]);
        }
    }
    return 0;
}

/* ------------------------------------------------------------------ completion */

static void print_options(const struct command *c)
{
    const char *at = c->options;
    const char *name;
    size_t n;
    bool value;

    while (next_option(&at, &name, &n, &value)) {
        printf("--%.*s ", (int)n, name);
    }
}

int cmd_completion(const struct args *a)
{
    (void)a;
    puts("# bash completion for dregg: source <(dregg completion)\n"
         "declare -A _dregg_options=(");
    for (int i = 0; i < ncommands; i++) {
        printf("    ['%s']='", commands[i].name);
        print_options(&commands[i]);
        puts("--json --node --help'");
    }
    puts(")\n"
         "_dregg() {\n"
         "    local cur=${COMP_WORDS[COMP_CWORD]} words=() found=() word command options='' name IFS=$' \\t\\n'\n"
         "    for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do [[ $word == --json ]] || words+=(\"$word\"); done\n"
         "    for command in \"${words[*]:0:2}\" \"${words[0]:-}\"; do\n"
         "        [[ -z $command || -n $options ]] || options=${_dregg_options[$command]:-}\n"
         "    done\n"
         "    if [[ ${#words[@]} -eq 0 ]]; then\n"
         "        found=(--json --node --help --version)\n"
         "        for name in \"${!_dregg_options[@]}\"; do found+=(\"${name%% *}\"); done\n"
         "    elif [[ ${#words[@]} -eq 1 && $cur != -* ]]; then\n"
         "        for name in \"${!_dregg_options[@]}\"; do\n"
         "            [[ $name != \"${words[0]} \"* ]] || found+=(\"${name#* }\")\n"
         "        done\n"
         "    fi\n"
         "    if [[ $cur == -* && -n $options ]]; then\n"
         "        read -ra found <<<\"$options\"\n"
         "    elif [[ -n $options ]]; then\n"
         "        for name in \"${DREGG_HOME:-$HOME/.dregg}\"/cells/*; do\n"
         "            [[ ! -e $name ]] || found+=(\"${name##*/}\")\n"
         "        done\n"
         "        found+=(native treasury factory-dir)\n"
         "    fi\n"
         "    mapfile -t COMPREPLY < <(compgen -W \"${found[*]}\" -- \"$cur\" | sort -u)\n"
         "}\n"
         "complete -o default -F _dregg dregg");
    return 0;
}
