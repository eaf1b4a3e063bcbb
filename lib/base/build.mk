libs += base
lib.base.srcs := lib/base/err.c lib/base/ring.c
lib.base.deps :=
