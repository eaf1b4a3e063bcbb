/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What this library makes: minted, attenuated, sealed and third-party tokens under both algorithms verify,
 * evaluate, print and are read again; and each wrong use is refused by its own code.
 */
#include "biscuit/pb.h"
#include "tests/biscuit/kit.h"
#include "tests/tap.h"

#define ED FM_BISCUIT_ED25519
#define P256 FM_BISCUIT_SECP256R1

static struct kit_token a, b, c;
static uint8_t buf[FM_BISCUIT_BYTES_MAX + 64U];

static const char *const rich =
    "right(\"file1\", \"read\");\nright(\"file2\", \"write\");\nn(-9223372036854775808, 9223372036854775807);\n"
    "t(2025-01-31T12:00:00Z, hex:00ff, {1, 2, 3}, true, null);\nm([1, \"a\", [2]], {\"k\": 1, 2: [true]});\n"
    "ok($f) <- right($f, \"read\"), $f.starts_with(\"file\") || $f == \"x\";\n"
    "check if resource($r), right($r, \"read\") or admin(true);\ncheck all op($o), {\"read\", \"list\"}.contains($o);\n"
    "reject if banned($u), $u.length() > 3 && !($u == \"none\");\n"
    "check if [1, 2, 3].any($x -> $x * 2 == 4), (1 / 0).try_or(1) == 1;\n";
static const char *const allow = "resource(\"file1\"); op(\"read\"); allow if true;";
static const char *const deny = "resource(\"file2\"); op(\"read\"); allow if true;";

static void test_mint(void)
{
    static const char *const names[2] = {"MNT0001 a token of Ed25519 keys verifies, allows and denies",
                                         "MNT0002 a token of secp256r1 keys verifies, allows and denies"};

    for (uint8_t alg = 0; alg < 2; alg++) {
        bool good = kit_mint(&a, alg, 1, 2, rich) == FM_OK && kit_verify(&a.t, alg, 1) == FM_OK &&
                    kit_ask(&a.t, allow, NULL) == FM_OK && kit_ask(&a.t, deny, NULL) == FM_E_TOKEN_DENIED;
        TAP_OK(good, names[alg]);
        TAP_EQ(kit_verify(&a.t, alg, 3), FM_E_TOKEN_SIGNATURE, "MNT0003 … and not under another root key");
        TAP_EQ(kit_verify(&a.t, 1U - alg, 1), alg == ED ? FM_E_TOKEN_SIGNATURE : FM_E_TOKEN_SIGNATURE_FORM,
               "MNT0004 … nor under a root key of the other algorithm");
    }
    const struct fm_biscuit_options id = {true, 7, 0};
    struct fm_biscuit_secret r = kit_secret(ED, 1);
    struct fm_biscuit_secret n = kit_secret(P256, 2);
    struct fm_arena arena = kit_arena();
    bool good = fm_biscuit_mint(&r, &n, &id, "a(1);", 5, &fm_biscuit_p256_openssl, &arena, a.bytes, sizeof a.bytes,
                                &a.len, NULL) == FM_OK &&
                fm_biscuit_parse(&a.t, a.bytes, a.len, NULL) == FM_OK;
    TAP_OK(good && a.t.has_root_key_id && a.t.root_key_id == 7 && arena.used == 0 && kit_verify(&a.t, ED, 1) == FM_OK,
           "MNT0005 the root key's id is kept, algorithms mix, the working memory comes back");
}

/* Verifying needs room for the longest block and 512 bytes more, and gives it back. */
static void test_room(void)
{
    struct fm_arena arena = kit_arena();
    struct fm_biscuit_key key = kit_key(ED, 1);
    size_t least = 0;
    unsigned other = 0;

    (void)!kit_mint(&a, ED, 1, 2, rich);
    for (size_t cap = a.t.block[0].payload_len + 600U; cap-- > 0;) {
        struct fm_arena part = {arena.base, cap, 0};
        fm_err err = fm_biscuit_verify(&a.t, &key, NULL, &part, NULL);
        least = err == FM_OK ? cap : least;
        other += (err != FM_OK && err != FM_E_TOKEN_MEMORY) || part.used != 0 ? 1U : 0U;
    }
    TAP_OK(least == a.t.block[0].payload_len + 512U && other == 0, "MNT0008 verifying takes the room that it says");
}

