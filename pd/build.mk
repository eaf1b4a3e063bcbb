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

domains += timer
domain.timer.srcs := pd/timer/timer.c
domain.timer.srcs.aarch64 := pd/timer/aarch64/clock.c
domain.timer.srcs.riscv64 := pd/timer/riscv64/clock.c
domain.timer.base := 0x13000000

# Drivers of virtio devices share pd/virtio.
domains += rng
domain.rng.srcs := pd/rng/rng.c pd/virtio/mmio.c pd/virtio/queue.c
domain.rng.base := 0x16000000

# Domains of the example systems: name, source, base.
example = $(eval domains += $(1))$(eval domain.$(1).srcs := pd/examples/$(2))$(eval domain.$(1).base := $(3))
$(call example,caller,hello/caller.c,0x30000000)
$(call example,ping,notify/ping.c,0x31000000)
$(call example,pong,notify/pong.c,0x31800000)
$(call example,adder,call/adder.c,0x32000000)
$(call example,call_client,call/client.c,0x32800000)
$(call example,child,restart/child.c,0x33000000)
$(call example,parent,restart/parent.c,0x33400000)
$(call example,phoenix,restart/phoenix.c,0x33800000)
$(call example,restart_caller,restart/caller.c,0x33c00000)
$(call example,passive_server,passive/server.c,0x34000000)
$(call example,passive_client,passive/client.c,0x34800000)
$(call example,producer,shared/producer.c,0x35000000)
$(call example,consumer,shared/consumer.c,0x35800000)
$(call example,owner,grant/owner.c,0x36000000)
$(call example,friend,grant/friend.c,0x36800000)
$(call example,waiter,timer/waiter.c,0x37000000)
$(call example,echo,echo/echo.c,0x38000000)
$(call example,deferred_server,deferred/server.c,0x39000000)
$(call example,deferred_client,deferred/client.c,0x39800000)
$(call example,warden,window/warden.c,0x3a000000)
$(call example,reader,window/reader.c,0x3a800000)

domains += prover verifier
domain.prover.srcs := pd/stark/prover.c
domain.prover.libs := stark_prove stark_verify
domain.prover.base := 0x14000000
domain.verifier.srcs := pd/stark/verifier.c
domain.verifier.libs := stark_verify
domain.verifier.base := 0x15000000
