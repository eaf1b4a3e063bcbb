# SPDX-License-Identifier: Apache-2.0
# Every recipe for C code stands here (images: kernel.mk, image.mk beside this file). A room's build.mk only
# sets variables; STYLE.md lists them. Objects never mix between configs: build/<config>/...

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
MAKEFLAGS += --no-builtin-rules --no-print-directory
.SUFFIXES:
.SECONDARY:
.DELETE_ON_ERROR:

CONFIGS := host san gcc pic fuzz aarch64 riscv64
HOSTED := host san gcc pic fuzz

libs :=
progs :=
tests :=
longs :=
scripts :=
fuzzers :=
benches :=

ROOMS := $(sort $(wildcard lib/*/build.mk host/*/build.mk kernel/build.mk pd/build.mk system/build.mk \
	tools/build.mk tests/*/build.mk bench/build.mk bench/*/build.mk proofs/build.mk))
include $(ROOMS)

# ------------------------------------------------------------------------------------------ compilers
WARN := -Wall -Wextra -Wconversion -Wsign-compare -Wshadow -Wvla -Wstrict-prototypes -Wmissing-prototypes \
	-Wswitch-enum -Wundef -Wcast-qual -Wpointer-arith -Wwrite-strings -Werror
INCLUDE := -I. -Iinclude -Ilib -Ibuild/gen -isystem build/import/blake3
COMMON := -std=c11 -g -fno-strict-aliasing -fno-common -ffunction-sections -fdata-sections \
	-ffile-prefix-map=$(CURDIR)=. -MD -MP
HARDEN := -D_GNU_SOURCE -fstack-protector-strong -D_FORTIFY_SOURCE=2
FREE := -ffreestanding -nostdlibinc -isystem lib/base/freestanding -O2 -fno-stack-protector \
	-DBLAKE3_USE_NEON=0 -DBLAKE3_NO_NEON -fno-builtin-bcmp
SANITIZE := -O1 -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer -D_GNU_SOURCE

cc.host := clang
cc.san := clang
cc.gcc := gcc
cc.pic := clang
cc.fuzz := clang
cc.aarch64 := clang --target=aarch64-none-elf
cc.riscv64 := clang --target=riscv64-none-elf
cflags.host := -O2 $(HARDEN) -fPIE
cflags.san := $(SANITIZE)
cflags.gcc := -O2 $(HARDEN) -fPIE
cflags.pic := -O2 $(HARDEN) -fPIC -fvisibility=hidden
cflags.fuzz := $(SANITIZE) -fsanitize=fuzzer-no-link -DFM_FUZZ=1
cflags.aarch64 := $(FREE) -mcpu=cortex-a53 -mstrict-align
cflags.riscv64 := $(FREE) -march=rv64gc -mabi=lp64d -mcmodel=medany -mno-relax -msmall-data-limit=0
ldflags.host := -pie -Wl,-z,relro,-z,now -Wl,--gc-sections -fuse-ld=lld
ldflags.san := -fsanitize=address,undefined -fuse-ld=lld
ldflags.gcc := -pie -Wl,--gc-sections
ldflags.fuzz := -fsanitize=address,undefined,fuzzer -fuse-ld=lld
ldflags.pic := -fuse-ld=lld
ar.gcc := ar
kind_of = $(if $(filter $(1),$(HOSTED)),host,$(1))

# ------------------------------------------------------------------------------------------ helpers
uniq = $(if $(1),$(firstword $(1)) $(call uniq,$(filter-out $(firstword $(1)),$(1))))
closure = $(call uniq,$(strip $(1) $(foreach l,$(1),$(call closure,$(lib.$(l).deps)))))
lib_srcs = $(lib.$(2).srcs) $(lib.$(2).srcs.$(call kind_of,$(1)))
objs = $(patsubst %,build/$(1)/obj/%.o,$(2))
archives = $(foreach l,$(call closure,$(2)),build/$(1)/lib$(l).a)
ldlibs = $(call uniq,$(foreach l,$(call closure,$(1)),$(lib.$(l).ldlibs)))
lib_configs = $(or $(lib.$(1).configs),$(CONFIGS))

# ------------------------------------------------------------------------------------------ set-up
SETUP := build/setup.stamp
IMPORT := build/import/stamp

$(SETUP): tools/setup/packages tools/setup/setup
	@mkdir -p build
	tools/setup/setup
	@touch $@

$(IMPORT): tools/setup/import | $(SETUP)
	tools/setup/import build/import
	@touch $@

# What only tests of interoperation need.
build/import/npm/stamp: tools/setup/npm | $(SETUP)
	tools/setup/npm build/import/npm
	@touch $@

build/import/%.c build/import/%.S: | $(IMPORT) ;

# One stamp a config, rewritten only when the flags change; each object depends on it.
define config_rules
build/$(1)/flags: FORCE
	@mkdir -p $$(@D)
	@echo '$$(cc.$(1)) $$(COMMON) $$(cflags.$(1)) $$(WARN)' | cmp -s - $$@ || echo '$$(cc.$(1)) $$(COMMON) $$(cflags.$(1)) $$(WARN)' > $$@

build/$(1)/obj/build/import/%.o: build/import/% build/$(1)/flags | $(IMPORT)
	@mkdir -p $$(@D)
	@echo "  cc  $(1) $$<"
	@$$(cc.$(1)) $$(COMMON) $$(INCLUDE) $$(cflags.$(1)) -w $$(flags.import) $$(flags.import.$(call kind_of,$(1))) -c $$< -o $$@