static void test_print(void)
{
    static char first[8192], again[8192];

    bool good = kit_mint(&a, ED, 1, 2, rich) == FM_OK && kit_print(&a.t, 0, first, sizeof first) == FM_OK &&
                kit_mint(&b, ED, 1, 2, first) == FM_OK && kit_print(&b.t, 0, again, sizeof again) == FM_OK;
    TAP_OK(good && strcmp(first, again) == 0, "MNT0006 a printed block is read again and prints the same");
    TAP_OK(a.len == b.len && memcmp(a.bytes, b.bytes, a.len) == 0,
           "MNT0007 … and makes the same bytes: encoding and Ed25519 are deterministic");
}

/* The version that each block of a token is signed in, as one number: block 0 is the lowest digit. */
static unsigned versions(const struct kit_token *t)
{
    unsigned all = 0;

    for (uint32_t i = t->t.nblocks; i-- > 0;) {
        all = all * 10U + t->t.block[i].version;
    }
    return kit_verify(&t->t, ED, 1) == FM_OK ? all : 9;
}

static void test_versions(void)
{
    static const char *const plain = "right(\"a\", \"read\"); check if [1].length() == 1 trusting previous;";

    TAP_OK(kit_mint(&a, ED, 1, 2, "a(1); check all a($x), $x | 1 == 1 trusting previous;") == FM_OK &&
               versions(&a) == 1, "MNT0080 `==` is of datalog 3.3: version 1");
    TAP_OK(kit_mint(&a, ED, 1, 2, "a(1); check all a($x), ($x | 1) === 1 trusting previous;") == FM_OK &&
               versions(&a) == 0 && kit_attenuate(&b, &a, ED, 3, "check if a(1);") == FM_OK && versions(&b) == 0,
           "MNT0081 a block of datalog 3.1 under Ed25519 keys: version 0");
    TAP_OK(kit_attenuate(&b, &a, ED, 3, "reject if b(1);") == FM_OK && versions(&b) == 10,
           "MNT0082 a newer block behind it: version 1");
    TAP_OK(kit_attenuate(&c, &b, ED, 4, "check if a(1);") == FM_OK && versions(&c) == 110,
           "MNT0083 … and then every block, for a chain that is linked stays so");
    TAP_OK(kit_third(&b, &a, ED, 50, 3, "x(1);") == FM_OK && versions(&b) == 10, "MNT0084 a third party's: version 1");
    TAP_OK(kit_attenuate(&b, &a, P256, 3, "check if a(1);") == FM_OK && versions(&b) == 10,
           "MNT0085 a next key that is not Ed25519: version 1");
    TAP_OK(kit_mint(&a, ED, 1, 2, plain) == FM_OK && versions(&a) == 1,
           "MNT0086 an array is of 3.3, whatever other libraries say");
    TAP_OK(kit_mint(&a, P256, 1, 2, "a(1);") == FM_OK && a.t.block[0].version == 1,
           "MNT0087 a secp256r1 root: version 1");
    TAP_OK(kit_mint_linked(&a, 1, 2, "a(1);") == FM_OK && versions(&a) == 1 &&
               kit_attenuate(&b, &a, ED, 3, "check if a(1);") == FM_OK && versions(&b) == 11,
           "MNT0088 version 1 on request, and behind it");
}

