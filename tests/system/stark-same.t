#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The proof that the prover domain makes is the same on both machines, byte for byte: its hash is compared. What the rung itself
# shows is compared by systems-ARCH.t.
set -u
hash_on() {
    build/host/bin/qemu-run --arch "$1" --timeout 90 --bios build/riscv64/firmware.elf "build/image/$1/stark.img" |
        sed -n 's/^# proof hash: //p'
}
a=$(hash_on aarch64)
b=$(hash_on riscv64)
if [ -n "$a" ] && [ "$a" = "$b" ]; then
    echo "ok 1 - STARKSAME1 the same proof on both machines"
else
    echo "not ok 1 - STARKSAME1 the same proof on both machines"
fi
echo "# aarch64 $a"
echo "# riscv64 $b"
echo "1..1"
