/* SPDX-License-Identifier: Apache-2.0 */
/* aarch64: the kernel's own address space, first words on the machine, and its last ones. */
#include "kernel/boot/boot.h"

#include "kernel/api/entry.h"
#include "kernel/arch/aarch64/machine.h"
#include "kernel/arch/arch.h"

/* TTBR1: one entry of the top level leads to the window on physical memory and to the image. */
static _Alignas(4096) uint64_t kernel_root[512];
static _Alignas(4096) uint64_t kernel_gigabytes[512]; /* 0.. window, 511 image */
static _Alignas(4096) uint64_t image_megabytes[512];
static _Alignas(4096) uint64_t image_pages[512];   /* text, constants, data apart */
static _Alignas(4096) uint64_t window_megabytes[512]; /* the gigabyte of RAM that holds the image */
static _Alignas(4096) uint64_t window_pages[512];  /* with a hole where the image is */
static _Alignas(4096) uint64_t empty_root[512];    /* TTBR0 when no thread's space is live */

extern char image_start[], boot_end[], text_start[], text_end[], rodata_end[], image_end[];

#define KERNEL_PTE                                                                                 \
    (PTE_VALID | PTE_ATTR_NORMAL | PTE_INNER_SHARED | PTE_ACCESSED | PTE_UXN)
#define MAIR 0x44ff00UL /* 0 device nGnRnE, 1 write-back, 2 not cached */
#define TCR                                                                                        \
    (16UL | 1UL << 8 | 1UL << 10 | 3UL << 12 | 16UL << 16 | 1UL << 24 | 1UL << 26 | 3UL << 28 |    \
     2UL << 30 | 2UL << 32 | 1UL << 36) /* 48 bits each, 4 KiB, write-back, 40 bits, 16-bit ASID */

static BOOT_CODE uint64_t image_phys(const void *p)
{
    return (uint64_t)(uintptr_t)p - KERNEL_OFFSET;
}

/* What each page of the image may be: nothing is both written and executed. */
static BOOT_CODE uint64_t image_flags(const char *p)
{
    if (p < boot_end) {
        return 0; /* written and executed until boot is over */
    }
    if (p < text_start) {
        return PTE_PXN;
    }
    if (p < text_end) {
        return PTE_READ_ONLY;
    }
    return p < rodata_end ? PTE_READ_ONLY | PTE_PXN : PTE_PXN;
}

static BOOT_CODE void make_kernel_space(void)
{
    uint64_t base = image_phys(image_start);
    uint64_t megas = base >> 21;
    kernel_root[511] = pte_table(image_phys(kernel_gigabytes));
    kernel_gigabytes[0] = PTE_VALID | PTE_ATTR_DEVICE | PTE_ACCESSED | PTE_UXN | PTE_PXN;
    for (uint64_t g = 1; g << 30 < RAM_TOP; g++) {
        kernel_gigabytes[g] = g << 30 | KERNEL_PTE | PTE_PXN;
    }
    for (uint64_t i = 0; i < 512; i++) {
        window_megabytes[i] = ((base >> 30 << 30) + (i << 21)) | KERNEL_PTE | PTE_PXN;
        uint64_t paddr = (megas << 21) + (i << 12);
        if (paddr >= round_up(image_phys(image_end), 12) || paddr < base) {
            window_pages[i] = paddr | KERNEL_PTE | PTE_TABLE | PTE_PXN;
        }
    }
    window_megabytes[megas & 511] = pte_table(image_phys(window_pages));
    kernel_gigabytes[base >> 30] = pte_table(image_phys(window_megabytes));
    kernel_gigabytes[511] = pte_table(image_phys(image_megabytes));
    image_megabytes[((uint64_t)(uintptr_t)image_start >> 21) & 511] =
        pte_table(image_phys(image_pages));
    for (char *p = image_start; p < image_end; p += 4096) {
        image_pages[((uint64_t)(uintptr_t)p >> 12) & 511] =
            image_phys(p) | KERNEL_PTE | PTE_TABLE | image_flags(p);
    }
    __asm__ volatile("dsb ish\n msr mair_el1, %0\n msr tcr_el1, %1\n msr ttbr1_el1, %2\n isb\n"
                     "tlbi vmalle1\n dsb ish\n ic iallu\n dsb ish\n isb"
                     :
                     : "r"(MAIR), "r"(TCR), "r"(image_phys(kernel_root))
                     : "memory");
    machine_init(image_phys(empty_root));
    __asm__ volatile("tlbi vmalle1\n dsb ish\n isb" ::: "memory");
}

BOOT_CODE void boot_kernel(uint64_t start, uint64_t end, uint64_t offset, uint64_t entry,
                           uint64_t fdt, uint64_t fdt_bytes);
BOOT_CODE void boot_kernel(uint64_t start, uint64_t end, uint64_t offset, uint64_t entry,
                           uint64_t fdt, uint64_t fdt_bytes)
{
    const struct boot_args args = {start, end, offset, entry, fdt, fdt_bytes};
    struct boot_memory memory = {
        .ram = {RAM_BASE, RAM_TOP},
        .device_top = DEVICE_TOP,
        .reserved = {{GICD_BASE, GICD_BASE + 4096}, {GICC_BASE, GICC_BASE + 4096}},
        .reserved_count = 3,
    };
    memory.reserved[2] =
        (struct region){image_phys(image_start), round_up(image_phys(image_end), 12)};
    make_kernel_space();
#ifdef FM_KERNEL_BENCH
    __asm__ volatile("msr pmuserenr_el0, %0" : : "r"(0xfUL));
#else
    __asm__ volatile("msr pmuserenr_el0, xzr");
#endif
    gic_init();
    boot_root_task(&args, &memory);
}

/* Boot is over: its code can neither run again nor be changed. */
void seal_boot_part(void);
void seal_boot_part(void)
{
    for (char *p = image_start; p < boot_end; p += 4096) {
        image_pages[((uint64_t)(uintptr_t)p >> 12) & 511] |= PTE_READ_ONLY | PTE_PXN;
    }
    __asm__ volatile("dsb ishst\n tlbi vmalle1\n dsb ish\n isb" ::: "memory");
}

/* --- last words --- */

void console_put(char c)
{
    volatile uint32_t *uart = (volatile uint32_t *)arch_phys_to_ptr(UART_BASE);
    while ((uart[6] & 0x20) != 0) {
    }
    uart[0] = (uint8_t)c;
}

static _Noreturn void halt(void)
{
    for (;;) {
        __asm__ volatile("msr daifset, #15\n wfi");
    }
}

COLD _Noreturn void kernel_panic(const char *file, unsigned line)
{
    console_text("\nkernel: assertion failed: ");
    console_text(file);
    console_text(" line ");
    console_hex(line);
    console_put('\n');
    halt();
}

COLD _Noreturn void kernel_panic_trap(uint64_t cause, uint64_t value, uint64_t pc)
{
    console_text("\nkernel: trap in the kernel: cause ");
    console_hex(cause);
    console_text(" value ");
    console_hex(value);
    console_text(" pc ");
    console_hex(pc);
    console_put('\n');
    halt();
}
