/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The suite's table of refusals (tests/kernel/suite/errors.c, and its furniture, main.c) against the portable
 * kernel in a process, under the sanitizers: what the root task's helpers do by system calls is done here by calls
 * of the model.
 */
#include <stdio.h>
#include <string.h>

#include "tests/kernel/host/user.h"
#include "tests/kernel/suite/suite.h"

struct fm_bootinfo *bootinfo;
uint64_t next_slot;
uint64_t pool;
uint64_t answer[8];
static uint64_t large_pool; /* one frame of 2 MiB fits, no more */

uint64_t invoke(uint64_t cptr, uint64_t label, unsigned words, const uint64_t *word, unsigned caps, const uint64_t *cap)
{
    uint64_t error = host_call(cptr, label, words, word, caps, cap);
    memcpy(answer, host_reply, sizeof answer);
    host_check(host_root_slots(), 1u << FM_ROOT_CNODE_BITS);
    return error;
}

void must(uint64_t error, int line)
{
    if (error != 0) {
        printf("Bail out! line %d: error %lu\n", line, (unsigned long)error);
        fflush(stdout);
        __builtin_trap();
    }
}

uint64_t retype(uint64_t untyped, uint64_t type, uint64_t bits, uint64_t to, uint64_t count)
{
    const uint64_t w[] = {type, bits, 0, 0, to, count};
    const uint64_t root = FM_SLOT_CNODE;
    bool large = untyped == pool && type == FM_OBJ_LARGE_PAGE;
    return invoke(large ? large_pool : untyped, FM_LABEL_UNTYPED_RETYPE, 6, w, 1, &root);
}

uint64_t cnode_copy(uint64_t to, uint64_t from, uint64_t rights)
{
    return host_copy(to, from, rights);
}

uint64_t cnode_mint(uint64_t to, uint64_t from, uint64_t rights, uint64_t badge)
{
    return host_mint(to, from, rights, badge);
}

uint64_t cnode_delete(uint64_t slot)
{
    return host_delete(slot);
}

uint64_t make(uint64_t type, uint64_t bits)
{
    must(retype(pool, type, bits, next_slot, 1), __LINE__);
    return next_slot++;
}

void map(uint64_t frame, uint64_t vaddr, uint64_t rights, uint64_t attr, uint64_t vspace)
{
    const uint64_t w[] = {vaddr, rights, attr};
    while (invoke(frame, FM_LABEL_PAGE_MAP, 3, w, 1, &vspace) == FM_KERR_FAILED_LOOKUP) {
        const uint64_t at[] = {vaddr, FM_VM_DEFAULT};
        uint64_t table = make(FM_OBJ_PAGE_TABLE, 0);
        must(invoke(table, FM_LABEL_PAGE_TABLE_MAP, 2, at, 1, &vspace), __LINE__);
    }
}

void text(const char *s)
{
    printf("%s", s);
    fflush(stdout);
}

/* The other groups need threads that run. */
void group_paths(void)
{
}

void group_checks(void)
{
}

void group_objects(void)
{
}

void group_ipc(void)
{
}

void group_revoke(void)
{
}

void group_latency(void)
{
}

void group_time(void)
{
}

void group_memory(void)
{
}

void group_attack(void)
{
}

void group_random(void)
{
}

static void choose_pools(void)
{
    unsigned best = 0, second = 0;
    uint64_t n = bootinfo->untyped.end - bootinfo->untyped.start;
    for (uint64_t i = 0; i < n; i++) {
        const struct fm_untyped_desc *d = &bootinfo->untyped_list[i];
        if (d->is_device) {
            continue;
        }
        if (d->size_bits > best) {
            second = best;
            pool = large_pool;
            best = d->size_bits;
            large_pool = bootinfo->untyped.start + i;
        } else if (d->size_bits > second) {
            second = d->size_bits;
            pool = bootinfo->untyped.start + i;
        }
    }
}

int main(void)
{
    host_ram_bytes = 0x1000000;
    host_boot();
    bootinfo = host_bootinfo();
    next_slot = bootinfo->empty.start;
    choose_pools();
    tests();
    return tap_failures() != 0;
}
