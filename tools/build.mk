# SPDX-License-Identifier: Apache-2.0
# Small programs of the build itself.
progs += pack qemu-run
prog.pack.srcs := $(addprefix tools/pack/,main.c system.c caps.c elf.c check.c layout.c emit.c report.c image.c)
prog.pack.ldlibs := -lexpat
prog.qemu-run.srcs := tools/qemu-run/qemu-run.c
