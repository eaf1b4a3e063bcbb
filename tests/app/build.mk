tests += app-handle
test.app-handle.srcs := tests/app/handle.c tests/core/world.c
test.app-handle.libs := app core
test.app-handle.budget_s := 10
scripts += app-node
script.app-node.file := tests/app/node.t
script.app-node.budget_s := 15
script.app-node.needs := build/host/bin/dregg build/host/bin/dreggd build/host/bin/phonebook
