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

/* A table's entry, copied: nothing says that a table begins at a multiple of anything. False outside the file. */
static bool entry_at(const struct elf *e, uint64_t table, uint64_t i, void *to, size_t n)
{
    const void *from = i > e->size ? NULL : at(e, table + i * n, n);

    if (from == NULL) {
        return false;
    }
    memcpy(to, from, n);
    return true;
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
        Elf64_Phdr p;

        if (h->e_phentsize != sizeof p || !entry_at(e, h->e_phoff, i, &p, sizeof p)) {
            refuse(where, "%s: the program headers do not lie in the file, %zu bytes each", path,
                   sizeof p);
        }
        if (p.p_type == PT_LOAD && p.p_memsz != 0U) {
            add_segment(e, &p, where);
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

static bool section(const struct elf *e, unsigned i, Elf64_Shdr *s)
{
    const Elf64_Ehdr *h = (const void *)e->file;

    return i < h->e_shnum && entry_at(e, h->e_shoff, i, s, sizeof *s);
}

/* Whether the string at `offset` of the table of strings `names` is this one. */
static bool is_named(const struct elf *e, const Elf64_Shdr *names, uint64_t offset, const char *name)
{
    const char *text = at(e, names->sh_offset + offset, strlen(name) + 1U);

    return text != NULL && strcmp(text, name) == 0;
}

bool elf_symbol(const struct elf *e, const char *name, uint64_t *vaddr, uint64_t *size)
{
    const Elf64_Ehdr *h = (const void *)e->file;

    for (unsigned i = 0; i < h->e_shnum; i++) {
        Elf64_Shdr table;
        Elf64_Shdr names;
        Elf64_Sym sym;

        if (!section(e, i, &table) || table.sh_type != SHT_SYMTAB ||
            !section(e, table.sh_link, &names)) {
            continue;
        }
        for (uint64_t k = 0; k < table.sh_size / sizeof sym &&
                             entry_at(e, table.sh_offset, k, &sym, sizeof sym);
             k++) {
            if (sym.st_shndx != SHN_UNDEF && is_named(e, &names, sym.st_name, name)) {
                *vaddr = sym.st_value;
                *size = sym.st_size;
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
    Elf64_Shdr names;
    Elf64_Shdr s;
    uint32_t note[2];

    if (!section(e, h->e_shstrndx, &names)) {
        return 0;
    }
    for (unsigned i = 0; section(e, i, &s); i++) {
        if (s.sh_size == sizeof note && is_named(e, &names, s.sh_name, ".fm_abi")) {
            return entry_at(e, s.sh_offset, 0, note, sizeof note) && note[0] == 0x49424146U
                       ? note[1]
                       : 0U;
        }
    }
    return 0;
}
