#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Long (make test-long). Removes one absorb or one check of the verifier at a time (-DFM_STARK_MUTANT) and wants a test to fail.
set -u
dir=build/host/stark-mutants
mkdir -p "$dir"
n=0
failed=0
srcs=$(echo lib/stark/{field,b3,profile,air,air_eval,transcript,dims,verify,air_fib,w1,member,ntt,rows,kern_4,kern_pick_plain,prove,prove_work,prove_open,fib_trace}.c lib/wire/cursor.c)
common="-std=c11 -O2 -I. -Iinclude -Ilib -D_GNU_SOURCE"
for s in $srcs tests/stark/fib.c tests/stark/evil.c tests/tap.c tests/tap_host.c; do
    clang $common -c "$s" -o "$dir/$(echo "$s" | tr / _).o" || exit 1
done
# 1 to 16: checks of verify.c; 101 and on: absorbs, by tag (112 is the work's own hash, 114 the draws')
for k in ${MUTANTS:-0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 101 102 103 104 105 106 107 108 109 110 111 113}; do
    for s in transcript verify; do
        clang $common -DFM_STARK_MUTANT="$k" -c lib/stark/$s.c -o "$dir/lib_stark_$s.c.o" || exit 1
    done
    clang $common -DFM_STARK_MUTANT="$k" -c tests/stark/evil.c -o "$dir/tests_stark_evil.c.o" || exit 1
    clang "$dir"/*.o build/host/libbase.a -o "$dir/fib" || exit 1
    n=$((n + 1))
    # It lives if the plan comes before any failure; a crash or a hang has neither.
    timeout 200 "$dir/fib" 2>&1 | grep -m1 -E '^not ok|^1\.\.' >"$dir/out"
    if grep -q '^1\.\.' "$dir/out"; then died=no; else died=yes; fi
    want=yes
    [ "$k" = 0 ] && want=no
    if [ "$died" = "$want" ]; then echo "ok $n - STM mutant $k"; else echo "not ok $n - STM mutant $k survives"; failed=1; fi
    grep -m1 '^not ok' "$dir/out" | sed 's/^/# /'
done
echo "1..$n"
exit $failed
