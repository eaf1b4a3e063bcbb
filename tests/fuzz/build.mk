fuzzers += fuzz-turn fuzz-decoders
fuzz.fuzz-turn.srcs := tests/fuzz/turn.c
fuzz.fuzz-turn.libs := core
fuzz.fuzz-turn.seconds := 15
fuzz.fuzz-decoders.srcs := tests/fuzz/decoders.c
fuzz.fuzz-decoders.libs := store
fuzz.fuzz-decoders.seconds := 12
