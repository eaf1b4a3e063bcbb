/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asks the entropy domain for bytes, the last time beyond what the device gives in a period: the
 * driver dies while the device has the buffer. Says in TAP what came, and what the witness saw. The .caps
 * file says what is expected: rng_works, rng_again (the driver is started anew), rng_late (nobody resets the device).
 */
#include "pd/power/ask.h"
#include "pd/rng/rng.h"
#include "pd/rt/rt.h"
#include "tests/pd/rng/verdict.h"
#include "tests/tap.h"

#define PATCHED __attribute__((section(".data"), used))
#define RNG 1
#define POWER 2
#define WITNESS 3

PATCHED seL4_Word rng_verdict = 0; /* setvar_vaddr */
PATCHED seL4_Word rng_works = 1;
PATCHED seL4_Word rng_again = 1;
PATCHED seL4_Word rng_late = 0;

static seL4_Word call(seL4_Word label, seL4_Word n)
{
    microkit_mr_set(0, n);
    return microkit_msginfo_get_label(microkit_ppcall(RNG, microkit_msginfo_new(label, 1)));
}

static unsigned zero_bytes(const uint64_t *words, unsigned n)
{
    unsigned zeros = 0;

    for (unsigned i = 0; i < n; i++) {
        zeros += ((const uint8_t *)words)[i] == 0U ? 1U : 0U;
    }
    return zeros;
}

/* Sixteen bytes in all, what the device gives in a period: the next request will wait with it. What is drawn is never
 * printed: the console is the same in every run. */
static void draws(void)
{
    uint64_t a[3];

    TAP_EQ(call(FM_RNG_BYTES, 8), FM_OK, "RNG-1 eight bytes");
    a[0] = microkit_mr_get(0);
    TAP_EQ(call(FM_RNG_BYTES, 3), FM_OK, "RNG-2 three bytes");
    a[1] = microkit_mr_get(0);
    (void)call(FM_RNG_BYTES, 5);
    a[2] = microkit_mr_get(0);
    TAP_OK(a[1] >> 24 == 0U && a[2] >> 40 == 0U, "RNG-3 no more than was asked for");
    TAP_OK(a[0] != 0U && a[2] != 0U && (a[0] & 0xffffffffffU) != a[2] &&
               (a[0] & 0xffffffU) != a[1] && (a[2] & 0xffffffU) != a[1],
           "RNG-4 neither nothing nor the same again");
    TAP_EQ(call(FM_RNG_BYTES, 0), FM_E_PD_ARGUMENT, "RNG-5 PD_ARGUMENT: no bytes");
    TAP_EQ(call(FM_RNG_BYTES, FM_RNG_MOST + 1U), FM_E_PD_ARGUMENT, "RNG-6 PD_ARGUMENT: too many");
    TAP_EQ(call(FM_RNG_BYTES, UINT64_MAX), FM_E_PD_ARGUMENT, "RNG-7 PD_ARGUMENT: far too many");
    TAP_EQ(call(FM_RNG_BYTES + 1U, 8), FM_E_PD_NO_METHOD, "RNG-8 PD_NO_METHOD");
}

static void after(void)
{
    const struct verdict *v = (const struct verdict *)rng_verdict;

    TAP_EQ(v->outstanding, 1, "RNG-10 the device had a buffer when its driver died");
    TAP_OK(v->watched != 0U, "RNG-11 the witness filled its DMA memory with a pattern");
    if (rng_late != 0U) {
        TAP_OK(v->changed != 0U, "RNG-12 without the reset the device writes into it later");
    } else {
        TAP_EQ(v->changed, 0, "RNG-12 and it stayed as it was");
    }
    if (rng_again != 0U) {
        uint64_t words[FM_RNG_MOST / 8U];

        TAP_EQ(call(FM_RNG_BYTES, FM_RNG_MOST), FM_OK, "RNG-13 entropy flows again");
        for (unsigned i = 0; i < FM_RNG_MOST / 8U; i++) {
            words[i] = microkit_mr_get((seL4_Uint8)i);
        }
        /* Eight of 64 random bytes are zero once in 10^11 runs. */
        TAP_OK(zero_bytes(words, FM_RNG_MOST) < 8U, "RNG-14 all of it, in several pieces");
    }
    fm_ask_power_off(POWER, (seL4_Word)tap_done());
}

void init(void)
{
    if (rng_works == 0U) {
        TAP_EQ(call(FM_RNG_BYTES, 8), FM_E_DEVICE_ABSENT, "RNG-15 DEVICE_ABSENT");
        fm_ask_power_off(POWER, (seL4_Word)tap_done());
        return;
    }
    draws();
    microkit_notify(WITNESS);
    TAP_EQ(call(FM_RNG_BYTES, FM_RNG_MOST), FM_E_PEER_FAULT,
           "RNG-9 PEER_FAULT: the driver died over the next request");
}

void notified(microkit_channel ch)
{
    if (ch == WITNESS) {
        after();
    }
}
