/* SPDX-License-Identifier: Apache-2.0 */
/*
 * After the start, root sleeps until a domain without a parent faults, or a passive one has finished
 * its init. A fault is reported by domain, cause, address and pc; then the plan's policy is applied.
 */
#include "pd/root/root.h"
#include "pd/rt/machine.h"

#define FAULT_WORDS 16

static uint32_t restarts[64];
static seL4_Word words[FAULT_WORDS]; /* the fault's message: later invocations reuse the buffer */

static seL4_Word word(unsigned i)
{
    return words[i];
}

static const struct fm_plan_map *find_map(uint32_t domain, uint64_t addr)
{
    const struct fm_plan_map *maps = root_table(FM_TABLE_MAPS);

    for (uint32_t i = 0; i < root_count(FM_TABLE_MAPS); i++) {
        if (maps[i].domain == domain && addr - maps[i].vaddr < (uint64_t)maps[i].count
                                                                   << maps[i].size_bits) {
            return &maps[i];
        }
    }
    return NULL;
}

static const struct fm_plan_window *find_window(uint32_t domain, uint64_t addr)
{
    const struct fm_plan_window *windows = root_table(FM_TABLE_WINDOWS);

    for (uint32_t i = 0; i < root_count(FM_TABLE_WINDOWS); i++) {
        if (windows[i].domain == domain && addr - windows[i].base < windows[i].bytes) {
            return &windows[i];
        }
    }
    return NULL;
}

/* A guarded copy that touched a revoked window goes on at the landing pad; nothing is reported. */
static bool land(uint32_t domain)
{
    const struct fm_plan_domain *d = root_domain(domain);
    uint64_t pc = word(FM_VMFAULT_IP);
    uint64_t addr = word(FM_VMFAULT_ADDR);

    if (d->landing == 0U || pc < d->guard_start || pc >= d->guard_end ||
        find_window(domain, addr) == NULL) {
        return false;
    }
    root_check(seL4_TCB_WriteRegisters(root_object(d->tcb), seL4_True, 0, 1, &d->landing), "land",
               root_name(d->name));
    return true;
}

static void report_memory(uint32_t domain, const char *name)
{
    const struct fm_plan_domain *d = root_domain(domain);
    uint64_t pc = word(FM_VMFAULT_IP);
    uint64_t addr = word(FM_VMFAULT_ADDR);
    bool fetch = word(FM_VMFAULT_PREFETCH) != 0U;
    uint64_t fsr = word(FM_VMFAULT_FSR);
    const struct fm_plan_map *map = find_map(domain, addr);
    const char *what = fetch ? "execute" : fm_machine_is_write(fsr) ? "write" : "read";

    if (map != NULL) {
        fm_print("fault: %s: %s of 0x%lx is not permitted there (%s), pc 0x%lx\n", name, what, addr,
                 root_name(map->name), pc);
    } else if (addr < d->stack_low && d->stack_low - addr <= 0x10000U) {
        fm_print("fault: %s: stack overflow: %s of 0x%lx, pc 0x%lx\n", name, what, addr, pc);
    } else {
        fm_print("fault: %s: %s of 0x%lx, where nothing is mapped, pc 0x%lx\n", name, what, addr,
                 pc);
    }
}

static void report(uint32_t domain, seL4_Word label)
{
    const char *name = root_name(root_domain(domain)->name);

    switch (label) {
    case FM_FAULT_CAP:
        fm_print("fault: %s: %s: capability 0x%lx does not resolve, pc 0x%lx\n", name,
                 word(FM_CAPFAULT_IN_RECV_PHASE) != 0U ? "receive" : "send", word(FM_CAPFAULT_ADDR),
                 word(FM_CAPFAULT_IP));
        break;
    case FM_FAULT_UNKNOWN_SYSCALL:
        fm_print("fault: %s: there is no system call %ld, pc 0x%lx\n", name,
                 (int64_t)word(FM_UNKNOWN_SYSCALL), word(FM_UNKNOWN_FAULT_IP));
        break;
    case FM_FAULT_USER_EXCEPTION:
        fm_print("fault: %s: %s (0x%lx), pc 0x%lx\n", name,
                 fm_machine_exception(word(FM_USEREXC_NUMBER)), word(FM_USEREXC_NUMBER),
                 word(FM_USEREXC_IP));
        break;
    case FM_FAULT_TIMEOUT:
        fm_print("fault: %s: its budget is spent\n", name);
        break;
    case FM_FAULT_VM:
        report_memory(domain, name);
        break;
    default:
        fm_print("fault: %s: of unknown kind %lu\n", name, label);
        break;
    }
}

/* A passive domain has finished its init: its time goes to its notification and to its callers. */
static void make_passive(uint32_t domain)
{
    const struct fm_plan_domain *d = root_domain(domain);
    seL4_CPtr sc = root_object(d->sched_context);

    root_check(seL4_SchedContext_UnbindObject(sc, root_object(d->tcb)), "make passive",
               root_name(d->name));
    root_check(seL4_SchedContext_Bind(sc, root_object(d->notification)), "make passive",
               root_name(d->name));
}

static void on_fault(uint32_t domain, seL4_Word label)
{
    const struct fm_plan_domain *d = root_domain(domain);
    seL4_Word answer = label == FM_FAULT_TIMEOUT ? FM_E_TIME_SPENT : FM_E_PEER_FAULT;

    if (label == FM_FAULT_VM && land(domain)) {
        return;
    }
    if (domain == root.plan->console_domain) {
        root_out_take_back();
    }
    report(domain, label);
    if (root_quiet(domain) && restarts[domain] < d->restarts) {
        restarts[domain]++;
        fm_print("restart %u of %u: %s\n", restarts[domain], d->restarts, root_name(d->name));
        root_restart(domain, answer);
    } else {
        root_answer_waiting(domain, answer);
        fm_print("stopped: %s\n", root_name(d->name));
    }
}

_Noreturn void root_serve(void)
{
    for (;;) {
        seL4_Word badge = 0;
        seL4_MessageInfo_t info = seL4_Recv(root_object(root.plan->root_endpoint), &badge,
                                            root_object(root.plan->root_reply));
        seL4_Word label = seL4_MessageInfo_get_label(info);

        for (int i = 0; i < FAULT_WORDS; i++) {
            words[i] = seL4_GetMR(i);
        }

        if (badge == 0U || badge > root_count(FM_TABLE_DOMAINS)) {
            continue;
        }
        if (label == FM_FAULT_NONE) {
            make_passive((uint32_t)badge - 1U);
        } else {
            on_fault((uint32_t)badge - 1U, label);
        }
    }
}
