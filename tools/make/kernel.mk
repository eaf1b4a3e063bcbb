# SPDX-License-Identifier: Apache-2.0
# Recipes of the kernel: ABI headers, kernel images (build/kernel-<profile>/kernel.elf), firmware.
# Everything that includes <firmament/abi/...> depends (order-only is enough: -MMD does the rest)
# on $(abi.headers).

abi.headers := build/gen/firmament/abi/abi.h

$(abi.headers): kernel/abi.def tools/genabi/genabi tools/genabi/genabi.awk
	tools/genabi/genabi kernel/abi.def build/gen/firmament/abi
	@touch $@
