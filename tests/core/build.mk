tests += core-worked
test.core-worked.srcs := tests/core/worked.c tests/core/world.c
test.core-worked.libs := core
test.core-worked.budget_s := 10