/* The next secret used twice: what version 1 is for. The same holder's block stands behind another first block. */
static void test_transplant(void)
{
    static struct kit_token d;
    unsigned moved = 0;

    for (unsigned linked = 0; linked < 2; linked++) {
        bool made = linked != 0 ? kit_mint_linked(&a, 1, 2, "a(1);") == FM_OK &&
                                      kit_mint_linked(&b, 1, 2, "a(2);") == FM_OK
                                : kit_mint(&a, ED, 1, 2, "a(1);") == FM_OK && kit_mint(&b, ED, 1, 2, "a(2);") == FM_OK;
        made = made && kit_attenuate(&c, &a, ED, 3, "check if a(1);") == FM_OK;
        d = c;
        d.t.block[0] = b.t.block[0];
        fm_err err = kit_verify(&d.t, ED, 1);
        moved += made && err == (linked != 0 ? FM_E_TOKEN_SIGNATURE : FM_OK) ? 1U : 0U;
    }
    TAP_EQ(moved, 2, "MNT0089 a block moves between chains that share a secret in version 0, never in version 1");
}

static void test_chain(void)
{
    struct kit_token *from = &a;
    struct kit_token *to = &b;
    unsigned good = 0;

    TAP_OK(kit_mint(from, ED, 1, 100, rich) == FM_OK, "MNT0010 the first block of a chain");
    for (uint32_t i = 1; i < FM_BISCUIT_BLOCKS_MAX; i++) {
        if (kit_attenuate(to, from, i % 5 == 0 ? P256 : ED, 100 + i, "check if op(\"read\"); note(\"same words\");") !=
                FM_OK ||
            kit_verify(&to->t, ED, 1) != FM_OK || kit_ask(&to->t, allow, NULL) != FM_OK || to->t.nblocks != i + 1U ||
            kit_ask(&to->t, "resource(\"file1\"); op(\"list\"); allow if true;", NULL) != FM_E_TOKEN_DENIED) {
            break;
        }
        good++;
        struct kit_token *swap = from;
        from = to;
        to = swap;
    }
    TAP_EQ(good, FM_BISCUIT_BLOCKS_MAX - 1U, "MNT0011 each of 31 attenuations verifies, allows and denies");
    TAP_EQ(kit_attenuate(to, from, ED, 1, "check if true;"), FM_E_TOKEN_BLOCKS, "MNT0012 the 33rd block is refused");
    TAP_EQ(kit_third(to, from, ED, 4, 5, "x(1);"), FM_E_TOKEN_BLOCKS, "MNT0013 … a third party's too");
}

static void test_seal(void)
{
    struct fm_biscuit_secret n = kit_secret(ED, 9);
    struct fm_arena arena = kit_arena();
    size_t len = 0;

    for (uint8_t alg = 0; alg < 2; alg++) {
        bool good = kit_mint(&a, alg, 1, 2, rich) == FM_OK && kit_seal(&b, &a) == FM_OK && b.t.sealed &&
                    kit_verify(&b.t, alg, 1) == FM_OK && kit_ask(&b.t, allow, NULL) == FM_OK;
        TAP_OK(good, "MNT0020 a sealed token verifies and allows");
        TAP_EQ(kit_attenuate(&c, &b, ED, 3, "x(1);"), FM_E_TOKEN_SEALED, "MNT0021 … cannot be attenuated");
        TAP_EQ(kit_seal(&c, &b), FM_E_TOKEN_SEALED, "MNT0022 … nor sealed again");
        TAP_EQ(kit_third(&c, &b, ED, 3, 4, "x(1);"), FM_E_TOKEN_SEALED, "MNT0023 … nor asked to a third party");
        b.bytes[b.len - 1U] ^= 1U;
        TAP_EQ(kit_verify(&b.t, alg, 1), FM_E_TOKEN_PROOF, "MNT0024 … a wrong bit in the seal: TOKEN_PROOF");
    }
    (void)!kit_mint(&a, ED, 1, 2, "a(1);");
    (void)!kit_seal(&b, &a);
    struct fm_biscuit_secret t = kit_secret(ED, 3);
    uint8_t request[128];
    size_t nq = 0;
    bool asked = fm_biscuit_request(&a.t, request, sizeof request, &nq) == FM_OK &&
                 fm_biscuit_third_party(request, nq, &t, "x(1);", 5, NULL, &arena, buf, sizeof buf, &len, NULL) ==
                     FM_OK;
    TAP_OK(asked && fm_biscuit_append(&b.t, &n, buf, len, NULL, &arena, c.bytes, sizeof c.bytes, &c.len, NULL) ==
                        FM_E_TOKEN_SEALED,
           "MNT0025 … nor get an answer appended that was asked before sealing");
}

