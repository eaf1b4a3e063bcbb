# SPDX-License-Identifier: Apache-2.0
benches += bench-stark
bench.bench-stark.srcs := bench/stark/stark.c bench/stark/made.c bench/clock.c lib/stark/vkern_pick_host.c
bench.bench-stark.libs := stark_verify_wide stark_prove stark_verify crypto
benches += bench-stark-avx2
bench.bench-stark-avx2.srcs := $(bench.bench-stark.srcs) bench/stark/pick_avx2.c
bench.bench-stark-avx2.libs := stark_verify_wide stark_prove stark_verify crypto
bench_scripts += bench/stark/count.py
extra_bench_needs += $(foreach c,host aarch64 riscv64,$(foreach l,stark_prove stark_verify crypto wire base,build/$(c)/lib$(l).a))
