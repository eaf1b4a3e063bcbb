node_bins := build/host/bin/dregg build/host/bin/dreggd
scripts += node-kill9 node-stores node-hostile node-faults node-history
script.node-kill9.file := tests/node/kill9.t
script.node-kill9.budget_s := 60
script.node-kill9.needs := $(node_bins)
script.node-stores.file := tests/node/stores.t
script.node-stores.budget_s := 40
script.node-stores.needs := $(node_bins)
script.node-hostile.file := tests/node/hostile.py
script.node-hostile.budget_s := 60
script.node-hostile.needs := $(node_bins)
script.node-faults.file := tests/node/faults.t
script.node-faults.budget_s := 60
script.node-faults.needs := $(node_bins) build/host/test/libfailio.so
tests += node-ahead
test.node-ahead.srcs := tests/node/ahead.c tests/node/peer.c tests/core/world.c
test.node-ahead.libs := hoststore store core
test.node-ahead.budget_s := 30
build/san/test/node-ahead: | build/host/bin/dreggd build/host/test/libfailio.so
script.node-history.file := tests/node/history.t
script.node-history.budget_s := 90
script.node-history.needs := $(node_bins)
tests += node-ship
test.node-ship.srcs := tests/node/ship.c tests/node/peer.c tests/core/world.c
test.node-ship.libs := hoststore store core
test.node-ship.budget_s := 30
build/san/test/node-ship: | build/host/bin/dreggd
