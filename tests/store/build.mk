tests += store-log
test.store-log.srcs := tests/store/log.c tests/store/disk.c
test.store-log.libs := store
test.store-log.budget_s := 60
tests += store-host
test.store-host.srcs := tests/store/host.c tests/core/world.c
test.store-host.libs := hoststore store core
test.store-host.budget_s := 10
