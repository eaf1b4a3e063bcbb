progs += dregg
prog.dregg.srcs := host/cli/main.c host/cli/help.c host/cli/say.c host/cli/args.c host/cli/book.c host/cli/client.c host/cli/cmd_turn.c \
	host/cli/cmd_dir.c host/cli/cmd_show.c host/cli/cmd_store.c host/cli/cmd_bench.c host/cli/cmd_stark.c host/cli/cmd_stark_rcpt.c host/cli/stark_file.c \
	host/cli/cmd_token.c host/cli/cmd_token_io.c host/cli/cmd_token_show.c host/cli/crew.c lib/stark/vkern_pick_host.c
prog.dregg.ldlibs := -pthread
prog.dregg.libs := stark_verify_wide stark_state stark_prove stark_verify hoststore store biscuit biscuit_p256 core wire crypto base
scripts += cli-token
script.cli-token.file := tests/cli/token.t
script.cli-token.budget_s := 30
script.cli-token.needs := build/host/bin/dregg
