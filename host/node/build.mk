progs += dreggd
prog.dreggd.srcs := host/node/main.c host/node/net.c host/node/serve.c host/node/receipts.c host/node/metrics.c
prog.dreggd.libs := hoststore store core wire crypto base
