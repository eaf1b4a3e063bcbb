tests += app-handle
test.app-handle.srcs := tests/app/handle.c tests/core/world.c
test.app-handle.libs := app core
test.app-handle.budget_s := 10
