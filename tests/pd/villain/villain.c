/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One program, many domains: each tries the one forbidden thing that its plan names (villain_deed).
 * Whatever comes after the deed is printed only if the kernel let it pass.
 */
#include "tests/pd/villain/privileged.h"

#include "pd/rt/rt.h"
#include "pd/rt/syscall.h"

#define PATCHED __attribute__((section(".data"), used))

enum deed {
    DEED_NULL = 1,
    DEED_KERNEL_READ,
    DEED_KERNEL_WRITE,
    DEED_NEIGHBOUR,
    DEED_DEVICE,
    DEED_WRITE_CODE,
    DEED_WRITE_CONSTANT,
    DEED_RUN_DATA,
    DEED_RUN_STACK,
    DEED_RUN_NOTHING,
    DEED_STACK,
    DEED_SYSCALL,
    DEED_CPTR,
    DEED_RECEIVE,
    DEED_TRAP,
    DEED_PRIVILEGED,
    DEED_GUESS,
    DEED_SPIN,
    DEED_FLOOD,
    DEED_YIELD,
};

PATCHED seL4_Word villain_deed = 0;
PATCHED seL4_Word villain_address = 0;

static const uint64_t constant = 7;
static volatile uint64_t data[2] = {0xd65f03c000000000ULL, 0x8082ULL};

static void touch(uint64_t address, bool write)
{
    volatile uint64_t *p = (volatile uint64_t *)address;

    if (write) {
        *p = 1;
    } else {
        (void)*p;
    }
}

static void run(const void *code)
{
    ((void (*)(void))(uintptr_t)code)();
}

static void run_stack(void)
{
    volatile uint64_t code[2] = {0xd65f03c000000000ULL, 0x8082ULL};

    code[0]++;
    run((const void *)(uintptr_t)code);
}

static uint64_t sink;

/* Goes down until the stack ends. */
static void fall(void)
{
    uint64_t top = (uint64_t)(uintptr_t)__builtin_frame_address(0);

    for (uint64_t at = top & ~7ULL; at > 0x1000U; at -= 1024U) {
        touch(at, true);
    }
}

/* Calls every slot that the plan leaves empty, and a thousand made-up pointers. */
static void guess(void)
{
    unsigned found = 0;
    uint64_t random = 88172645463325252ULL;

    for (seL4_CPtr slot = 5; slot < FM_SYS_SLOTS; slot++) {
        if (slot != FM_SYS_NOTIFY) {
            seL4_MessageInfo_t i =
                seL4_Call(slot, seL4_MessageInfo_new(FM_LABEL_CNODE_REVOKE, 0, 0, 2));

            found += seL4_MessageInfo_get_label(i) == seL4_InvalidCapability ? 0U : 1U;
        }
    }
    for (unsigned i = 0; i < 1000U; i++) {
        seL4_Word label = random & 63U;

        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        if (random >> 58 != 0U) {
            seL4_MessageInfo_t answer = seL4_Call(random, seL4_MessageInfo_new(label, 0, 0, 6));

            found += seL4_MessageInfo_get_label(answer) == seL4_InvalidCapability ? 0U : 1U;
        }
    }
    fm_print("guessed 1500 capabilities, found %u\n", found);
}

static void jump_or_spin(void)
{
    struct fm_trap t = {.cptr = 0};

    switch ((enum deed)villain_deed) {
    case DEED_SYSCALL:
        fm_trap(-1000, &t);
        break;
    case DEED_CPTR:
        (void)seL4_Call(0x3ffffffffffffff, seL4_MessageInfo_new(0, 0, 0, 0));
        break;
    case DEED_RECEIVE:
        (void)seL4_Recv(FM_SYS_NOTIFY, NULL, FM_SYS_REPLY);
        break;
    case DEED_SPIN:
        fm_print("spinning\n");
        for (;;) {
            sink++;
        }
    case DEED_FLOOD:
        for (unsigned i = 0; i < 20000U; i++) {
            seL4_Signal(FM_SYS_NOTIFY);
        }
        fm_print("20000 signals sent\n");
        for (;;) {
            seL4_Signal(FM_SYS_NOTIFY);
        }
    case DEED_YIELD:
        for (;;) {
            seL4_Yield();
        }
    case DEED_NULL:
    case DEED_KERNEL_READ:
    case DEED_KERNEL_WRITE:
    case DEED_NEIGHBOUR:
    case DEED_DEVICE:
    case DEED_WRITE_CODE:
    case DEED_WRITE_CONSTANT:
    case DEED_RUN_DATA:
    case DEED_RUN_STACK:
    case DEED_RUN_NOTHING:
    case DEED_STACK:
    case DEED_TRAP:
    case DEED_PRIVILEGED:
    case DEED_GUESS:
        break;
    }
    fm_print("still here: the kernel let it pass\n");
}

void init(void)
{
    switch ((enum deed)villain_deed) {
    case DEED_NULL:
    case DEED_KERNEL_READ:
    case DEED_NEIGHBOUR:
    case DEED_DEVICE:
        touch(villain_address, false);
        break;
    case DEED_KERNEL_WRITE:
        touch(villain_address, true);
        break;
    case DEED_WRITE_CODE:
        touch((uint64_t)(uintptr_t)init & ~7ULL, true);
        break;
    case DEED_WRITE_CONSTANT:
        touch((uint64_t)(uintptr_t)&constant, true);
        break;
    case DEED_RUN_DATA:
        data[0]++;
        run((const void *)(uintptr_t)data);
        break;
    case DEED_RUN_STACK:
        run_stack();
        break;
    case DEED_RUN_NOTHING:
        run((const void *)(uintptr_t)villain_address);
        break;
    case DEED_STACK:
        fall();
        break;
    case DEED_TRAP:
        __builtin_trap();
    case DEED_PRIVILEGED:
        villain_privileged();
        break;
    case DEED_GUESS:
        guess();
        return;
    case DEED_SYSCALL:
    case DEED_CPTR:
    case DEED_RECEIVE:
    case DEED_SPIN:
    case DEED_FLOOD:
    case DEED_YIELD:
        break;
    }
    jump_or_spin();
}

void notified(microkit_channel ch)
{
    (void)ch;
}
