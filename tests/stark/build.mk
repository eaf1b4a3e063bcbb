# SPDX-License-Identifier: Apache-2.0
tests += stark-fib
test.stark-fib.srcs := tests/stark/fib.c tests/stark/evil.c
test.stark-fib.libs := stark_prove stark_verify
test.stark-fib.config := host
test.stark-fib.budget_s := 60
