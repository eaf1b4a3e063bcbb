tests += store-log
test.store-log.srcs := tests/store/log.c tests/store/disk.c
test.store-log.libs := store
test.store-log.budget_s := 60
