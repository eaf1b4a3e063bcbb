/* SPDX-License-Identifier: Apache-2.0 */
/* The cursor at every length: what fits is exact, what does not fit moves nothing and stays bad. */
#include "tests/tap.h"
#include "wire/cursor.h"

static void test_lengths(void)
{
    uint8_t buf[32];
    bool exact = true;

    for (uint8_t i = 0; i < 32; i++) {
        buf[i] = (uint8_t)(i + 1);
    }
    for (size_t len = 0; len <= 32; len++) {
        struct fm_reader r;
        size_t sizes[] = {1, 2, 4, 8, 9};
        uint8_t out[9];
        size_t at = 0;
        bool bad = false;

        fm_reader_init(&r, buf, len);
        for (size_t k = 0; k < FM_ARRAY_LEN(sizes); k++) {
            uint64_t v = 0;
            uint64_t want = 0;

            memset(out, 0xee, sizeof out);
            bad = bad || sizes[k] > len - at;
            switch (k) {
            case 0:
                v = fm_get_u8(&r);
                break;
            case 1:
                v = fm_get_u16(&r);
                break;
            case 2:
                v = fm_get_u32(&r);
                break;
            case 3:
                v = fm_get_u64(&r);
                break;
            default:
                fm_get_bytes(&r, out, 9);
                break;
            }
            for (size_t b = 0; !bad && k < 4 && b < sizes[k]; b++) {
                want |= (uint64_t)buf[at + b] << (8 * b);
            }
            for (size_t b = 0; k == 4 && b < 9; b++) {
                exact = exact && out[b] == (bad ? 0 : buf[at + b]);
            }
            at += bad ? 0 : sizes[k];
            exact =
                exact && v == want && r.bad == bad && r.pos == at && fm_reader_left(&r) == len - at;
        }
        exact = exact && fm_reader_end(&r) == (len == 24);
    }
    TAP_OK(exact, "CUR0001 reading is exact or bad, at every length");
}

static void test_views(void)
{
    const uint8_t buf[6] = {0, 0, 0, 1, 0, 0};
    struct fm_reader r;

    fm_reader_init(&r, buf, 6);
    fm_get_zeros(&r, 3);
    TAP_OK(!r.bad && r.pos == 3, "CUR0002 zeros are passed over");
    TAP_OK(fm_get_view(&r, 1) == buf + 3, "CUR0003 a view is in place");
    TAP_OK(fm_get_view(&r, 3) == NULL && r.bad && r.pos == 4, "CUR0004 a view too long is NULL");
    TAP_OK(fm_get_view(&r, 1) == NULL && fm_get_u8(&r) == 0 && r.pos == 4, "CUR0005 bad stays bad");
    fm_reader_init(&r, buf + 3, 3);
    fm_get_zeros(&r, 2);
    TAP_OK(r.bad && r.pos == 0, "CUR0006 a nonzero byte among zeros is bad");
    fm_reader_init(&r, NULL, 0);
    TAP_OK(fm_reader_end(&r), "CUR0007 nothing is a whole empty message");
    fm_get_bytes(&r, NULL, 0);
    TAP_OK(fm_reader_end(&r) && !fm_get_u8(&r) && r.bad, "CUR0008 and has no first byte");
}

static void test_writer(void)
{
    bool exact = true;
    const uint8_t pi[3] = {3, 1, 4};

    for (size_t cap = 0; cap <= 24; cap++) {
        uint8_t buf[25];
        struct fm_writer w;
        size_t want = 0;

        memset(buf, 0xee, sizeof buf);
        fm_writer_init(&w, buf, cap);
        fm_put_u8(&w, 0x11);
        fm_put_u16(&w, 0x2221);
        fm_put_u32(&w, 0x34333231);
        fm_put_u64(&w, 0x4847464544434241);
        fm_put_bytes(&w, pi, 3);
        fm_put_zeros(&w, 2);
        want = cap >= 20   ? 20
               : cap >= 18 ? 18
               : cap >= 15 ? 15
               : cap >= 7  ? 7
               : cap >= 3  ? 3
               : cap >= 1  ? 1
                           : 0;
        exact = exact && w.len == want && w.bad == (cap < 20);
        for (size_t i = want; i < sizeof buf; i++) {
            exact = exact && buf[i] == 0xee;
        }
        exact = exact && (want < 7 || (buf[1] == 0x21 && buf[2] == 0x22 && buf[6] == 0x34));
        exact = exact && (want < 20 || (buf[15] == 3 && buf[18] == 0 && buf[19] == 0));
    }
    TAP_OK(exact, "CUR0009 writing is exact or bad, at every capacity, and never past it");
}

int main(void)
{
    test_lengths();
    test_views();
    test_writer();
    return tap_done();
}
