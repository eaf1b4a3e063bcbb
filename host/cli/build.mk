progs += dregg
prog.dregg.srcs := host/cli/main.c host/cli/say.c host/cli/args.c host/cli/book.c host/cli/client.c host/cli/cmd_turn.c \
	host/cli/cmd_dir.c host/cli/cmd_show.c host/cli/cmd_store.c host/cli/cmd_bench.c
prog.dregg.libs := hoststore store core wire crypto base
