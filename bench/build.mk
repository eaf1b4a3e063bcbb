benches += heart
bench.heart.srcs := bench/heart.c bench/ledger.c bench/clock.c
bench.heart.libs := hoststore core

benches += store
bench.store.srcs := bench/store.c bench/ledger.c bench/clock.c
bench.store.libs := hoststore store core

bench_scripts += bench/node.py
bench_scripts += bench/biscuit_wasm.mjs
extra_bench_needs += build/aarch64/libcore.a build/aarch64/libwire.a build/import/npm/stamp

benches += biscuit
bench.biscuit.srcs := bench/biscuit.c bench/clock.c tests/vectors.c
bench.biscuit.libs := biscuit crypto
