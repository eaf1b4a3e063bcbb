libs += core
lib.core.srcs := lib/core/cap.c lib/core/run.c lib/core/stage.c lib/core/effects.c lib/core/policy.c lib/core/index.c \
	lib/core/tree.c lib/core/state.c lib/core/settle.c lib/core/seal.c lib/core/load.c \
	lib/core/drive.c lib/core/ahead.c lib/core/proof.c
lib.core.deps := base crypto wire
