tests += base-err base-arith
test.base-err.srcs := tests/base/err.c
test.base-err.libs := base
test.base-err.budget_s := 5
test.base-arith.srcs := tests/base/arith.c
test.base-arith.libs := base
test.base-arith.budget_s := 5
