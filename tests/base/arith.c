/* SPDX-License-Identifier: Apache-2.0 */
/* Checked arithmetic against 128-bit arithmetic, at every pair of edge values; the arena; the ring.
 */
#include "base/base.h"
#include "base/ring.h"
#include "tests/tap.h"

static const uint64_t edges[] = {0,
                                 1,
                                 2,
                                 3,
                                 0x7fffffff,
                                 0x80000000,
                                 0xffffffff,
                                 0x100000000,
                                 0x7fffffffffffffff,
                                 0x8000000000000000,
                                 0x8000000000000001,
                                 0xfffffffffffffffe,
                                 0xffffffffffffffff};

static bool agrees(bool fits, uint64_t got, __int128 exact, __int128 low, __int128 high)
{
    bool want = exact >= low && exact <= high;

    return fits == want && got == (want ? (uint64_t)exact : 77U);
}

static void test_arith(void)
{
    bool add = true;
    bool sub = true;
    bool mul = true;
    bool sum = true;

    for (size_t i = 0; i < FM_ARRAY_LEN(edges); i++) {
        for (size_t j = 0; j < FM_ARRAY_LEN(edges); j++) {
            uint64_t a = edges[i];
            uint64_t b = edges[j];
            uint64_t out = 77;
            int64_t sout = 77;
            unsigned __int128 product = (unsigned __int128)a * b;
            bool fits = fm_add_u64(a, b, &out);

            add = add && agrees(fits, out, (__int128)a + b, 0, UINT64_MAX);
            out = 77;
            fits = fm_sub_u64(a, b, &out);
            sub = sub && agrees(fits, out, (__int128)a - b, 0, UINT64_MAX);
            out = 77;
            fits = fm_mul_u64(a, b, &out);
            mul = mul && fits == (product <= UINT64_MAX) && out == (fits ? (uint64_t)product : 77U);
            fits = fm_add_i64((int64_t)a, (int64_t)b, &sout);
            sum = sum && agrees(fits, (uint64_t)sout, (__int128)(int64_t)a + (int64_t)b, INT64_MIN,
                                INT64_MAX);
        }
    }
    TAP_OK(add, "ARI0001 fm_add_u64 is exact or refuses");
    TAP_OK(sub, "ARI0002 fm_sub_u64 is exact or refuses");
    TAP_OK(mul, "ARI0003 fm_mul_u64 is exact or refuses");
    TAP_OK(sum, "ARI0004 fm_add_i64 is exact or refuses");
}

static void test_bytes(void)
{
    uint8_t b[9] = {0};

    fm_put_le64(b + 1, 0x0102030405060708U);
    TAP_OK(b[1] == 8 && b[8] == 1 && fm_le64(b + 1) == 0x0102030405060708U &&
               fm_le32(b + 1) == 0x05060708U && fm_le16(b + 1) == 0x0708U,
           "ARI0005 little-endian, at odd addresses");
}

static void test_arena(void)
{
    uint8_t memory[256];
    struct fm_arena arena = {memory + 1, 200, 0};
    uint8_t *a = fm_arena_take(&arena, 10, 64);
    size_t used = arena.used;

    TAP_OK(a != NULL && ((uintptr_t)a & 63U) == 0 && a >= memory + 1,
           "ARE0001 what is taken is aligned");
    TAP_OK(fm_arena_take(&arena, 201, 1) == NULL && fm_arena_take(&arena, SIZE_MAX, 1) == NULL &&
               fm_arena_take(&arena, SIZE_MAX - 8, 64) == NULL && arena.used == used,
           "ARE0002 too much is refused, the arena untouched");
    TAP_OK(fm_arena_take(&arena, 200 - used, 1) == memory + 1 + used && arena.used == 200 &&
               fm_arena_take(&arena, 1, 1) == NULL && fm_arena_take(&arena, 0, 1) != NULL,
           "ARE0003 the last byte can be taken, and no more");
}

static void test_ring(void)
{
    struct fm_ring_shared shared = {0};
    uint8_t entries[4 * 8];
    struct fm_ring put;
    struct fm_ring take;
    uint8_t e[8] = {0};
    uint8_t got[8];
    bool ordered = true;

    TAP_OK(!fm_ring_init(&put, &shared, entries, 8, 3) &&
               !fm_ring_init(&put, &shared, entries, 8, 0) &&
               !fm_ring_init(&put, &shared, entries, 0, 4) &&
               !fm_ring_init(&put, &shared, entries, 4097, 4) &&
               !fm_ring_init(&put, &shared, entries, 8, 131072),
           "RNG0001 sizes that cannot be are refused");
    TAP_OK(fm_ring_init(&put, &shared, entries, 8, 4) &&
               fm_ring_init(&take, &shared, entries, 8, 4),
           "RNG0002 both sides start");
    TAP_EQ(fm_ring_take(&take, got), FM_RING_EMPTY, "RNG0003 empty at first");
    /* Both indices are moved next to their wrap, as after 2^32 entries. */
    put.mine = take.mine = shared.head = shared.tail = 0xfffffffeU;
    for (uint8_t i = 0; i < 100; i++) {
        e[0] = i;
        ordered = ordered && fm_ring_put(&put, e) == FM_RING_OK &&
                  fm_ring_take(&take, got) == FM_RING_OK && got[0] == i;
    }
    TAP_OK(ordered, "RNG0004 first in, first out, across the wrap");
    for (int i = 0; i < 4; i++) {
        ordered = ordered && fm_ring_put(&put, e) == FM_RING_OK;
    }
    TAP_OK(ordered && fm_ring_put(&put, e) == FM_RING_FULL, "RNG0005 full at its capacity");
    shared.tail += 1;
    TAP_EQ(fm_ring_take(&take, got), FM_RING_BROKEN, "RNG0006 a lying producer is found out");
    shared.head += 1000;
    TAP_EQ(fm_ring_put(&put, e), FM_RING_BROKEN, "RNG0007 a lying consumer is found out");
}

int main(void)
{
    test_arith();
    test_bytes();
    test_arena();
    test_ring();
    return tap_done();
}
