# SPDX-License-Identifier: Apache-2.0
# The portable part of the kernel, compiled for the host.
kernel.host := $(kernel.portable) kernel/api/nowords.c tests/kernel/host/machine.c tests/kernel/host/invariants.c tests/kernel/host/user.c
kernel.host_flags := -Itests/kernel/host -DFM_ABI_HOST_RISCV64 -DFM_ABI_SEL4TEST
kernel.host_files := $(kernel.host) $(wildcard tests/kernel/*.c)
$(foreach f,$(kernel.host_files),$(eval flags.$(f) := $(kernel.host_flags)))

tests += kernel-fuzz
test.kernel-fuzz.srcs := tests/kernel/fuzz_seeded.c tests/kernel/fuzz.c $(kernel.host)
test.kernel-fuzz.budget_s := 30

fuzzers += fuzz-syscall
fuzz.fuzz-syscall.srcs := tests/kernel/fuzz.c $(kernel.host)
fuzz.fuzz-syscall.seconds := 10

# Root tasks in QEMU. tests/kernel/qemu.t runs one; the links' names say which: <suite>-<arch>.t
kernel.roots := bench suite
kernel.root.bench := bench/kernel/bench.c
kernel.root.suite := $(addprefix tests/kernel/suite/,main.c errors.c checks.c paths.c objects.c ipc.c revoke.c memory.c time.c latency.c attack.c random.c)

scripts += kernel-suite-riscv64
script.kernel-suite-riscv64.file := tests/kernel/suite-riscv64.t
script.kernel-suite-riscv64.budget_s := 120
script.kernel-suite-riscv64.needs := build/kernel-test/suite-riscv64.elf build/riscv64/firmware.elf

scripts += kernel-suite-aarch64
script.kernel-suite-aarch64.file := tests/kernel/suite-aarch64.t
script.kernel-suite-aarch64.budget_s := 120
script.kernel-suite-aarch64.needs := build/kernel-test/suite-aarch64.elf

bench_scripts += bench/kernel/report
extra_bench_needs += build/kernel-test/bench-aarch64.elf build/kernel-test/bench-riscv64.elf

tests += kernel-model
test.kernel-model.srcs := tests/kernel/model.c $(kernel.host)
test.kernel-model.budget_s := 30

tests += kernel-nests
test.kernel-nests.srcs := tests/kernel/nests.c $(kernel.host)
test.kernel-nests.budget_s := 30

# Mutants: all of them in `make test-long`, every ninetieth in `make test`. mutate.t builds what it runs in a copy of its own.
long_scripts += kernel-mutate
script.kernel-mutate.file := tests/kernel/mutate.t
script.kernel-mutate.budget_s := 3600
script.kernel-mutate.needs := build/kernel-test/suite-riscv64.elf build/riscv64/firmware.elf
scripts += kernel-mutate-share
script.kernel-mutate-share.file := tests/kernel/mutate-share.t
script.kernel-mutate-share.budget_s := 120
script.kernel-mutate-share.needs := build/kernel-test/suite-riscv64.elf build/riscv64/firmware.elf

# A kernel with a fault put into it says so, and where.
scripts += kernel-panic
script.kernel-panic.file := tests/kernel/panic.t
script.kernel-panic.budget_s := 90
script.kernel-panic.needs := build/kernel-test/suite-riscv64.elf build/riscv64/firmware.elf

# Ten million random operations, for `make test-long`.
kernel.roots += suite-long
kernel.root.suite-long := $(kernel.root.suite)
kernel.rootflags.suite-long := -DRANDOM_OPERATIONS=10000000u
long_scripts += kernel-suite-long
script.kernel-suite-long.file := tests/kernel/suite-long.t
script.kernel-suite-long.budget_s := 1200
script.kernel-suite-long.needs := build/kernel-test/suite-long-aarch64.elf build/kernel-test/suite-long-riscv64.elf \
	build/riscv64/firmware.elf

# The same suite on the debug kernel, which says each refusal in words.
kernel.roots += suite-debug
kernel.root.suite-debug := $(kernel.root.suite)
kernel.rootflags.suite-debug := -DRANDOM_OPERATIONS=10000u
kernel.rootkind.suite-debug := debug-
scripts += kernel-words
script.kernel-words.file := tests/kernel/words.t
script.kernel-words.budget_s := 60
script.kernel-words.needs := build/kernel-test/suite-debug-aarch64.elf build/kernel-test/suite-debug-riscv64.elf \
	build/riscv64/firmware.elf

tests += kernel-refusals
test.kernel-refusals.srcs := tests/kernel/refusals.c tests/kernel/suite/errors.c tests/kernel/suite/main.c $(kernel.host)
test.kernel-refusals.budget_s := 10
$(foreach f,tests/kernel/suite/errors.c tests/kernel/suite/main.c,$(eval flags.$(f) := $(kernel.host_flags))$(eval build/san/obj/$(f).o: | $(abi.headers)))

scripts += kernel-coverage
script.kernel-coverage.file := tests/kernel/coverage.t
script.kernel-coverage.budget_s := 20

tests += kernel-lives
test.kernel-lives.srcs := tests/kernel/lives.c $(kernel.host)
test.kernel-lives.budget_s := 10
