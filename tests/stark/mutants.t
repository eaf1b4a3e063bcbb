#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Long (make test-long). Removes one absorb or one check of the verifier at a time (-DFM_STARK_MUTANT) and wants a test to fail.
set -u
dir=build/host/stark-mutants
mkdir -p "$dir"
n=0
failed=0
srcs=$(echo lib/stark/{field,b3,profile,air,air_public,air_eval,vkern_1,transcript,dims,verify,air_fib,w1,member}.c \
    lib/stark/{ext,points,ntt,rows,kern_4,kern_pick_plain,prove,prove_work,prove_open,fib_trace}.c lib/wire/cursor.c)
common="-std=c11 -O2 -I. -Iinclude -Ilib -D_GNU_SOURCE"
wide="-mavx2 -mavx512f -mavx512vl -mavx512dq"
for s in $srcs tests/stark/fib.c tests/stark/evil.c tests/tap.c tests/tap_host.c; do
    clang $common -c "$s" -o "$dir/$(echo "$s" | tr / _).o" || exit 1
done
# The same verifier over the plain kernels, and over the widest that this machine has.
mkdir -p "$dir/plain" "$dir/wide"
clang $common -c lib/stark/vkern_pick_1.c -o "$dir/plain/pick.o" || exit 1
clang $common -c lib/stark/vkern_pick_host.c -o "$dir/wide/pick.o" || exit 1
clang $common -c lib/stark/vkern_4.c -o "$dir/wide/4.o" || exit 1
clang $common -mavx2 -c lib/stark/vkern_avx2.c -o "$dir/wide/8.o" || exit 1
clang $common $wide -c lib/stark/vkern_avx512.c -o "$dir/wide/16.o" || exit 1

judge() { # mutant, kernels
    clang "$dir"/*.o "$dir/$2"/*.o build/host/libbase.a -o "$dir/fib" || exit 1
    n=$((n + 1))
    # It lives if the plan comes before any failure; a crash or a hang has neither.
    timeout 200 "$dir/fib" 2>&1 | grep -m1 -E '^not ok|^1\.\.' >"$dir/out"
    if grep -q '^1\.\.' "$dir/out"; then died=no; else died=yes; fi
    want=yes
    [ "$1" = 0 ] && want=no
    if [ "$died" = "$want" ]; then
        echo "ok $n - STM mutant $1, $2 kernels"
    else
        echo "not ok $n - STM mutant $1 survives, $2 kernels"
        failed=1
    fi
    grep -m1 '^not ok' "$dir/out" | sed 's/^/# /'
}

# 1 to 16: checks of verify.c; 101 and on: absorbs, by tag (112 is the work's own hash, 114 the draws')
for k in ${MUTANTS:-0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 101 102 103 104 105 106 107 108 109 110 111 113}; do
    for s in transcript verify; do
        clang $common -DFM_STARK_MUTANT="$k" -c lib/stark/$s.c -o "$dir/lib_stark_$s.c.o" || exit 1
    done
    clang $common -DFM_STARK_MUTANT="$k" -c tests/stark/evil.c -o "$dir/tests_stark_evil.c.o" || exit 1
    judge "$k" plain
    judge "$k" wide
done
echo "1..$n"
exit $failed
