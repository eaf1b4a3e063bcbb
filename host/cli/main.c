/* SPDX-License-Identifier: Apache-2.0 */
/* dregg: one table of commands; checking of options, help, manual and completion (help.c) come from it. */
#include "host/cli/cmd_token.h"
#include "host/cli/cmds.h"
#include "host/cli/stark.h"

#include <stdlib.h>

#define FRAME "slot= of= key= fee= valid-until="
#define OUT "out= raw"
#define NARROW "prefix= id= actions= until= max-amount= fields= methods="
#define ASK                                                                                        \
    "root= action= resource= time= role= relation= database= attr= amount= field= method= code= "   \
    "datalog= revoked="
#define LIMITS "rights= methods= badge= fields= expiry= max-amount= allowance= group="

const struct command commands[] = {
    {"key new", "NAME", "", "make a key, kept in a file that only you can read", 1, 1, cmd_key_new},
    {"key list", "", "", "the keys that are here", 0, 0, cmd_key_list},
    {"key show", "NAME", "", "the public half of a key", 1, 1, cmd_key_show},
    {"init", "DIR", "treasury= supply= fee= max-cells= log-mib=", "make a store with a new ledger",
     1, 1, cmd_init},
    {"cell new", "NAME",
     "by= owner= new-key keyless slots= fields= give= asset= open-for-me= root-slot= "
     "root-rights= " FRAME,
     "make a cell; --slot and --of make it a child of a factory", 1, 1, cmd_cell_new},
    {"cell add", "NAME ID", "", "give a name to a cell that somebody else made", 2, 2,
     cmd_cell_add},
    {"open", "AGENT SLOT GIVER", FRAME, "open an own slot for a giver", 3, 3, cmd_open},
    {"grant", "AGENT TO TOSLOT", LIMITS " " FRAME,
     "give authority over the own cell (or over what --slot --of holds)", 3, 3, cmd_grant},
    {"delegate", "AGENT TO TOSLOT", LIMITS " " FRAME,
     "pass on, never wider, what --slot --of holds", 3, 3, cmd_delegate},
    {"attenuate", "AGENT NEWSLOT", LIMITS " " FRAME, "make a narrower capability in an own slot", 2,
     2, cmd_attenuate},
    {"revoke", "AGENT SLOT", FRAME, "kill every descendant of a slot; the own one stays", 2, 2,
     cmd_revoke},
    {"drop", "AGENT SLOT", FRAME, "forget a slot; descendants die too", 2, 2, cmd_drop},
    {"lift", "AGENT GROUP", "commit= " FRAME, "raise a group's epoch: all its capabilities die", 2,
     2, cmd_lift},
    {"invoke", "AGENT METHOD KEY=VALUE…", FRAME, "call a method of a factory's child", 3, 10,
     cmd_invoke},
    {"set", "AGENT KEY=VALUE…", FRAME, "write fields", 2, 9, cmd_set},
    {"transfer", "AGENT TO AMOUNT", FRAME, "move value", 3, 3, cmd_transfer},
    {"event", "AGENT TEXT", FRAME, "leave an event in the receipt", 2, 2, cmd_event},
    {"seal", "AGENT", FRAME, "suspend the cell that --slot --of names", 1, 1, cmd_seal},
    {"unseal", "AGENT", FRAME, "wake it again", 1, 1, cmd_unseal},
    {"fix", "AGENT", FRAME, "freeze a cell's fields for ever, so that it may be a factory", 1, 1,
     cmd_fix},
    {"destroy", "AGENT", FRAME, "end a cell", 1, 1, cmd_destroy},
    {"rotate", "AGENT NEWKEY", FRAME, "give the agent's cell another key", 2, 2, cmd_rotate},
    {"directory bind", "AGENT DIR NAME CELL", "version= slot= key= fee= valid-until=",
     "bind a name, if the version is right", 4, 4, cmd_dir_bind},
    {"directory unbind", "AGENT DIR NAME", "version= slot= key= fee= valid-until=", "free a name",
     3, 3, cmd_dir_unbind},
    {"directory lookup", "DIR NAME", "", "what a name is bound to", 2, 2, cmd_dir_lookup},
    {"directory list", "DIR", "", "all names", 1, 1, cmd_dir_list},
    {"show head", "", "", "the ledger's head: seq, root, last receipt", 0, 0, cmd_show_head},
    {"show cell", "CELL", "", "a cell with its values and capabilities", 1, 1, cmd_show_cell},
    {"show caps", "CELL", "", "a cell's capabilities", 1, 1, cmd_show_caps},
    {"show receipt", "SEQ|HASH|AGENT NONCE", "", "a receipt by its seq, by its hash, or by agent and nonce", 1, 2,
     cmd_show_receipt},
    {"show metrics", "", "", "the node's counters", 0, 0, cmd_show_metrics},
    {"prove", "CELL", "out= slot= field= absent",
     "a proof about a cell, slot or field, into a file", 1, 1, cmd_prove},
    {"prove member", "CELL SLOT", "out= profile= threads=", "a STARK that a slot of a cell holds its record", 2, 2,
     cmd_prove_member},
    {"prove chain", "HOLDER SLOT", "out= profile= threads= rights=",
     "a STARK that a capability is valid, with its whole chain", 2, 2, cmd_prove_chain},
    {"prove receipts", "FIRST COUNT", "out= profile= threads= agent=",
     "a STARK that receipts follow each other, from a seq; or --agent's, from a nonce", 2, 2, cmd_prove_receipts},
    {"prove delegation", "DIR SEQ", "out= profile= threads= points max-cells=",
     "a STARK of a delegation turn, from the log of a stopped store", 2, 2, cmd_prove_delegation},
    {"verify", "FILE", "root= receipt= from= absent=",
     "check a proof, from it and a root (or a receipt's hash) alone", 1, 1, cmd_verify},
    {"checkpoint", "", "restart", "let the node take a checkpoint", 0, 0, cmd_checkpoint},
    {"ship", "FILE", "", "fetch a checkpoint of the whole ledger into a file", 1, 1, cmd_ship},
    {"thaw", "FILE DIR", "attested= floor= max-cells= log-mib=",
     "make a store, as a fork, of a shipped checkpoint", 2, 2, cmd_thaw},
    {"replay", "DIR", "fast expect-receipt= max-cells= log-mib=",
     "open a stopped store and run every logged turn again", 1, 1, cmd_replay},
    {"bench", "AGENT TO", "turns= window= remember= " FRAME, "load the node with signed transfers",
     2, 2, cmd_bench},
    {"recall", "FILE", "", "check that what bench --remember saw acknowledged is still there", 1, 1,
     cmd_recall},
    {"token keypair", "NAME", "algorithm=", "make a key that signs tokens, kept as `key new` keeps it", 1, 1,
     cmd_token_keypair},
    {"token public", "NAME", "", "the public key of a key file", 1, 1, cmd_token_public},
    {"token mint", "",
     "key= right= under= any= subject= code= datalog= root-key-id= signature-version= " NARROW " " OUT,
     "make a token: grants (RESOURCE=ACTIONS) or a program", 0, 0, cmd_token_mint},
    {"token inspect", "[TOKEN]", "root=", "what a token says, block by block", 0, 1,
     cmd_token_inspect},
    {"token attenuate", "[TOKEN]", "code= datalog= " OUT, "append a block of Datalog", 0, 1,
     cmd_token_attenuate},
    {"token narrow", "[TOKEN]", NARROW " " OUT, "append a block that narrows, without Datalog", 0, 1,
     cmd_token_narrow},
    {"token seal", "[TOKEN]", OUT, "let nothing be appended any more", 0, 1, cmd_token_seal},
    {"token verify", "[TOKEN]", ASK, "check the signatures, and decide if something is asked", 0, 1,
     cmd_token_verify},
    {"token explain", "[TOKEN]", ASK, "decide, and tell each check and policy with its values", 0, 1,
     cmd_token_explain},
    {"token limits", "[TOKEN]", "allowance= group= badge= " ASK,
     "what a token allows on a resource, as the limits of a grant", 0, 1, cmd_token_limits},
    {"token revocation-ids", "[TOKEN]", "", "what to revoke, block by block", 0, 1,
     cmd_token_revocation_ids},
    {"token third-party", "request|sign|append …", "key= code= datalog= " OUT,
     "let somebody else sign a block", 1, 3, cmd_token_third_party},
    {"completion", "", "", "the script for bash completion", 0, 0, cmd_completion},
    {"manual", "", "", "the commands' part of the manual page, as roff", 0, 0, cmd_manual},
};
const int ncommands = (int)FM_ARRAY_LEN(commands);

