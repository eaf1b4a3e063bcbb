# SPDX-License-Identifier: Apache-2.0
# The packer's refusals, what it does with anything at all, and the partitions that it prints.
scripts += pack-refusals pack-fuzz pack-golden
script.pack-refusals.file := tests/pack/refusals.py
script.pack-refusals.budget_s := 20
script.pack-refusals.needs := build/san/bin/pack $(addprefix build/riscv64/pd/,serial.elf adder.elf hello.elf)
script.pack-fuzz.file := tests/pack/fuzz.py
script.pack-fuzz.budget_s := 60
script.pack-fuzz.needs := $(script.pack-refusals.needs)
script.pack-golden.file := tests/pack/golden.sh
script.pack-golden.budget_s := 10
script.pack-golden.needs := $(foreach s,$(systems),build/image/aarch64/$(s).img build/image/riscv64/$(s).img)
