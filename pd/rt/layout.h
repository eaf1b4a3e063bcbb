/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where things lie in every domain: its address space and its capability space. Shared by the
 * runtime and the packer; the numbers of the first CNode are Microkit's.
 *
 *   root CNode  radix 6, guard 0
 *     slot 0  sys    radix 9, guard 49      the small numbers below
 *     slot 1  own    radix 8, guard 50      only if the plan gives the domain one
 *     slot 2  inbox  radix 8, guard 50      filled by capsrv
 *     slot 3+k mail  radix 4, guard 54      filled by the k-th domain that may grant to this one
 */
#ifndef FM_RT_LAYOUT_H
#define FM_RT_LAYOUT_H

/* Below 2^38, so that one ELF serves every kernel: Microkit's riscv64 numbers on both machines. */
#define FM_RT_IPC_BUFFER 0x3fffffe000ULL
#define FM_RT_STACK_TOP 0x3fffffd000ULL /* one page that is never mapped lies above */
#define FM_RT_ADDRESS_TOP 0x3fffffd000ULL

#define FM_CNODE_ROOT_BITS 6
#define FM_CNODE_SYS_BITS 9
#define FM_CNODE_OWN_BITS 8
#define FM_CNODE_INBOX_BITS 8
#define FM_CNODE_MAIL_BITS 4

#define FM_SYS_INPUT 1
#define FM_SYS_REPLY 4
#define FM_SYS_MONITOR 5
#define FM_SYS_SMC 7
#define FM_SYS_NOTIFY 10
#define FM_SYS_CALL_EP 74
#define FM_SYS_IRQ 138
#define FM_SYS_CHILD_TCB 202
#define FM_SYS_CAPSRV 458
#define FM_SYS_OWN_CNODE 459   /* capability to `own`, guard 0: depth 8 addresses its slots   */
#define FM_SYS_EXTRA_REPLY 460 /* 16 Reply objects more                                       */
#define FM_SYS_EXTRA_REPLIES 16
#define FM_SYS_MAIL_CNODE 480 /* capabilities to mail CNodes of others, guard 0, depth 4     */
#define FM_SYS_MAIL_CNODES 16
#define FM_SYS_USER 496 /* up to 511: what a .caps file places by number               */
#define FM_SYS_SLOTS 512

/* What the plan puts into `own`. */
#define FM_OWN_UNTYPED 0
#define FM_OWN_ENDPOINT 1 /* all rights to the domain's own endpoint, unbadged */
#define FM_OWN_FREE 2

/* Badges at a domain's input: bit 63 a call, bit 62 a child's fault, bit 61 with 63 a minted badge. */
#define FM_BADGE_CALL (1ULL << 63)
#define FM_BADGE_FAULT (1ULL << 62)
#define FM_BADGE_MINTED (1ULL << 61)
#define FM_BADGE_OWNER (1ULL << 60) /* minted by the owner itself, not by capsrv */

#endif
