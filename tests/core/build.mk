tests += core-worked
test.core-worked.srcs := tests/core/worked.c tests/core/world.c
test.core-worked.libs := core
test.core-worked.budget_s := 10
tests += core-reasons
test.core-reasons.srcs := tests/core/reasons.c tests/core/world.c
test.core-reasons.libs := core
test.core-reasons.budget_s := 20
