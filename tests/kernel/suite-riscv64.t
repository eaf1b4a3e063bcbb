#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The root-task suite on riscv64, in QEMU, under a virtual clock.
exec tests/kernel/qemu-run riscv64 build/kernel-test/suite-riscv64.elf 350 -icount shift=0,sleep=off \
    -bios build/riscv64/firmware.elf
