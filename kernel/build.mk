# SPDX-License-Identifier: Apache-2.0
# What the kernel is made of. The recipes are in tools/make/kernel.mk.

kernel.profiles := aarch64 riscv64 sel4test-aarch64 sel4test-riscv64 debug-aarch64 debug-riscv64

# Compiled for the host too, by the tests.
kernel.portable := $(addprefix kernel/,api/call.c api/fastpath.c api/fault.c api/message.c api/syscall.c \
	boot/boot.c boot/console.c model/state.c object/cnode.c object/cspace.c object/delete.c object/endpoint.c \
	object/irq.c object/mdb.c object/notification.c object/reply.c object/sched_context.c object/tcb.c \
	object/untyped.c object/vspace.c sched/refill.c sched/schedule.c)

kernel.srcs.riscv64 := $(kernel.portable) $(addprefix kernel/,model/memory.c arch/riscv64/boot.c \
	arch/riscv64/fpu.S arch/riscv64/machine.c arch/riscv64/trap.S)
kernel.srcs.aarch64 := $(kernel.portable) $(addprefix kernel/,model/memory.c arch/aarch64/boot.c \
	arch/aarch64/fpu.S arch/aarch64/machine.c arch/aarch64/gic.c arch/aarch64/trap.S)
# By kind of profile: release, sel4test (with that suite's debug calls), debug (release's ABI, and words for refusals).
kernel.srcs.release := kernel/api/nodebug.c kernel/api/nowords.c
kernel.srcs.sel4test := kernel/api/debug.c kernel/api/nowords.c
kernel.srcs.debug := kernel/api/nodebug.c kernel/api/words.c
