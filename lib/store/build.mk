libs += store
lib.store.srcs := lib/store/frame.c lib/store/super.c lib/store/log.c lib/store/log_recover.c lib/store/checkpoint.c
lib.store.deps := base crypto wire core