static void test_third(void)
{
    char code[256];
    char key[96];

    for (uint8_t alg = 0; alg < 2; alg++) {
        struct fm_biscuit_key k = kit_key(alg, 50);
        size_t at = 0;
        fm_biscuit_key_print(&k, key);
        static const char before[] = "check if approved(\"x\") trusting ";
        memcpy(code, before, sizeof before - 1U);
        at = sizeof before - 1U;
        memcpy(code + at, key, strlen(key));
        at += strlen(key);
        memcpy(code + at, ";", 2);
        bool good = kit_mint(&a, ED, 1, 2, code) == FM_OK && kit_ask(&a.t, "allow if true;", NULL) == FM_E_TOKEN_DENIED;
        TAP_OK(good, "MNT0030 a token that asks for a third party's approval is denied without it");
        TAP_OK(kit_attenuate(&b, &a, ED, 3, "approved(\"x\");") == FM_OK &&
                   kit_ask(&b.t, "allow if true;", NULL) == FM_E_TOKEN_DENIED,
               "MNT0031 … nor can its holder approve");
        TAP_OK(kit_third(&b, &a, alg, 51, 3, "approved(\"x\");") == FM_OK && kit_verify(&b.t, ED, 1) == FM_OK &&
                   kit_ask(&b.t, "allow if true;", NULL) == FM_E_TOKEN_DENIED,
               "MNT0032 … nor a third party with another key");
        TAP_OK(kit_third(&b, &a, alg, 50, 3, "approved(\"x\");") == FM_OK && b.t.block[1].external &&
                   kit_verify(&b.t, ED, 1) == FM_OK && kit_ask(&b.t, "allow if true;", NULL) == FM_OK,
               "MNT0033 … and allowed with it");
        TAP_OK(kit_attenuate(&c, &b, ED, 4, "check if approved(\"x\"), true or true trusting authority;") == FM_OK &&
                   kit_verify(&c.t, ED, 1) == FM_OK && kit_ask(&c.t, "allow if true;", NULL) == FM_OK,
               "MNT0034 … and attenuated behind it");
        TAP_OK(kit_seal(&c, &b) == FM_OK && kit_verify(&c.t, ED, 1) == FM_OK, "MNT0035 … and sealed behind it");
    }
}

static size_t request_of(const struct kit_token *t, uint8_t *out)
{
    size_t n = 0;

    FM_ASSERT(fm_biscuit_request(&t->t, out, 128, &n) == FM_OK);
    return n;
}

static fm_err third(const uint8_t *request, size_t nq, const char *code, size_t *len)
{
    struct fm_arena arena = kit_arena();
    struct fm_biscuit_secret s = kit_secret(ED, 50);

    return fm_biscuit_third_party(request, nq, &s, code, strlen(code), NULL, &arena, buf, sizeof buf, len, NULL);
}

