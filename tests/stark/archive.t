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
    outside=$(llvm-nm --undefined-only "$a" 2>/dev/null | awk 'NF > 1 {print $NF}' |
        grep -vE '^(fm_|mem(cpy|set|cmp|move)$|strlen$|__(memcpy|memset|stack)_chk|__stack_chk_fail)' | sort -u)
    [ -z "$outside" ]
    result $? "STA0003 $config: nothing from outside${outside:+: $outside}"
    echo "# $config verifier text bytes: $(llvm-size -t "$a" | awk 'END {print $1}')"
done
tools/check/soundness | sed 's/^/# /'
[ "${PIPESTATUS[0]}" = 0 ]
result $? "STA0004 every profile has the proven bits that it claims"
echo "1..$n"
exit $failed
