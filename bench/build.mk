benches += heart
bench.heart.srcs := bench/heart.c bench/clock.c
bench.heart.libs := core