static void test_requests(void)
{
    uint8_t request[256];
    size_t len = 0;

    (void)!kit_mint(&a, ED, 1, 2, "a(1);");
    size_t n = request_of(&a, request);
    TAP_EQ(third(request, 0, "x(1);", &len), FM_E_TOKEN_MISSING, "MNT0040 an empty request: TOKEN_MISSING");
    TAP_EQ(third(request, n - 1U, "x(1);", &len), FM_E_TOKEN_TRUNCATED, "MNT0041 a cut one: TOKEN_TRUNCATED");
    memcpy(request + n, request, n);
    TAP_EQ(third(request, 2U * n, "x(1);", &len), FM_E_TOKEN_FIELD, "MNT0042 two signatures: TOKEN_FIELD");
    static const uint8_t legacy[2][4] = {{0x0a, 0, 0x1a, 0}, {0x12, 0, 0x1a, 0}};
    TAP_EQ(third(legacy[0], 4, "x(1);", &len), FM_E_TOKEN_LEGACY_REQUEST, "MNT0043 the old form with a previous key");
    TAP_EQ(third(legacy[1], 4, "x(1);", &len), FM_E_TOKEN_LEGACY_REQUEST, "MNT0044 … and with a key table");
    static const uint8_t none[2] = {0x1a, 0};
    TAP_EQ(third(none, 2, "x(1);", &len), FM_E_TOKEN_SIGNATURE_FORM, "MNT0045 an empty signature");
    TAP_EQ(third(buf, sizeof buf, "x(1);", &len), FM_E_TOKEN_LENGTH, "MNT0046 a request that is too long");
    TAP_EQ(third(request, n, "x(", &len), FM_E_TOKEN_SYNTAX, "MNT0047 a third party's text that is none");
}

static fm_err append(const struct kit_token *to, const uint8_t *response, size_t n)
{
    struct fm_arena arena = kit_arena();
    struct fm_biscuit_secret s = kit_secret(ED, 60);

    return fm_biscuit_append(&to->t, &s, response, n, NULL, &arena, c.bytes, sizeof c.bytes, &c.len, NULL);
}

static void test_responses(void)
{
    uint8_t request[256];
    size_t len = 0;

    (void)!kit_mint(&a, ED, 1, 2, "a(1);");
    (void)!kit_mint(&b, ED, 1, 2, "a(2);");
    size_t n = request_of(&a, request);
    TAP_OK(third(request, n, "x(1);", &len) == FM_OK && append(&a, buf, len) == FM_OK, "MNT0050 an answer is appended");
    TAP_EQ(append(&b, buf, len), FM_E_TOKEN_SIGNATURE, "MNT0051 … to no other token");
    unsigned taken = 0;
    for (size_t cut = 0; cut < len; cut++) {
        taken += append(&a, buf, cut) == FM_OK ? 1U : 0U;
    }
    for (size_t bit = 0; bit < len * 8U; bit++) {
        buf[bit / 8U] ^= (uint8_t)(1U << (bit % 8U));
        taken += append(&a, buf, len) == FM_OK ? 1U : 0U;
        buf[bit / 8U] ^= (uint8_t)(1U << (bit % 8U));
    }
    TAP_EQ(taken, 0, "MNT0052 no cut answer and none with a flipped bit is appended");
    buf[len] = 0;
    TAP_EQ(append(&a, buf, len + 1U), FM_E_TOKEN_WIRE, "MNT0053 nor one with a byte behind it");
    TAP_EQ(append(&a, buf, 0), FM_E_TOKEN_MISSING, "MNT0054 nor an empty one");
    /* P256 answers to a holder without P256 */
    struct fm_arena arena = kit_arena();
    struct fm_biscuit_secret s = kit_secret(P256, 50);
    bool made = fm_biscuit_third_party(request, n, &s, "x(1);", 5, &fm_biscuit_p256_openssl, &arena, buf, sizeof buf,
                                       &len, NULL) == FM_OK;
    TAP_OK(made && append(&a, buf, len) == FM_E_TOKEN_ALGORITHM,
           "MNT0055 a secp256r1 answer without that algorithm plugged in: TOKEN_ALGORITHM");
}

