progs += dreggd
prog.dreggd.srcs := host/node/main.c host/node/net.c host/node/serve.c host/node/receipts.c host/node/metrics.c host/node/verify.c host/node/ahead.c host/node/answer.c host/node/ship.c \
	host/node/index.c
prog.dreggd.ldlibs := -pthread -llmdb
prog.dreggd.libs := hoststore store core wire crypto base