_Noreturn void fm_panic(const char *file, int line, const char *what)
{
    fprintf(stderr, "dregg: %s:%d: assertion failed: %s\n", file, line, what);
    abort();
}

/* Whether a command takes an option: 0 no, 1 as a flag, 2 with a value. */
static int option_kind(const struct command *c, const char *name)
{
    size_t len = strlen(name);

    for (const char *at = c->options; *at != '\0';) {
        size_t n = strcspn(at, " ");

        if (n == len + 1U && at[len] == '=' && strncmp(at, name, len) == 0) {
            return 2;
        }
        if (n == len && strncmp(at, name, len) == 0) {
            return 1;
        }
        at += n + (at[n] == ' ' ? 1U : 0U);
    }
    return 0;
}

static const struct command *find_command(int argc, char **argv, int *used)
{
    char two[128];

    for (int words = 2; words >= 1; words--) {
        if (argc < words) {
            continue;
        }
        snprintf(two, sizeof two, words == 2 ? "%s %s" : "%s", argv[0], words == 2 ? argv[1] : "");
        for (int i = 0; i < ncommands; i++) {
            if (strcmp(commands[i].name, two) == 0) {
                *used = words;
                return &commands[i];
            }
        }
    }
    return NULL;
}

static int parse_rest(const struct command *c, int argc, char **argv, struct args *a, bool *help)
{
    for (int i = 0; i < argc; i++) {
        const char *name = argv[i] + 2;
        int kind;

        if (strncmp(argv[i], "--", 2) != 0) {
            if (a->nwords == CLI_ARGS_MAX) {
                return say_error(FM_E_USAGE, "too many words");
            }
            a->words[a->nwords++] = argv[i];
            continue;
        }
        if (strcmp(name, "help") == 0) {
            *help = true;
            continue;
        }
        if (strcmp(name, "json") == 0) {
            say_json(true);
            continue;
        }
        kind = strcmp(name, "node") == 0 ? 2 : option_kind(c, name);
        if (kind == 0 || (kind == 2 && i + 1 == argc) || a->noptions + 1 >= CLI_ARGS_MAX) {
            return say_error(FM_E_USAGE,
                             kind == 0 ? "dregg %s takes no option --%s"
                                       : "dregg %s: --%s takes a value",
                             c->name, name);
        }
        if (strcmp(name, "node") == 0) {
            client_address(argv[i + 1]);
        } else {
            a->option[a->noptions] = name;
            a->value[a->noptions] = kind == 2 ? argv[i + 1] : "";
            a->noptions++;
        }
        i += kind - 1;
    }
    return 0;
}

