# SPDX-License-Identifier: Apache-2.0
# The packer's refusals, and the partitions that it prints.
scripts += pack-refusals pack-golden
script.pack-refusals.file := tests/pack/refusals.py
script.pack-refusals.budget_s := 20
script.pack-refusals.needs := build/san/bin/pack $(addprefix build/riscv64/pd/,serial.elf adder.elf hello.elf)
script.pack-golden.file := tests/pack/golden.sh
script.pack-golden.budget_s := 10
script.pack-golden.needs := $(foreach s,$(systems),build/image/aarch64/$(s).img build/image/riscv64/$(s).img)
