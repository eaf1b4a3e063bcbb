# SPDX-License-Identifier: Apache-2.0
tests += stark-fib
test.stark-fib.srcs := tests/stark/fib.c tests/stark/evil.c
test.stark-fib.libs := stark_prove stark_verify
test.stark-fib.config := host
test.stark-fib.budget_s := 60
tests += stark-member
test.stark-member.srcs := tests/stark/member.c
test.stark-member.libs := stark_prove stark_verify
test.stark-member.config := host
test.stark-member.budget_s := 120
scripts += stark-archive
script.stark-archive.file := tests/stark/archive.t
script.stark-archive.budget_s := 20
script.stark-archive.needs := build/host/libstark_verify.a build/aarch64/libstark_verify.a build/riscv64/libstark_verify.a
