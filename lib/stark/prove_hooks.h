/* SPDX-License-Identifier: Apache-2.0 */
/* Nothing in the honest prover. tests/stark/evil.c defines these before it includes prove.c, to lie between phases. */
#ifndef FM_STARK_PROVE_HOOKS_H
#define FM_STARK_PROVE_HOOKS_H
#ifndef FM_STARK_EVIL
#define FM_STARK_EVIL(p, phase) ((void)0)
#define FM_STARK_EVIL_FINAL(poly, count) ((void)0)
#define FM_STARK_CHECKED true
#endif
#endif
