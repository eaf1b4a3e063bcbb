/* SPDX-License-Identifier: Apache-2.0 */
/* On aarch64 or riscv64, under QEMU: checks the proof COUNT times. PROOF is its path; both are given by -D. */
#include <string.h>

#include "bench/stark/count.h"
#include "tests/stark/cross.h"

__asm__(".section .rodata\n.balign 8\n.global proof_begin\nproof_begin:\n.incbin " PROOF
        "\n.global proof_end\nproof_end:\n.previous\n");
extern const uint8_t proof_begin[];
extern const uint8_t proof_end[];

static struct fm_member member;
static uint8_t siblings[FM_MEMBER_PATH_MAX][32];
static _Alignas(8) uint8_t scratch[40000];

_Noreturn void fm_panic(const char *file, int line, const char *what)
{
    (void)file;
    (void)line;
    cross_write(what, strlen(what));
    cross_exit(3);
}

int cross_run(void)
{
    const struct fm_stark_statement *st = count_statement(siblings, &member);
    size_t len = (size_t)(proof_end - proof_begin);
    for (int i = 0; i < COUNT; i++) {
        if (st == NULL || fm_stark_verify(st, proof_begin, len, scratch, sizeof scratch) != FM_OK) {
            return 1;
        }
    }
    return 0;
}
