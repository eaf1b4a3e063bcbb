# SPDX-License-Identifier: Apache-2.0
# Systems booted in QEMU.
test_systems := attack console errs regions timeout toolittle noclock rngstop rnglate rngstuck rngnone rngbad
systems += $(test_systems)
$(foreach s,$(test_systems),$(eval system.$(s).dir := tests/system/$(s)))
system.attack.tap := 1
system.errs.tap := 1
system.regions.tap := 1
system.timeout.tap := 1
$(foreach s,rngstop rnglate rngstuck rngnone rngbad,$(eval system.$(s).tap := 1))

scripts += systems-aarch64 systems-riscv64
script.systems-aarch64.file := tests/system/systems-aarch64.t
script.systems-aarch64.budget_s := 120
script.systems-aarch64.needs := $(foreach s,$(systems),build/image/aarch64/$(s).img) build/host/bin/qemu-run
script.systems-riscv64.file := tests/system/systems-riscv64.t
script.systems-riscv64.budget_s := 120
script.systems-riscv64.needs := $(foreach s,$(systems),build/image/riscv64/$(s).img) build/host/bin/qemu-run build/riscv64/firmware.elf

scripts += stark-same
script.stark-same.file := tests/system/stark-same.t
script.stark-same.budget_s := 20
script.stark-same.needs := build/image/aarch64/stark.img build/image/riscv64/stark.img build/host/bin/qemu-run build/riscv64/firmware.elf