int main(int argc, char **argv)
{
    static struct args a;
    const struct command *c;
    bool help = false;
    int used = 0;
    int at = 1;
    int status;

    while (at < argc && strncmp(argv[at], "--", 2) == 0) {
        if (strcmp(argv[at], "--json") == 0) {
            say_json(true);
        } else if (strcmp(argv[at], "--node") == 0 && at + 1 < argc) {
            client_address(argv[++at]);
        } else if (strcmp(argv[at], "--version") == 0) {
            puts("dregg 0.1 (turn version 1)");
            return 0;
        } else if (strcmp(argv[at], "--help") == 0) {
            help_all();
            return 0;
        } else {
            return say_error(FM_E_USAGE, "unknown option %s; try dregg --help", argv[at]);
        }
        at++;
    }
    c = find_command(argc - at, argv + at, &used);
    if (c == NULL) {
        if (at == argc) {
            help_all();
            return 2;
        }
        if (at + 1 == argc || strcmp(argv[at + 1], "--help") == 0) {
            if (help_group(argv[at])) {
                return at + 1 == argc ? 2 : 0;
            }
        }
        return say_error(FM_E_USAGE, "no command '%s'; try dregg --help", argv[at]);
    }
    status = parse_rest(c, argc - at - used, argv + at + used, &a, &help);
    if (status != 0) {
        return status;
    }
    if (help) {
        help_command(c);
        return 0;
    }
    if (a.nwords < c->min_words || a.nwords > c->max_words) {
        return say_error(FM_E_USAGE, "usage: dregg %s %s", c->name, c->words);
    }
    return c->run(&a);
}
