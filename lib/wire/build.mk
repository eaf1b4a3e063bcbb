libs += wire
lib.wire.srcs := lib/wire/cursor.c
lib.wire.deps := base
