/* SPDX-License-Identifier: Apache-2.0 */
/* BLAKE3's published vectors, the keys of the uses, and each way to hash against each other. */
#include "crypto/hash.h"
#include "tests/tap.h"
#include "tests/vectors.h"

#include <stdlib.h>

#define INPUT_MAX 102400U

static uint8_t input[INPUT_MAX];

static void fill_input(void)
{
    for (size_t i = 0; i < INPUT_MAX; i++) {
        input[i] = (uint8_t)(i % 251U);
    }
}

static void test_vectors(void)
{
    static const char key[] = "whats the Elvish word for friend";
    struct vector_file file;
    unsigned cases = 0;
    bool plain = true;
    bool keyed = true;

    if (!vector_open(&file, "tests/vectors/blake3.tsv")) {
        TAP_OK(false, "HSH0001 the vectors are there");
        return;
    }
    while (vector_next(&file)) {
        size_t n = strtoul(file.column[0], NULL, 10);
        uint8_t want[200];
        uint8_t got[200];
        size_t bytes = vector_hex(file.column[1], want, sizeof want);

        fm_blake3(input, n, got, bytes);
        plain = plain && bytes >= 32 && memcmp(got, want, bytes) == 0;
        bytes = vector_hex(file.column[2], want, sizeof want);
        fm_blake3_keyed((const uint8_t *)key, input, n, got, bytes);
        keyed = keyed && bytes >= 32 && memcmp(got, want, bytes) == 0;
        cases++;
    }
    TAP_EQ(cases, 35, "HSH0001 all 35 published cases are read");
    TAP_OK(plain, "HSH0002 hash mode agrees with each");
    TAP_OK(keyed, "HSH0003 keyed mode agrees with each");
}

static void test_keys(void)
{
    bool keys = true;

    for (unsigned d = 0; d < FM_HASH_DOMAINS; d++) {
        char name[32];
        uint8_t want[32];
        uint8_t got[32];

        snprintf(name, sizeof name, "firmament 1 %s", fm_hash_domain_name((enum fm_hash_domain)d));
        fm_blake3((const uint8_t *)name, strlen(name), want, 32);
        fm_hash_domain_key((enum fm_hash_domain)d, got);
        keys = keys && memcmp(want, got, 32) == 0;
    }
    TAP_OK(keys, "HSH0004 each use's key is BLAKE3 of its name");
}

/* Every length up to three chunks: one call, two updates at every kind of cut, and keyed BLAKE3. */
static void test_lengths(void)
{
    uint8_t key[32];
    bool same = true;

    for (size_t n = 0; n <= 3100; n += n < 300 ? 1 : 37) {
        enum fm_hash_domain d = (enum fm_hash_domain)(n % FM_HASH_DOMAINS);
        size_t cut = n * 5 / 7;
        struct fm_hasher h;
        uint8_t a[32];
        uint8_t b[32];
        uint8_t c[32];

        fm_hash_domain_key(d, key);
        fm_hash(d, input, n, a);
        fm_blake3_keyed(key, input, n, b, 32);
        fm_hasher_init(&h, d);
        fm_hasher_update(&h, input, cut);
        fm_hasher_update(&h, input + cut, n - cut);
        fm_hasher_final(&h, c);
        same = same && memcmp(a, b, 32) == 0 && memcmp(a, c, 32) == 0;
    }
    TAP_OK(same, "HSH0005 one call, updates and keyed BLAKE3 agree at every length");
}

