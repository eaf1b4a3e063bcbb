libs += wire
lib.wire.srcs := lib/wire/cursor.c lib/wire/layout.c lib/wire/turn_decode.c lib/wire/turn_make.c lib/wire/writes.c lib/wire/receipt.c \
	lib/wire/node_msg.c
lib.wire.deps := base crypto
