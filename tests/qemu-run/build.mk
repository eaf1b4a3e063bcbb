# SPDX-License-Identifier: Apache-2.0
scripts += qemu-run-judge
script.qemu-run-judge.file := tests/qemu-run/judge.sh
script.qemu-run-judge.budget_s := 20
script.qemu-run-judge.needs := build/host/bin/qemu-run $(foreach s,m0 hello echo toolittle,build/image/riscv64/$(s).img)
