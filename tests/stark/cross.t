#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Proofs are the same bytes on x86-64 (whatever lanes it has), aarch64 and riscv64: the archives that domains link, under QEMU.
set -u
dir=build/host/stark-cross
mkdir -p $dir
n=0 failed=0
ok() { n=$((n + 1)); if [ "$1" = 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; failed=1; fi; }
common="-std=c11 -O2 -I. -Iinclude -Ilib -Ibuild/gen"
free="-ffreestanding -nostdlib -static -fno-stack-protector -fuse-ld=lld -Wl,-e,_start"
libs() { echo build/$1/libstark_prove.a build/$1/libstark_verify.a build/$1/libcrypto.a build/$1/libwire.a build/$1/libbase.a; }
clang $common -D_GNU_SOURCE tests/stark/cross.c tests/stark/cross_host.c -o $dir/x86-64 -Wl,--start-group $(libs host) -Wl,--end-group -lsodium
ok $? "CRS0001 x86-64 builds"
clang --target=aarch64-none-elf -mcpu=cortex-a53 $common $free -Ilib/base/freestanding tests/stark/cross.c tests/stark/cross_aarch64.c pd/rt/mem.c \
    -o $dir/aarch64 -Wl,--start-group $(libs aarch64) -Wl,--end-group
ok $? "CRS0002 aarch64 builds"
clang --target=riscv64-none-elf -march=rv64gc -mabi=lp64d -mcmodel=medany -mno-relax $common $free -Ilib/base/freestanding tests/stark/cross.c \
    tests/stark/cross_riscv64.c pd/rt/mem.c -o $dir/riscv64 -Wl,--start-group $(libs riscv64) -Wl,--end-group
ok $? "CRS0003 riscv64 builds"
CROSS_DIR=$dir $dir/x86-64 > $dir/x86-64.txt; ok $? "CRS0004 eighteen proofs on x86-64"
[ "$(grep -vc '^answers 0000000 ' $dir/x86-64.txt)" = 18 ] && [ "$(wc -l < $dir/x86-64.txt)" = 36 ]; ok $? "CRS0005 eighteen proofs, each refused with every flipped bit"
for m in aarch64 riscv64; do
    timeout 120 qemu-$m $dir/$m > $dir/$m.txt; ok $? "CRS0006 eighteen proofs on $m"
    cmp -s $dir/x86-64.txt $dir/$m.txt; ok $? "CRS0007 $m: the same bytes, the same reasons of refusal"
done
python3 tests/stark/transcript.py $dir; ok $? "CRS0008 a second transcript, in Python, finds the same work and the same queries in nine Fibonacci proofs"
sed 's/^/# /' $dir/x86-64.txt
echo "1..$n"
exit $failed
