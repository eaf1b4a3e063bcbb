/* SPDX-License-Identifier: Apache-2.0 */
/* BLAKE3 as its paper gives it, one word at a time, by recursion over the tree. Slow, and meant to be. */
#include "tests/ref/ref.h"

#include <string.h>

static const uint32_t iv[8] = {0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A,
                               0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19};
enum { START = 1, END = 2, PARENT = 4, ROOT = 8, KEYED = 16 };

struct node {
    uint32_t cv[8];
    uint32_t block[16];
    uint64_t counter;
    uint32_t len;
    uint32_t flags;
};

static uint32_t rot(uint32_t x, int n)
{
    return x >> n | x << (32 - n);
}

static void g(uint32_t *s, int a, int b, int c, int d, uint32_t x, uint32_t y)
{
    s[a] = s[a] + s[b] + x;
    s[d] = rot(s[d] ^ s[a], 16);
    s[c] = s[c] + s[d];
    s[b] = rot(s[b] ^ s[c], 12);
    s[a] = s[a] + s[b] + y;
    s[d] = rot(s[d] ^ s[a], 8);
    s[c] = s[c] + s[d];
    s[b] = rot(s[b] ^ s[c], 7);
}

static void compress(const struct node *n, uint32_t extra, uint32_t out[8])
{
    static const int perm[16] = {2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8};
    uint32_t s[16];
    uint32_t m[16];

    memcpy(s, n->cv, 32);
    memcpy(s + 8, iv, 16);
    s[12] = (uint32_t)n->counter;
    s[13] = (uint32_t)(n->counter >> 32);
    s[14] = n->len;
    s[15] = n->flags | extra;
    memcpy(m, n->block, 64);
    for (int round = 0; round < 7; round++) {
        uint32_t next[16];

        g(s, 0, 4, 8, 12, m[0], m[1]);
        g(s, 1, 5, 9, 13, m[2], m[3]);
        g(s, 2, 6, 10, 14, m[4], m[5]);
        g(s, 3, 7, 11, 15, m[6], m[7]);
        g(s, 0, 5, 10, 15, m[8], m[9]);
        g(s, 1, 6, 11, 12, m[10], m[11]);
        g(s, 2, 7, 8, 13, m[12], m[13]);
        g(s, 3, 4, 9, 14, m[14], m[15]);
        for (int i = 0; i < 16; i++) {
            next[i] = m[perm[i]];
        }
        memcpy(m, next, sizeof m);
    }
    for (int i = 0; i < 8; i++) {
        out[i] = s[i] ^ s[i + 8];
    }
}

/* The last compression of a chunk, not yet done: it may be the root. */
static struct node chunk(const uint32_t key[8], uint32_t mode, const uint8_t *msg, size_t n,
                         uint64_t index)
{
    struct node at = {.counter = index, .flags = mode | START};
    size_t done = 0;

    memcpy(at.cv, key, 32);
    for (;;) {
        size_t take = n - done < 64 ? n - done : 64;
        uint8_t block[64] = {0};

        if (take > 0) {
            memcpy(block, msg + done, take);
        }
        memcpy(at.block, block, 64);
        at.len = (uint32_t)take;
        done += take;
        if (done == n) {
            at.flags |= END;
            return at;
        }
        compress(&at, 0, at.cv);
        at.flags = mode;
    }
}

static struct node subtree(const uint32_t key[8], uint32_t mode, const uint8_t *msg, size_t n,
                           uint64_t index)
{
    struct node left;
    struct node right;
    struct node parent = {.len = 64, .flags = mode | PARENT};
    size_t half = 1024;

    if (n <= 1024) {
        return chunk(key, mode, msg, n, index);
    }
    while (half * 2 < n) {
        half *= 2;
    }
    left = subtree(key, mode, msg, half, index);
    right = subtree(key, mode, msg + half, n - half, index + half / 1024);
    memcpy(parent.cv, key, 32);
    compress(&left, 0, parent.block);
    compress(&right, 0, parent.block + 8);
    return parent;
}

void ref_blake3(const uint8_t *key, const uint8_t *msg, size_t n, uint8_t out[32])
{
    uint32_t words[8];
    uint32_t result[8];
    struct node root;

    memcpy(words, key != NULL ? (const void *)key : (const void *)iv, 32);
    root = subtree(words, key != NULL ? KEYED : 0, msg, n, 0);
    compress(&root, ROOT, result);
    memcpy(out, result, 32);
}
