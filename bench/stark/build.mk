# SPDX-License-Identifier: Apache-2.0
benches += bench-stark
bench.bench-stark.srcs := bench/stark/stark.c bench/stark/made.c bench/clock.c
bench.bench-stark.libs := stark_prove stark_verify crypto
