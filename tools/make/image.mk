# SPDX-License-Identifier: Apache-2.0
# Recipes of domains and images: build/<arch>/pd/NAME.elf, build/image/<arch>/SYSTEM.img (the in-tree kernel),
# and `make run-SYSTEM [ARCH=aarch64|riscv64] [KERNEL=/path/to/sel4.elf]`.

ARCHES := aarch64 riscv64
ARCH ?= aarch64
KERNEL ?=
kernel_elf = build/kernel-$(1)/kernel.elf

pd_srcs := $(sort $(rt.srcs) $(rt.srcs.aarch64) $(rt.srcs.riscv64) $(root.srcs) \
	$(foreach d,$(domains),$(domain.$(d).srcs) $(domain.$(d).srcs.aarch64) $(domain.$(d).srcs.riscv64)))
$(foreach s,$(pd_srcs),$(eval flags.$(s) += -Ipd/rt/include))
# A loop that fills memory must not become a call of itself.
flags.pd/rt/mem.c += -fno-builtin

loader_srcs = kernel/loader/loader.c kernel/loader/$(1)/start.S kernel/loader/$(1)/prepare.c
loader_flags.aarch64 := -mgeneral-regs-only
loader_flags.riscv64 := -march=rv64imac -mabi=lp64
$(foreach a,$(ARCHES),$(foreach s,$(call loader_srcs,$(a)),$(eval flags.$(s).$(a) += $(loader_flags.$(a)))))
loader_base.aarch64 := 0x70000000
loader_base.riscv64 := 0x90000000

link_free = ld.lld -nostdlib --gc-sections -z max-page-size=4096 -z noexecstack --no-relax

domain_srcs = $(domain.$(2).srcs) $(domain.$(2).srcs.$(1)) pd/rt/abi_note.c
domain_libs = build/$(1)/pd/librt.a $(call archives,$(1),base $(domain.$(2).libs))

# link_domain: arch, name
define link_domain
build/$(1)/pd/$(2).elf: $(call objs,$(1),$(call domain_srcs,$(1),$(2))) $(call domain_libs,$(1),$(2)) pd/rt/domain.ld
	@mkdir -p $$(@D)
	@echo "  ld  $$@"
	@$(link_free) -T pd/rt/domain.ld --defsym=FM_BASE=$(domain.$(2).base) -o $$@ \
	  $(call objs,$(1),$(call domain_srcs,$(1),$(2))) --start-group $(call domain_libs,$(1),$(2)) --end-group
DEPENDS += $(patsubst %,build/$(1)/obj/%.d,$(domain.$(2).srcs) $(domain.$(2).srcs.$(1)))
endef
$(foreach a,$(ARCHES),$(foreach d,$(domains),$(eval $(call link_domain,$(a),$(d)))))

# The runtime has state, so it is no lib/; each domain links its own copy.
define link_root
build/$(1)/pd/librt.a: $(call objs,$(1),$(rt.srcs) $(rt.srcs.$(1)))
	@mkdir -p $$(@D)
	@rm -f $$@
	@llvm-ar rcD $$@ $$^
DEPENDS += $(patsubst %,build/$(1)/obj/%.d,$(rt.srcs) $(rt.srcs.$(1)))

build/$(1)/pd/root.elf: $(call objs,$(1),pd/root/$(1)/start.S $(root.srcs) pd/rt/abi_note.c) build/$(1)/pd/librt.a $(call archives,$(1),base) pd/rt/domain.ld
	@mkdir -p $$(@D)
	@echo "  ld  $$@"
	@$(link_free) -T pd/rt/domain.ld --defsym=FM_BASE=0x200000 -o $$@ \
	  $(call objs,$(1),pd/root/$(1)/start.S $(root.srcs) pd/rt/abi_note.c) --start-group build/$(1)/pd/librt.a $(call archives,$(1),base) --end-group
DEPENDS += $(patsubst %,build/$(1)/obj/%.d,$(root.srcs))

build/$(1)/loader.elf: $(call objs,$(1),$(call loader_srcs,$(1))) kernel/loader/loader.ld
	@mkdir -p $$(@D)
	@echo "  ld  $$@"
	@$(link_free) -T kernel/loader/loader.ld --defsym=LOADER_BASE=$(loader_base.$(1)) -o $$@ $(call objs,$(1),$(call loader_srcs,$(1)))
