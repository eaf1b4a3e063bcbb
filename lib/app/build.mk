libs += app
lib.app.srcs := lib/app/router.c lib/app/cell.c
lib.app.deps := base crypto wire core
