#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The verifier archive alone: no prover symbol in it, and nothing undefined but memory functions, on three machines.
set -u
n=0
failed=0
result() {
    n=$((n + 1))
    if [ "$1" = 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; failed=1; fi
}
for config in host aarch64 riscv64; do
    a=build/$config/libstark_verify.a
    llvm-nm --defined-only "$a" 2>/dev/null | grep -Eq ' T fm_stark_verify$'
    result $? "STA0001 $config: the archive has the verifier"
    bad=$(llvm-nm "$a" 2>/dev/null | grep -E 'prove|ntt|rows_eval|arena|trace$|w1_block' || true)
    [ -z "$bad" ]
    result $? "STA0002 $config: no prover symbol${bad:+: $bad}"
    outside=$(comm -23 <(llvm-nm --undefined-only "$a" 2>/dev/null | awk 'NF > 1 {print $NF}' | sort -u) \
        <(llvm-nm --defined-only "$a" 2>/dev/null | awk 'NF > 2 {print $NF}' | sort -u) |
        grep -vE '^(mem(cpy|set|cmp|move)|strlen|__(memcpy|memset|stack)_chk|__stack_chk_fail)$')
    [ -z "$outside" ]
    result $? "STA0003 $config: nothing is wanted but memory functions${outside:+: $outside}"
    echo "# $config verifier text bytes: $(llvm-size -t "$a" | awk 'END {print $1}')"
done
# A stranger: the public header, the archive, and on the machines without a C library what every one has. On each it examines a
# proof file of every statement.
dir=build/host/stark-archive
mkdir -p $dir
STARK_FILES=$dir/files build/san/test/stark-file > $dir/made
result $? "STA0010 six files are made"
cat > $dir/files.S <<EOF
.section .rodata
.globl stranger_files, stranger_files_end
stranger_files: .incbin "$dir/files"
stranger_files_end: .byte 0
.section .note.GNU-stack, "", %progbits
EOF
sources="tests/stark/stranger.c tests/stark/stranger_all.c tests/tap.c $dir/files.S"
free="-std=c11 -O2 -I. -Iinclude -Ilib/base/freestanding -ffreestanding -nostdlib -static -fno-stack-protector -fuse-ld=lld -Wl,-e,_start -Wl,--gc-sections"
clang -std=c11 -O2 -D_GNU_SOURCE -I. -Iinclude $sources tests/stark/cross_host.c build/host/libstark_verify.a -Wl,--gc-sections -o $dir/host
result $? "STA0011 host: a stranger links the archive alone"
clang --target=aarch64-none-elf -mcpu=cortex-a53 $free $sources tests/stark/cross_aarch64.c pd/rt/mem.c build/aarch64/libstark_verify.a -o $dir/aarch64
result $? "STA0011 aarch64: a stranger links the archive alone"
clang --target=riscv64-none-elf -march=rv64gc -mabi=lp64d -mcmodel=medany -mno-relax $free $sources tests/stark/cross_riscv64.c pd/rt/mem.c \
    build/riscv64/libstark_verify.a -o $dir/riscv64
result $? "STA0011 riscv64: a stranger links the archive alone"
for config in host aarch64 riscv64; do
    run=
    [ $config = host ] || run=qemu-$config
    timeout 120 $run $dir/$config > $dir/$config.txt
    result $? "STA0012 $config: every statement is accepted, and refused as anything else"
    [ "$(grep -c '^ok .* STR' $dir/$config.txt)" = 85 ] && ! grep -q '^not ok' $dir/$config.txt
    result $? "STA0013 $config: fourteen checks of each of six files"
    cmp -s $dir/host.txt $dir/$config.txt
    result $? "STA0014 $config: the same answers"
done
tools/check/soundness | sed 's/^/# /'
[ "${PIPESTATUS[0]}" = 0 ]
result $? "STA0004 every profile has the proven bits that it claims"
echo "1..$n"
exit $failed
