#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The capability partition of each system is the one that was looked at and kept: tests/pack/golden/. Sizes and
# the places of code are left out, they move with the compiler. `tests/pack/golden.sh keep` writes them anew.
set -u
shown() {
    grep -vE '\.(code|constants)  ' "$1" | sed -E 's/,? [0-9]+ [KM]iB//g; s/  +[0-9]+ [KM]iB$//'
}
n=0
bad=0
for system in $(make -s systems-list); do
for arch in aarch64 riscv64; do
    report=build/image/$arch/$system/report.txt
    golden=tests/pack/golden/$system-$arch.txt
    if [ "${1:-}" = keep ]; then
        shown "$report" > "$golden"
        continue
    fi
    n=$((n + 1))
    if difference=$(diff "$golden" <(shown "$report")); then
        echo "ok $n - PARTITION $system on $arch"
    else
        echo "not ok $n - PARTITION $system on $arch"
        echo "$difference" | sed 's/^/# /'
        bad=1
    fi
done
done
if [ "${1:-}" != keep ]; then
    # The same input gives the same image, byte for byte.
    for arch in aarch64 riscv64; do
        from=build/image/$arch/m0
        build/host/bin/pack --profile $arch $from/m0.system --caps $from/m0.caps --search build/$arch/pd \
            --root build/$arch/pd/root.elf --loader build/$arch/loader.elf --kernel build/kernel-$arch/kernel.elf \
            -o build/image/$arch/again.img
        n=$((n + 1))
        if cmp build/image/$arch/again.img build/image/$arch/m0.img; then
            echo "ok $n - REPRODUCIBLE m0 on $arch"
        else
            echo "not ok $n - REPRODUCIBLE m0 on $arch"
            bad=1
        fi
    done
    echo "1..$n"
fi
exit $bad