build/$(1)/obj/%.o: % build/$(1)/flags | $(IMPORT)
	@mkdir -p $$(@D)
	@echo "  cc  $(1) $$<"
	@$$(cc.$(1)) $$(COMMON) $$(INCLUDE) $$(cflags.$(1)) $$(WARN) $$(flags.$$<) $$(flags.$$<.$(call kind_of,$(1))) -c $$< -o $$@
endef
$(foreach c,$(CONFIGS),$(eval $(call config_rules,$(c))))

FORCE:

define lib_rules
build/$(1)/lib$(2).a: $(call objs,$(1),$(call lib_srcs,$(1),$(2)))
	@mkdir -p $$(@D)
	@echo "  ar  $(1) $$@"
	@rm -f $$@
	@$(or $(ar.$(1)),llvm-ar) rcD $$@ $$^
DEPENDS += $(patsubst %,build/$(1)/obj/%.d,$(call lib_srcs,$(1),$(2)))
endef
$(foreach l,$(libs),$(foreach c,$(call lib_configs,$(l)),$(eval $(call lib_rules,$(c),$(l)))))

# link_rules: config, output, sources, libs, extra link flags
define link_rules
$(2): $(call objs,$(1),$(3)) $(call archives,$(1),$(4))
	@mkdir -p $$(@D)
	@echo "  ld  $$@"
	@$(cc.$(1)) $(ldflags.$(1)) -o $$@ $(call objs,$(1),$(3)) -Wl,--start-group $(call archives,$(1),$(4)) -Wl,--end-group $(5) $(call ldlibs,$(4))
DEPENDS += $(patsubst %,build/$(1)/obj/%.d,$(3))
endef

TAP_SRCS := tests/tap.c tests/tap_host.c
$(foreach p,$(progs),$(foreach c,host san gcc,$(eval $(call link_rules,$(c),build/$(c)/bin/$(p),$(prog.$(p).srcs),$(prog.$(p).libs),$(prog.$(p).ldlibs)))))
test_config = $(or $(test.$(1).config),san)
test_file = build/$(call test_config,$(1))/test/$(1)
$(foreach t,$(tests) $(longs),$(eval $(call link_rules,$(call test_config,$(t)),$(call test_file,$(t)),$(TAP_SRCS) $(test.$(t).srcs),$(sort $(test.$(t).libs) base),$(test.$(t).ldlibs))))
$(foreach f,$(fuzzers),$(eval $(call link_rules,fuzz,build/fuzz/bin/$(f),tests/tap_host.c $(fuzz.$(f).srcs),$(sort $(fuzz.$(f).libs) base),$(fuzz.$(f).ldlibs))))
$(foreach b,$(benches),$(eval $(call link_rules,host,build/host/bench/$(b),tests/tap_host.c $(bench.$(b).srcs),$(sort $(bench.$(b).libs) base),$(bench.$(b).ldlibs))))

# A shared object that a test preloads into a program.
build/host/test/lib%.so: tests/node/%.c | $(SETUP)
	@mkdir -p $(@D)
	@echo "  ld  $@"
	@clang -std=c11 -D_GNU_SOURCE -O2 $(WARN) -shared -fPIC -o $@ $< -ldl

# The official BLAKE3 for programs in Python.
blake3_objs := $(call objs,pic,$(filter build/import/blake3/%,$(lib.crypto.srcs) $(lib.crypto.srcs.host)))
build/host/test/libblake3.so: tests/model/blake3_so.c $(blake3_objs) | $(IMPORT)
	@mkdir -p $(@D)
	@echo "  ld  $@"
	@$(cc.pic) $(COMMON) $(INCLUDE) $(cflags.pic) $(WARN) -shared -Wl,-z,defs -o $@ $< $(blake3_objs)

# ------------------------------------------------------------------------------------------ what there is to build
host_files := $(foreach l,$(libs),$(if $(filter host,$(call lib_configs,$(l))),build/host/lib$(l).a)) $(foreach p,$(progs),build/host/bin/$(p))
gcc_files := $(foreach l,$(libs),$(if $(filter gcc,$(call lib_configs,$(l))),build/gcc/lib$(l).a)) $(foreach p,$(progs),build/gcc/bin/$(p))
free_files := $(foreach a,aarch64 riscv64,$(foreach l,$(libs),$(if $(filter $(a),$(call lib_configs,$(l))),build/$(a)/lib$(l).a)))
test_files := $(foreach t,$(tests),$(call test_file,$(t)))
long_files := $(foreach t,$(longs),$(call test_file,$(t)))
fuzz_files := $(foreach f,$(fuzzers),build/fuzz/bin/$(f))
bench_files := $(foreach b,$(benches),build/host/bench/$(b))
script_files := $(foreach s,$(scripts),$(script.$(s).file))
script_needs := $(foreach s,$(scripts),$(script.$(s).needs))
long_script_files := $(foreach s,$(long_scripts),$(script.$(s).file))
long_script_needs := $(foreach s,$(long_scripts),$(script.$(s).needs))

# path <tab> budget in seconds <tab> environment: what tools/test/one looks up.
define plan_line
$(1)	$(or $(2),10)	$(3)

endef
define plan_text
$(foreach t,$(tests) $(longs),$(call plan_line,$(call test_file,$(t)),$(test.$(t).budget_s),$(test.$(t).env)))
$(foreach s,$(scripts) $(long_scripts),$(call plan_line,$(script.$(s).file),$(script.$(s).budget_s),$(script.$(s).env)))
$(foreach f,$(fuzzers),$(call plan_line,build/fuzz/bin/$(f),$(or $(fuzz.$(f).seconds),8),))
endef
build/test/plan.tsv: $(ROOMS) Makefile tools/make/rules.mk
	@$(shell mkdir -p $(@D))$(file >$@,$(plan_text))true

-include $(sort $(wildcard $(DEPENDS)))
