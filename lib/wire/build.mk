libs += wire
lib.wire.srcs := lib/wire/cursor.c lib/wire/layout.c lib/wire/turn_decode.c lib/wire/turn_make.c lib/wire/writes.c lib/wire/receipt.c \
	lib/wire/node_msg.c
# Words may be unaligned, so a copy loop is one of bytes here; unrolled and "vectorized" it takes six times the text.
flags.lib/wire/cursor.c.aarch64 := -fno-vectorize -fno-unroll-loops
lib.wire.deps := base crypto
