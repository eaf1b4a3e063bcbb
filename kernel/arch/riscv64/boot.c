/* SPDX-License-Identifier: Apache-2.0 */
/* riscv64: the kernel's own address space, first words on the machine, panic and debug calls. */
#include "kernel/boot/boot.h"

#include "kernel/api/entry.h"
#include "kernel/arch/arch.h"
#include "kernel/arch/riscv64/machine.h"

/* The upper half of every address space: window on physical memory, and the kernel image. */
static _Alignas(4096) uint64_t kernel_root[512];
static _Alignas(4096) uint64_t image_gigabyte[512];  /* level 1 over the image's own address */
static _Alignas(4096) uint64_t image_pages[512];     /* level 0: text, constants, data apart */
static _Alignas(4096) uint64_t window_gigabyte[512]; /* level 1 over the RAM that holds the image */
static _Alignas(4096) uint64_t window_pages[512];    /* level 0 with a hole where the image is */

extern char image_start[], boot_end[], text_start[], text_end[], rodata_end[], image_end[];

static BOOT_CODE uint64_t image_phys(const void *p)
{
    return (uint64_t)(uintptr_t)p - KERNEL_OFFSET;
}

static BOOT_CODE uint64_t leaf(uint64_t paddr, uint64_t flags)
{
    return paddr >> 12 << 10 | PTE_V | PTE_AD | PTE_G | flags;
}

/* What each page of the image may be: nothing is both written and executed. */
static BOOT_CODE uint64_t image_flags(const char *p)
{
    if (p < boot_end) {
        return PTE_R | PTE_W | PTE_X; /* until boot is over */
    }
    if (p < text_start) {
        return PTE_R | PTE_W;
    }
    if (p < text_end) {
        return PTE_R | PTE_X;
    }
    return p < rodata_end ? PTE_R : PTE_R | PTE_W;
}

static BOOT_CODE void make_kernel_space(void)
{
    for (uint64_t g = 0; g << 30 < RAM_TOP; g++) {
        kernel_root[256 + g] = leaf(g << 30, PTE_R | PTE_W);
    }
    uint64_t base = image_phys(image_start);
    uint64_t megas = base >> 21;
    kernel_root[256 + (base >> 30)] = pte_table(image_phys(window_gigabyte));
    for (uint64_t i = 0; i < 512; i++) {
        window_gigabyte[i] = leaf((base >> 30 << 30) + (i << 21), PTE_R | PTE_W);
        uint64_t paddr = (megas << 21) + (i << 12);
        if (paddr >= round_up(image_phys(image_end), 12) || paddr < base) {
            window_pages[i] = leaf(paddr, PTE_R | PTE_W);
        }
    }
    window_gigabyte[megas & 511] = pte_table(image_phys(window_pages));
    kernel_root[510] = pte_table(image_phys(image_gigabyte));
    image_gigabyte[1] = pte_table(image_phys(image_pages));
    for (char *p = image_start; p < image_end; p += 4096) {
        image_pages[((uint64_t)(uintptr_t)p >> 12) & 511] = leaf(image_phys(p), image_flags(p));
    }
    machine_set_kernel_satp(SATP_SV39 | image_phys(kernel_root) >> 12);
}

void arch_vspace_init(void *root)
{
    uint64_t *table = (uint64_t *)root;
    for (unsigned i = 256; i < 512; i++) {
        table[i] = kernel_root[i];
    }
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
        .reserved =
            {
                {0x2000000, 0x2200000},   /* CLINT */
                {0xc000000, 0xc600000},   /* PLIC */
                {0x80000000, RAM_BASE},   /* firmware */
            },
        .reserved_count = 4,
    };
    memory.reserved[3] =
        (struct region){image_phys(image_start), round_up(image_phys(image_end), 12)};
    make_kernel_space();
    __asm__ volatile("csrc sstatus, %0\n csrs sstatus, %1"
                     :
                     : "r"(SSTATUS_SPP | 0x6000UL), "r"(SSTATUS_SPIE));
    __asm__ volatile("csrw scounteren, %0" : : "r"(RISCV_COUNTERS));
    machine_init_interrupts();
    boot_root_task(&args, &memory);
}

/* Boot is over: its code can neither run again nor be changed. */
void seal_boot_part(void);
void seal_boot_part(void)
{
    for (char *p = image_start; p < boot_end; p += 4096) {
        uint64_t *entry = &image_pages[((uint64_t)(uintptr_t)p >> 12) & 511];
        *entry &= ~(uint64_t)(PTE_W | PTE_X);
    }
    __asm__ volatile("sfence.vma" ::: "memory");
}

/* --- last words --- */

void console_put(char c)
{
    volatile uint8_t *uart = (volatile uint8_t *)arch_phys_to_ptr(UART_BASE);
    while ((uart[5] & 0x20) == 0) {
    }
    uart[0] = (uint8_t)c;
}

static _Noreturn void halt(void)
{
    for (;;) {
        __asm__ volatile("wfi");
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
