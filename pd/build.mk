# SPDX-License-Identifier: Apache-2.0
# Protection domains: runtime, root task, and one folder a domain. Each has a base of its own.
libs += rt
lib.rt.configs := aarch64 riscv64
lib.rt.srcs := $(addprefix pd/rt/,main.c console.c print.c tap.c err.c mem.c syscall.c invoke.c) tests/tap.c
lib.rt.srcs.aarch64 := pd/rt/aarch64/start.S pd/rt/aarch64/invoke_arch.c
lib.rt.srcs.riscv64 := pd/rt/riscv64/start.S
lib.rt.deps := base

root.srcs := $(addprefix pd/root/,main.c memory.c space.c build.c fault.c restart.c out.c)

domains += serial power hello stray prober

domain.serial.srcs := pd/serial/serial.c
domain.serial.base := 0x11000000
domain.power.srcs := pd/power/power.c
domain.power.srcs.aarch64 := pd/power/aarch64/off.c
domain.power.srcs.riscv64 := pd/power/riscv64/off.c
domain.power.base := 0x12000000
domain.hello.srcs := pd/hello/hello.c
domain.hello.base := 0x20000000
domain.stray.srcs := pd/stray/stray.c
domain.stray.base := 0x21000000
domain.prober.srcs := pd/prober/prober.c
domain.prober.base := 0x22000000
