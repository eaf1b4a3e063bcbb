# SPDX-License-Identifier: Apache-2.0
# Recipes of the kernel: ABI headers, kernel images (build/kernel-<profile>/kernel.elf), firmware, and the
# root tasks that test it. Whoever includes <firmament/abi/...> depends, order-only, on $(abi.headers).

abi.headers := build/gen/firmament/abi/abi.h

$(abi.headers): kernel/abi.def tools/genabi/genabi tools/genabi/genabi.awk
	@tools/genabi/genabi kernel/abi.def build/gen/firmament/abi
	@touch $@

# ---------------------------------------------------------------------------------------- kernel images
kernel.arch = $(patsubst debug-%,%,$(patsubst sel4test-%,%,$(1)))
kernel.kind = $(if $(filter sel4test-%,$(1)),sel4test,$(if $(filter debug-%,$(1)),debug,release))
kernel.cc.aarch64 := clang --target=aarch64-none-elf -mcpu=cortex-a53 -mgeneral-regs-only -mstrict-align
kernel.cc.riscv64 := clang --target=riscv64-none-elf -march=rv64imac -mabi=lp64 -mcmodel=medany -mno-relax \
	-msmall-data-limit=0
kernel.cflags := -std=c11 -O2 -g -flto -ffreestanding -fno-builtin -nostdlibinc -isystem lib/base/freestanding \
	-fno-strict-aliasing -fno-common -fno-pic -fno-stack-protector -fno-asynchronous-unwind-tables \
	-fno-jump-tables -ffile-prefix-map=$(CURDIR)=. -MD -MP -I. -Ibuild/gen
kernel.srcs_of = $(kernel.srcs.$(call kernel.arch,$(1))) \
	$(kernel.srcs.$(call kernel.kind,$(1)))
kernel.ldflags := --lto-O2 -mllvm -vectorize-loops=false -mllvm -interleave-loops=false -mllvm -unroll-runtime=false \
	-nostdlib -static -z max-page-size=4096
kernel.flags = $(if $(filter sel4test-%,$(1)),-DFM_ABI_SEL4TEST) -Ikernel/arch/$(call kernel.arch,$(1))

define kernel_rules
build/kernel-$(1)/flags: FORCE
	@mkdir -p $$(@D)
	@echo '$$(kernel.cc.$(call kernel.arch,$(1))) $$(kernel.cflags) $$(call kernel.flags,$(1)) $$(WARN)' | cmp -s - $$@ || \
	  echo '$$(kernel.cc.$(call kernel.arch,$(1))) $$(kernel.cflags) $$(call kernel.flags,$(1)) $$(WARN)' > $$@

build/kernel-$(1)/%.o: % build/kernel-$(1)/flags | $$(abi.headers) $$(SETUP)
	@mkdir -p $$(@D)
	@echo "  cc  kernel-$(1) $$<"
	@$$(kernel.cc.$(call kernel.arch,$(1))) $$(kernel.cflags) $$(call kernel.flags,$(1)) $$(WARN) \
	  $$(if $$(filter %/riscv64/fpu.S,$$<),-march=rv64imafdc) -c $$< -o $$@

build/kernel-$(1)/kernel.elf: $(patsubst %,build/kernel-$(1)/%.o,$(call kernel.srcs_of,$(1))) \
  kernel/arch/$(call kernel.arch,$(1))/kernel.ld
	@echo "  ld  $$@"
	@ld.lld $$(kernel.ldflags) -T kernel/arch/$(call kernel.arch,$(1))/kernel.ld -o $$@ $$(filter %.o,$$^)

DEPENDS += $(patsubst %,build/kernel-$(1)/%.d,$(call kernel.srcs_of,$(1)))
endef
$(foreach p,$(kernel.profiles),$(eval $(call kernel_rules,$(p))))

kernels: $(foreach p,$(kernel.profiles),build/kernel-$(p)/kernel.elf) ## every kernel image
-include $(sort $(wildcard $(foreach p,$(kernel.profiles),$(patsubst %,build/kernel-$(p)/%.d,$(call kernel.srcs_of,$(p))))))

# Host builds of kernel sources need the generated headers too.
$(foreach c,$(HOSTED),$(foreach f,$(kernel.host_files),$(eval build/$(c)/obj/$(f).o: | $(abi.headers))))

# ---------------------------------------------------------------------------------------- root tasks that test
# kernel.root.<name> := sources; built for both machines into one image with the kernel and a little loader.
# kernel.rootkind.<name> := debug- for the debug kernel.
kernel.root.cc.aarch64 := clang --target=aarch64-none-elf -mcpu=cortex-a53 -mstrict-align
kernel.root.cc.riscv64 := clang --target=riscv64-none-elf -march=rv64gc -mabi=lp64d -mcmodel=medany -mno-relax \
	-msmall-data-limit=0
kernel.root.common := tests/kernel/root/root.c tests/tap.c kernel/model/memory.c
kernel.root.cflags := -std=c11 -O2 -g -ffreestanding -fno-builtin -nostdlibinc -isystem lib/base/freestanding \
	-fno-omit-frame-pointer -fno-strict-aliasing -I. -Iinclude -Ilib -Ibuild/gen -nostdlib -static -fuse-ld=lld

# name, arch. The root task is a file of its own, so that a change of the kernel alone does not compile it anew.
define kernel_root_rules
build/kernel-test/$(1)-$(2).elf.root: $(kernel.root.$(1)) $(kernel.root.common) tests/kernel/root/root.h \
  tests/kernel/root/start_$(2).S tests/kernel/root/root.ld $(wildcard $(addsuffix *.h,$(sort $(dir $(kernel.root.$(1)))))) \
  | $(abi.headers)
	@mkdir -p $$(@D)
	@echo "  ld  $$@"
	@$(kernel.root.cc.$(2)) $(kernel.root.cflags) $(WARN) $(EXTRA_ROOT) $(kernel.rootflags.$(1)) -T tests/kernel/root/root.ld -o $$@ \
	  tests/kernel/root/start_$(2).S $(kernel.root.$(1)) $(kernel.root.common)
	@llvm-objcopy -O binary $$@ $$@.bin

build/kernel-test/$(1)-$(2).elf: build/kernel-test/$(1)-$(2).elf.root tests/kernel/boot/$(2).S tests/kernel/boot/$(2).ld \
  build/kernel-$(kernel.rootkind.$(1))$(2)/kernel.elf
	@echo "  ld  $$@"
	@llvm-objcopy -O binary build/kernel-$(kernel.rootkind.$(1))$(2)/kernel.elf $$@.kernel.bin
	@$(kernel.root.cc.$(2)) -nostdlib -static -fuse-ld=lld -DROOT_VADDR=0x400000 -DKERNEL_BIN='"$$@.kernel.bin"' \
	  -DROOT_BIN='"$$@.root.bin"' -T tests/kernel/boot/$(2).ld tests/kernel/boot/$(2).S -o $$@
endef
$(foreach r,$(kernel.roots),$(foreach a,aarch64 riscv64,$(eval $(call kernel_root_rules,$(r),$(a)))))

.PHONY: kernel-portable
kernel-portable:
	@echo $(kernel.portable)
