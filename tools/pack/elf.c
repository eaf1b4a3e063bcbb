/* SPDX-License-Identifier: Apache-2.0 */
/* Reads a static ELF64: loadable segments in whole pages, symbols, the ABI note. */
#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "tools/pack/pack.h"

static const void *at(const struct elf *e, uint64_t offset, uint64_t n)
{
    return offset <= e->size && n <= e->size - offset ? e->file + offset : NULL;
}

static void add_segment(struct elf *e, const Elf64_Phdr *p, struct where where)
{
    struct segment *s = &e->segment[e->segments];
    uint64_t low = p->p_vaddr & ~(PACK_PAGE - 1U);
    uint64_t end = (p->p_vaddr + p->p_memsz + PACK_PAGE - 1U) & ~(PACK_PAGE - 1U);
    const void *from = at(e, p->p_offset, p->p_filesz);

    if (e->segments == PACK_SEGMENTS) {
        refuse(where, "%s: more than %d segments", e->path, PACK_SEGMENTS);
    }
    if (from == NULL || p->p_filesz > p->p_memsz || p->p_memsz > (1ULL << 30) || end < low) {
        refuse(where, "%s: segment at 0x%lx does not lie in the file", e->path,
               (unsigned long)p->p_vaddr);
    }
    for (unsigned i = 0; i < e->segments; i++) {
        if (low < e->segment[i].vaddr + e->segment[i].bytes && e->segment[i].vaddr < end) {
            refuse(where, "%s: segments at 0x%lx and 0x%lx overlap in a page", e->path,
                   (unsigned long)e->segment[i].vaddr, (unsigned long)p->p_vaddr);
        }
    }
    s->vaddr = low;
    s->paddr = p->p_paddr - (p->p_vaddr - low);
    s->bytes = end - low;
    s->file_bytes = p->p_vaddr - low + p->p_filesz;
    s->flags = ((p->p_flags & PF_R) != 0U ? FM_MAP_READ : 0U) |
               ((p->p_flags & PF_W) != 0U ? FM_MAP_WRITE : 0U) |
               ((p->p_flags & PF_X) != 0U ? FM_MAP_EXECUTE : 0U);
    s->data = calloc(1, s->bytes == 0U ? 1U : s->bytes);
    if (s->data == NULL) {
        refuse(where, "out of memory");
    }
    memcpy(s->data + (p->p_vaddr - low), from, p->p_filesz);
    e->segments++;
}

void elf_read(struct elf *e, const char *path, struct where where, unsigned machine)
{
    const Elf64_Ehdr *h;
    bool entry = false;

    memset(e, 0, sizeof *e);
    copy_name(e->path, sizeof e->path, path, where, "path");
    e->file = file_read(path, &e->size, where);
    h = at(e, 0, sizeof *h);
    if (h == NULL || memcmp(h->e_ident, ELFMAG, SELFMAG) != 0 ||
        h->e_ident[EI_CLASS] != ELFCLASS64 || h->e_ident[EI_DATA] != ELFDATA2LSB ||
        h->e_type != ET_EXEC) {
        refuse(where, "%s: expected a static ELF64 executable, little-endian", path);
    }
    if (h->e_machine != machine) {
        refuse(where, "%s: is for machine %u; expected %u (%s)", path, h->e_machine, machine,
               machine == EM_AARCH64 ? "aarch64" : "riscv64");
    }
    for (unsigned i = 0; i < h->e_phnum; i++) {
        const Elf64_Phdr *p = at(e, h->e_phoff + (uint64_t)i * sizeof *p, sizeof *p);

        if (p == NULL) {
            refuse(where, "%s: the program headers do not lie in the file", path);
        }
        if (p->p_type == PT_LOAD && p->p_memsz != 0U) {
            add_segment(e, p, where);
        }
    }
    e->entry = h->e_entry;
    for (unsigned i = 0; i < e->segments; i++) {
        entry |= (e->segment[i].flags & FM_MAP_EXECUTE) != 0U && e->entry >= e->segment[i].vaddr &&
                 e->entry - e->segment[i].vaddr < e->segment[i].bytes;
    }
    if (!entry) {
        refuse(where, "%s: the entry point 0x%lx lies in no executable segment", path,
               (unsigned long)e->entry);
    }
}

static const Elf64_Shdr *section(const struct elf *e, unsigned i)
{
    const Elf64_Ehdr *h = (const void *)e->file;

    return i < h->e_shnum ? at(e, h->e_shoff + (uint64_t)i * sizeof(Elf64_Shdr), sizeof(Elf64_Shdr))
                          : NULL;
}

bool elf_symbol(const struct elf *e, const char *name, uint64_t *vaddr, uint64_t *size)
{
    const Elf64_Ehdr *h = (const void *)e->file;

    for (unsigned i = 0; i < h->e_shnum; i++) {
        const Elf64_Shdr *table = section(e, i);
        const Elf64_Shdr *names;

        if (table == NULL || table->sh_type != SHT_SYMTAB) {
            continue;
        }
        names = section(e, table->sh_link);
        for (uint64_t k = 0; names != NULL && k < table->sh_size / sizeof(Elf64_Sym); k++) {
            const Elf64_Sym *sym = at(e, table->sh_offset + k * sizeof *sym, sizeof *sym);
            const char *text =
                sym == NULL ? NULL : at(e, names->sh_offset + sym->st_name, strlen(name) + 1U);

            if (text != NULL && sym->st_shndx != SHN_UNDEF && strcmp(text, name) == 0) {
                *vaddr = sym->st_value;
                *size = sym->st_size;
                return true;
            }
        }
    }
    return false;
}

uint8_t *elf_at(struct elf *e, uint64_t vaddr, uint64_t n)
{
    for (unsigned i = 0; i < e->segments; i++) {
        struct segment *s = &e->segment[i];

        if (vaddr >= s->vaddr && vaddr - s->vaddr <= s->bytes &&
            n <= s->bytes - (vaddr - s->vaddr)) {
            return s->data + (vaddr - s->vaddr);
        }
    }
    return NULL;
}

uint32_t elf_profile(const struct elf *e)
{
    const Elf64_Ehdr *h = (const void *)e->file;
    const Elf64_Shdr *names = section(e, h->e_shstrndx);

    for (unsigned i = 0; names != NULL && i < h->e_shnum; i++) {
        const Elf64_Shdr *s = section(e, i);
        const char *text = s == NULL ? NULL : at(e, names->sh_offset + s->sh_name, 8);
        const uint32_t *note;

        if (text != NULL && strcmp(text, ".fm_abi") == 0 && s->sh_size == 8U) {
            note = at(e, s->sh_offset, 8);
            return note != NULL && note[0] == 0x49424146U ? note[1] : 0U;
        }
    }
    return 0;
}