static void test_wrong_use(void)
{
    struct fm_arena arena = kit_arena();
    struct fm_arena tiny = {arena.base, 1000, 0};
    struct fm_biscuit_secret r = kit_secret(ED, 1);
    struct fm_biscuit_secret p = kit_secret(P256, 1);
    struct fm_biscuit_secret none = {P256, {0}};
    struct fm_biscuit_secret odd = {7, {1}};
    struct fm_biscuit_where where = {0, 0, NULL};
    size_t len = 0;
    const struct fm_biscuit_p256 *ssl = &fm_biscuit_p256_openssl;

#define MINT(root, next, code, plug, room, cap)                                                                        \
    fm_biscuit_mint((root), (next), NULL, (code), strlen(code), (plug), (room), buf, (cap), &len, &where)
    TAP_EQ(MINT(&r, &p, "a(1);", NULL, &arena, sizeof buf), FM_E_TOKEN_ALGORITHM, "MNT0060 secp256r1 not plugged in");
    TAP_EQ(MINT(&r, &odd, "a(1);", ssl, &arena, sizeof buf), FM_E_TOKEN_ALGORITHM, "MNT0061 an algorithm that is none");
    TAP_EQ(MINT(&odd, &r, "a(1);", ssl, &arena, sizeof buf), FM_E_TOKEN_ALGORITHM, "MNT0062 … of the root");
    TAP_EQ(MINT(&r, &none, "a(1);", ssl, &arena, sizeof buf), FM_E_TOKEN_KEY, "MNT0063 a secret out of range");
    TAP_EQ(MINT(&none, &r, "a(1);", ssl, &arena, sizeof buf), FM_E_TOKEN_KEY, "MNT0064 … of the root");
    const struct fm_biscuit_options third = {false, 0, 2};
    TAP_EQ(fm_biscuit_mint(&r, &r, &third, "a(1);", 5, ssl, &arena, buf, sizeof buf, &len, &where),
           FM_E_TOKEN_SIG_VERSION, "MNT0074 a signature version that is none");
    TAP_EQ(MINT(&r, &r, "a(1);", ssl, &tiny, sizeof buf), FM_E_TOKEN_MEMORY, "MNT0065 too little working memory");
    TAP_EQ(MINT(&r, &r, "a(1);", ssl, &arena, 100), FM_E_TOKEN_LENGTH, "MNT0066 too little room for the token");
    TAP_EQ(MINT(&r, &r, "a(1);\n  b(1,);", ssl, &arena, sizeof buf), FM_E_TOKEN_SYNTAX, "MNT0067 a text that is none");
    TAP_OK(where.line == 2 && where.column == 7 && where.expected != NULL, "MNT0068 … with line and column");
    TAP_EQ(MINT(&r, &r, "allow if true;", ssl, &arena, sizeof buf), FM_E_TOKEN_SYNTAX, "MNT0069 a policy in a block");
    TAP_EQ(MINT(&r, &r, "a($x);", ssl, &arena, sizeof buf), FM_E_TOKEN_FACT_VARIABLE, "MNT0070 a fact with a variable");
    TAP_EQ(MINT(&r, &r, "a($x) <- b($y);", ssl, &arena, sizeof buf), FM_E_TOKEN_UNBOUND, "MNT0071 an unbound head");
    TAP_OK(MINT(&r, &r, "a(1);", ssl, &arena, sizeof buf) == FM_OK && MINT(&r, &r, "a(1);", ssl, &arena, len) == FM_OK,
           "MNT0075 just enough room for the token is enough");
    for (size_t cap = 0, need = len; cap < need; cap++) {
        FM_ASSERT(MINT(&r, &r, "a(1);", ssl, &arena, cap) == FM_E_TOKEN_LENGTH);
    }
    TAP_OK(arena.used == 0 && tiny.used == 0, "MNT0072 the working memory comes back from each refusal");
    unsigned other = 0;
    for (size_t cap = 0; cap < 400000; cap += 611) {
        struct fm_arena part = {arena.base, cap, 0};
        fm_err err = MINT(&r, &r, rich, ssl, &part, sizeof buf);
        other += (err != FM_OK && err != FM_E_TOKEN_MEMORY) || part.used != 0 ? 1U : 0U;
    }
    TAP_EQ(other, 0, "MNT0073 every size of working memory is enough, or TOKEN_MEMORY");
}

int main(void)
{
    test_mint();
    test_room();
    test_print();
    test_versions();
    test_transplant();
    test_chain();
    test_seal();
    test_third();
    test_requests();
    test_responses();
    test_wrong_use();
    return tap_done();
}
