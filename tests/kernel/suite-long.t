#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The root-task suites with ten million random operations; one TAP result for each machine.
set -u
n=0
for arch in aarch64 riscv64; do
    n=$((n + 1))
    more=()
    [ $arch = riscv64 ] && more=(-bios build/riscv64/firmware.elf)
    out=$(tests/kernel/qemu-run $arch build/kernel-test/suite-long-$arch.elf 3500 -icount shift=0,sleep=off "${more[@]}")
    if ! grep -q '^not ok' <<< "$out" && grep -q '^1\.\.' <<< "$out"; then
        echo "ok $n - KLONG0$n $arch"
    else
        echo "not ok $n - KLONG0$n $arch"
        grep -E '^not ok|^#' <<< "$out" | tail -20 | sed 's/^/# /'
    fi
done
echo "1..$n"
