tests += wire-cursor
test.wire-cursor.srcs := tests/wire/cursor.c
test.wire-cursor.libs := wire
test.wire-cursor.budget_s := 5
tests += wire-malformed
test.wire-malformed.srcs := tests/wire/malformed.c
test.wire-malformed.libs := wire
test.wire-malformed.budget_s := 5
