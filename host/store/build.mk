libs += hoststore
lib.hoststore.srcs := host/store/files.c host/store/store.c host/store/recover.c host/store/pages.c host/store/history.c host/store/checkpoint.c
lib.hoststore.deps := base crypto wire core store
lib.hoststore.configs := host san gcc
