# SPDX-License-Identifier: Apache-2.0
# Protection domains: runtime, root task, and one folder a domain. Each has a base of its own.
rt.srcs := $(addprefix pd/rt/,main.c console.c print.c err.c mem.c syscall.c invoke.c)
rt.srcs.aarch64 := pd/rt/aarch64/start.S pd/rt/aarch64/invoke_arch.c
rt.srcs.riscv64 := pd/rt/riscv64/start.S

root.srcs := $(addprefix pd/root/,main.c memory.c space.c build.c fault.c restart.c out.c)

domains += serial power hello

domain.serial.srcs := pd/serial/serial.c
domain.serial.base := 0x11000000
domain.power.srcs := pd/power/power.c
domain.power.srcs.aarch64 := pd/power/aarch64/off.c
domain.power.srcs.riscv64 := pd/power/riscv64/off.c
domain.power.base := 0x12000000
domain.hello.srcs := pd/hello/hello.c
domain.hello.base := 0x20000000
