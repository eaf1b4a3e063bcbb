benches += heart
bench.heart.srcs := bench/heart.c bench/clock.c
bench.heart.libs := core
benches += biscuit
bench.biscuit.srcs := bench/biscuit.c bench/clock.c tests/vectors.c
bench.biscuit.libs := biscuit crypto
