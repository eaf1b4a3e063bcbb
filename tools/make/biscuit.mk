# SPDX-License-Identifier: Apache-2.0
# libbiscuit for other programs: one shared and one static library with everything inside but libsodium and libcrypto,
# public headers, a pkg-config file and manuals.
BISCUIT := build/host/biscuit
biscuit_parts := biscuit_p256 wire crypto base
PREFIX ?= /usr/local

$(BISCUIT)/libbiscuit.so.0: $(call archives,pic,biscuit biscuit_p256) $(call objs,pic,host/biscuit/panic.c) host/biscuit/symbols.map tools/make/biscuit.mk
	@mkdir -p $(@D)
	@echo "  ld  $@"
	@$(cc.pic) -shared $(ldflags.pic) -Wl,-soname,libbiscuit.so.0 -Wl,--version-script=host/biscuit/symbols.map \
		-Wl,-z,relro,-z,now -Wl,-z,defs -Wl,--gc-sections -o $@ -Wl,--whole-archive build/pic/libbiscuit.a build/pic/libbiscuit_p256.a build/pic/libbase.a \
		-Wl,--no-whole-archive \
		-Wl,--start-group $(patsubst %,build/pic/lib%.a,wire crypto) $(call objs,pic,host/biscuit/panic.c) -Wl,--end-group \
		-lsodium -lcrypto

$(BISCUIT)/libbiscuit.a: $(call archives,pic,biscuit biscuit_p256) $(call objs,pic,host/biscuit/panic.c)
	@mkdir -p $(@D)
	@echo "  ar  $@"
	@rm -f $@
	@{ echo "create $@"; for p in biscuit $(biscuit_parts); do echo "addlib build/pic/lib$$p.a"; done; \
		echo "addmod $(call objs,pic,host/biscuit/panic.c)"; echo save; echo end; } | llvm-ar -M

.PHONY: biscuit install-biscuit
biscuit: $(BISCUIT)/libbiscuit.so.0 $(BISCUIT)/libbiscuit.a ## libbiscuit alone, shared and static (build/host/biscuit)

install-biscuit: biscuit ## install libbiscuit with headers, pkg-config file and manual (PREFIX, DESTDIR)
	@tools/install/biscuit $(BISCUIT) "$(DESTDIR)" "$(PREFIX)"
DEPENDS += build/pic/obj/host/biscuit/panic.c.d
