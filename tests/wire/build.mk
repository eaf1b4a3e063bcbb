tests += wire-cursor
test.wire-cursor.srcs := tests/wire/cursor.c
test.wire-cursor.libs := wire
test.wire-cursor.budget_s := 5