DEPENDS += $(patsubst %,build/$(1)/obj/%.d,$(call loader_srcs,$(1)))

$(call objs,$(1),$(pd_srcs) pd/rt/abi_note.c): | $(abi.headers)
endef
$(foreach a,$(ARCHES),$(eval $(call link_root,$(a))))

# The in-tree kernel runs above our own firmware; another kernel wants OpenSBI, which QEMU brings.
firmware := build/riscv64/firmware.elf
flags.kernel/firmware/start.S.riscv64 += -march=rv64imac -mabi=lp64
$(firmware): build/riscv64/obj/kernel/firmware/start.S.o kernel/firmware/firmware.ld
	@echo "  ld  $@"
	@$(link_free) -T kernel/firmware/firmware.ld -o $@ $<

# Devices that a system needs beside the common ones: arguments for QEMU in NAME.qemu, if there is one.
system_qemu = $(if $(wildcard $(or $(system.$(2).dir),system/$(2))/$(2).qemu),build/image/$(1)/$(2)/$(2).qemu)

# The description for one machine, from system/NAME or system.NAME.dir: $NAMES replaced, the other machine's lines left out.
other.aarch64 := riscv64
other.riscv64 := aarch64
define system_rules
build/image/$(1)/$(2)/$(2).%: $(or $(system.$(2).dir),system/$(2))/$(2).% system/devices.$(1)
	@mkdir -p $$(@D)
	@sed -e '/only $(other.$(1))/d' -e "$$$$(awk '!/^#/ {print "s/\\$$$$" $$$$1 "\\b/" $$$$2 "/g"}' system/devices.$(1))" $$< > $$@

pack.$(1).$(2) = build/host/bin/pack --profile $(1) build/image/$(1)/$(2)/$(2).system \
	--caps build/image/$(1)/$(2)/$(2).caps --search build/$(1)/pd --root build/$(1)/pd/root.elf --loader build/$(1)/loader.elf
pack_needs.$(1).$(2) := build/host/bin/pack build/image/$(1)/$(2)/$(2).system build/image/$(1)/$(2)/$(2).caps \
	build/$(1)/pd/root.elf build/$(1)/loader.elf $(foreach d,$(domains),build/$(1)/pd/$(d).elf) $(call system_qemu,$(1),$(2))

build/image/$(1)/$(2).img: $$(pack_needs.$(1).$(2)) $$(call kernel_elf,$(1))
	@echo "  img $$@"
	@$$(pack.$(1).$(2)) --kernel $$(call kernel_elf,$(1)) --report build/image/$(1)/$(2)/report.txt -o $$@

# With somebody else's kernel the image is always made anew.
build/image/$(1)/$(2)-given.img: $$(pack_needs.$(1).$(2)) FORCE
	@echo "  img $$@ (kernel $$(KERNEL))"
	@$$(pack.$(1).$(2)) --kernel $$(KERNEL) --report build/image/$(1)/$(2)/report.txt -o $$@
endef
$(foreach a,$(ARCHES),$(foreach s,$(systems),$(eval $(call system_rules,$(a),$(s)))))

image_needs := build/host/bin/qemu-run $(firmware)
images.aarch64 := $(foreach s,$(systems),build/image/aarch64/$(s).img)
images.riscv64 := $(foreach s,$(systems),build/image/riscv64/$(s).img)

.PHONY: image-aarch64 image-riscv64 $(addprefix run-,$(systems))
image-aarch64: $(images.aarch64) $(image_needs) ## every bootable system for aarch64, on the kernel of this tree
image-riscv64: $(images.riscv64) $(image_needs) ## the same for riscv64

run-m0: ## boot rung M0 in QEMU; ARCH=aarch64|riscv64, KERNEL=/path/to/sel4.elf for another kernel

$(addprefix run-,$(systems)): run-%: build/image/$(ARCH)/%$(if $(KERNEL),-given).img $(image_needs)
	@build/host/bin/qemu-run --arch $(ARCH) --timeout $(or $(TIMEOUT),60) $(if $(system.$*.tap),,--plain) \
	  $(if $(KERNEL),,--bios $(firmware)) $< $(if $(call system_qemu,$(ARCH),$*),-- $$(grep -v '^#' $(call system_qemu,$(ARCH),$*)))

-include $(sort $(wildcard $(DEPENDS)))

.PHONY: systems-list
systems-list:
	@echo $(systems)
