/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bootable image: loader, kernel, root task with the plan behind it. aarch64: raw bytes for
 * the loader's base. riscv64: an ELF with one segment, since firmware jumps to an ELF's entry.
 */
#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/loader/payload.h"
#include "tools/pack/pack.h"

#define USER_ALIGN 0x10000ULL

struct buffer {
    uint8_t *bytes;
    size_t used;
};

static uint8_t *extend(struct buffer *b, size_t n)
{
    b->bytes = realloc(b->bytes, b->used + n);
    if (b->bytes == NULL) {
        refuse((struct where){NULL, 0}, "out of memory");
    }
    memset(b->bytes + b->used, 0, n);
    b->used += n;
    return b->bytes + b->used - n;
}

static const struct where nowhere = {NULL, 0};

static void add_region(struct fm_payload *p, struct buffer *data, uint64_t to, const uint8_t *from,
                       uint64_t file_bytes, uint64_t bytes)
{
    struct fm_payload_region *r = &p->region[p->regions];

    if (p->regions == FM_PAYLOAD_REGIONS) {
        refuse(nowhere, "the kernel has more than %d segments", FM_PAYLOAD_REGIONS - 1);
    }
    *r = (struct fm_payload_region){to, bytes, data->used, file_bytes};
    memcpy(extend(data, (file_bytes + 4095U) & ~4095ULL), from, file_bytes);
    p->regions++;
}

/* The kernel's segments; returns the first physical page behind it. */
static uint64_t add_kernel(struct fm_payload *p, struct buffer *data, const char *path,
                           unsigned machine)
{
    struct elf k;
    uint64_t end = 0;

    elf_read(&k, path, nowhere, machine);
    p->kernel_entry = k.entry;
    for (unsigned i = 0; i < k.segments; i++) {
        const struct segment *g = &k.segment[i];

        if (i == 0U) {
            p->kernel_offset = g->vaddr - g->paddr;
        } else if (p->kernel_offset != g->vaddr - g->paddr) {
            refuse(nowhere, "%s: its segments lie at different offsets; expected one", path);
        }
        add_region(p, data, g->paddr, g->data, g->file_bytes, g->bytes);
        end = g->paddr + g->bytes > end ? g->paddr + g->bytes : end;
    }
    if (p->kernel_offset % PACK_LARGE != 0U) {
        refuse(nowhere, "%s: virtual minus physical is 0x%lx; expected a multiple of 2 MiB", path,
               (unsigned long)p->kernel_offset);
    }
    return end;
}

/* Root's segments in one flat piece, the plan behind. */
static void add_root(struct fm_payload *p, struct buffer *data, const char *path, unsigned machine,
                     uint32_t profile, const uint8_t *plan, size_t plan_bytes, uint64_t kernel_end)
{
    struct elf r;
    uint64_t low = UINT64_MAX;
    uint64_t high = 0;
    uint64_t paddr = (kernel_end + USER_ALIGN - 1U) & ~(USER_ALIGN - 1U);
    uint8_t *flat;

    elf_read(&r, path, nowhere, machine);
    if (elf_profile(&r) != profile) {
        refuse(nowhere, "%s: section .fm_abi names profile %u; expected %u", path, elf_profile(&r),
               profile);
    }
    for (unsigned i = 0; i < r.segments; i++) {
        low = r.segment[i].vaddr < low ? r.segment[i].vaddr : low;
        high = r.segment[i].vaddr + r.segment[i].bytes > high
                   ? r.segment[i].vaddr + r.segment[i].bytes
                   : high;
    }
    flat = calloc(1, high - low + plan_bytes);
    if (flat == NULL) {
        refuse(nowhere, "out of memory");
    }
    for (unsigned i = 0; i < r.segments; i++) {
        memcpy(flat + (r.segment[i].vaddr - low), r.segment[i].data, r.segment[i].bytes);
    }
    memcpy(flat + (high - low), plan, plan_bytes);
    p->user_start = paddr;
    p->user_end = paddr + (high - low) + plan_bytes;
    p->user_offset = paddr - low;
    p->user_entry = r.entry;
    add_region(p, data, paddr, flat, high - low + plan_bytes, high - low + plan_bytes);
    free(flat);
}

static void write_file(const char *to, const struct buffer *image, bool as_elf, uint64_t base,
                       uint64_t entry, uint64_t memory)
{
    FILE *f = fopen(to, "wb");
    uint8_t head[4096] = {0};
    Elf64_Ehdr h = {.e_type = ET_EXEC,
                    .e_machine = EM_RISCV,
                    .e_version = EV_CURRENT,
                    .e_entry = entry,
                    .e_phoff = sizeof h,
                    .e_flags = 5, /* compressed code, double floats */
                    .e_ehsize = sizeof h,
                    .e_phentsize = sizeof(Elf64_Phdr),
                    .e_phnum = 1};
    Elf64_Phdr ph = {.p_type = PT_LOAD,
                     .p_flags = PF_R | PF_W | PF_X,
                     .p_offset = sizeof head,
                     .p_vaddr = base,
                     .p_paddr = base,
                     .p_filesz = image->used,
                     .p_memsz = memory,
                     .p_align = 4096};

    memcpy(h.e_ident, ELFMAG, SELFMAG);
    h.e_ident[EI_CLASS] = ELFCLASS64;
    h.e_ident[EI_DATA] = ELFDATA2LSB;
    h.e_ident[EI_VERSION] = EV_CURRENT;
    memcpy(head, &h, sizeof h);
    memcpy(head + sizeof h, &ph, sizeof ph);
    if (f == NULL || (as_elf && fwrite(head, 1, sizeof head, f) != sizeof head) ||
        fwrite(image->bytes, 1, image->used, f) != image->used || fclose(f) != 0) {
        refuse(nowhere, "cannot write %s", to);
    }
}

void image_write(const struct system *s, const uint8_t *plan, size_t bytes, const char *kernel,
                 const char *root, const char *loader, const char *to)
{
    bool arm = profile_is_arm(s);
    unsigned machine = arm ? EM_AARCH64 : EM_RISCV;
    uint64_t base = arm ? FM_LOADER_BASE_AARCH64 : FM_LOADER_BASE_RISCV64;
    struct fm_payload p = {.magic = FM_PAYLOAD_MAGIC};
    struct buffer data = {0};
    struct buffer image = {0};
    struct elf l;
    uint64_t end = 0;

    elf_read(&l, loader, nowhere, machine);
    for (unsigned i = 0; i < l.segments; i++) {
        const struct segment *g = &l.segment[i];
        uint64_t at = g->vaddr - base;

        if (g->vaddr < base || at < image.used) {
            refuse(nowhere, "%s: expected segments in order from 0x%lx", loader,
                   (unsigned long)base);
        }
        (void)extend(&image, at + g->bytes - image.used);
        memcpy(image.bytes + at, g->data, g->bytes);
    }
    (void)extend(&data, 4096); /* the header's page */
    add_root(&p, &data, root, machine, s->profile, plan, bytes,
             add_kernel(&p, &data, kernel, machine));
    p.bytes = data.used;
    memcpy(data.bytes, &p, sizeof p);
    memcpy(extend(&image, data.used), data.bytes, data.used);
    for (uint64_t i = 0; i < p.regions; i++) {
        end = p.region[i].to + p.region[i].bytes > end ? p.region[i].to + p.region[i].bytes : end;
    }
    if (end > base) {
        refuse(nowhere, "kernel and root task end at 0x%lx; expected below the loader at 0x%lx",
               (unsigned long)end, (unsigned long)base);
    }
    write_file(to, &image, !arm, base, l.entry, image.used);
}