static void test_many(void)
{
    uint8_t out[40 * 32];
    uint8_t one[32];
    uint8_t key[32];
    bool pair = true;
    bool many = true;
    bool wide = true;

    fm_hash_domain_key(FM_H_NODE, key);
    for (size_t n = 0; n <= 40; n++) {
        memset(out, 0, sizeof out);
        fm_hash2_many(FM_H_NODE, input + 3, n, out);
        for (size_t i = 0; i < n; i++) {
            fm_hash2(FM_H_NODE, input + 3 + 64 * i, input + 3 + 64 * i + 32, one);
            many = many && memcmp(one, out + 32 * i, 32) == 0;
            fm_hash(FM_H_NODE, input + 3 + 64 * i, 64, one);
            pair = pair && memcmp(one, out + 32 * i, 32) == 0;
        }
        many = many && (n == 40 || out[32 * n] == 0);
    }
    for (size_t bytes = 64; bytes <= 1024; bytes += 64) {
        for (size_t n = 1; n <= 19; n += 6) {
            fm_blake3_many(bytes % 128 == 0 ? key : NULL, input, bytes, n, out);
            for (size_t i = 0; i < n; i++) {
                if (bytes % 128 == 0) {
                    fm_blake3_keyed(key, input + i * bytes, bytes, one, 32);
                } else {
                    fm_blake3(input + i * bytes, bytes, one, 32);
                }
                wide = wide && memcmp(one, out + 32 * i, 32) == 0;
            }
        }
    }
    TAP_OK(pair, "HSH0006 a pair is the hash of its 64 bytes");
    TAP_OK(many, "HSH0007 lanes agree with single hashes, at every count to 40");
    TAP_OK(wide, "HSH0008 lanes of longer messages too");
}

/* n % 5 messages of one to five blocks take as many of the queue's blocks with them. */
static bool beside_is_lanes(struct fm_hash_queue *q, size_t n)
{
    const size_t lanes = n % 5U;
    const size_t bytes = (n / 5U % 5U + 1U) * 64U;
    const uint32_t blocks = q->blocks;
    const uint32_t free = blocks > q->held_back ? blocks - q->held_back : 0U;
    const uint8_t *msgs[5];
    uint8_t out[5][32];
    uint8_t *outs[5] = {out[4], out[3], out[2], out[1], out[0]};
    bool same = true;

    for (size_t i = 0; i < lanes; i++) {
        msgs[i] = input + 100U * i + n;
    }
    fm_hash_lanes_beside(FM_H_NODE, msgs, bytes, lanes, outs, q);
    for (size_t i = 0; i < lanes; i++) {
        uint8_t one[32];

        fm_hash(FM_H_NODE, msgs[i], bytes, one);
        same = same && memcmp(one, outs[i], 32) == 0;
    }
    return same && blocks - q->blocks == (bytes / 64U < free ? bytes / 64U : free);
}

/* Three messages in a queue, beside others; the last two blocks are written over before the end. */
static void test_queue(void)
{
    static uint8_t last[256];
    uint8_t first[32];
    uint8_t one[32];
    bool each = true;
    bool inner = true;
    bool held = true;
    bool beside = true;

    for (size_t n = 1; n <= FM_HASH_QUEUE_BYTES; n++) {
        struct fm_hash_queue q;
        uint8_t middle[40] = {0};
        uint8_t out[3][32] = {{0}};

        memcpy(last, input, sizeof last);
        fm_hash_queue_init(&q, 2);
        fm_hash_queue_add(&q, FM_H_WRITES, input + 5, n, middle + 3);
        fm_hash_queue_add(&q, FM_H_TOP, middle, sizeof middle, out[1]);
        fm_hash_queue_add(&q, FM_H_RECEIPT, last, sizeof last, out[2]);
        for (size_t i = 0; i < n / 100; i++) {
            beside = beside_is_lanes(&q, n + i) && beside;
        }
        fm_hash_queue_run(&q);
        beside = beside_is_lanes(&q, n) && beside;
        fm_hash(FM_H_WRITES, input + 5, n, first);
        each = each && memcmp(first, middle + 3, 32) == 0;
        fm_hash(FM_H_TOP, middle, sizeof middle, one);
        inner = inner && memcmp(one, out[1], 32) == 0;
        memset(last + 128, 7, 128);
        fm_hash(FM_H_RECEIPT, last, sizeof last, one);
        fm_hash_queue_end(&q);
        beside = beside_is_lanes(&q, n) && beside;
        held = held && memcmp(one, out[2], 32) == 0;
    }
    TAP_OK(each, "HSH0009 a queue hashes as one message does, at every length to 1,024");
    TAP_OK(inner, "HSH0010 a message may hold the digest of the one before");
    TAP_OK(held, "HSH0011 blocks held back are read at the end");
    TAP_OK(beside, "HSH0012 messages with a queue beside them hash as alone, and take a block each with them");
}

int main(void)
{
    fill_input();
    test_vectors();
    test_keys();
    test_lengths();
    test_many();
    test_queue();
    return tap_done();
}
