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
for report in build/image/*/*/report.txt; do
    arch=$(echo "$report" | cut -d/ -f3)
    system=$(echo "$report" | cut -d/ -f4)
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
[ "${1:-}" = keep ] || echo "1..$n"
exit $bad
