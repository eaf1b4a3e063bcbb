#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The same as interop_fuzz.t with other seeds, as long as one likes: RUNS times CASES cases from SEED on.

set -uo pipefail
seed=${SEED:-100}
runs=${RUNS:-10}
failed=0
for ((i = 0; i < runs; i++)); do
    if CASES=${CASES:-20000} SEED=$((seed + i)) node tests/biscuit/interop_fuzz.mjs | grep '^ *#'; [ "${PIPESTATUS[0]}" -eq 0 ]; then
        echo "ok $((i + 1)) - INF0010 seed $((seed + i))"
    else
        echo "not ok $((i + 1)) - INF0010 seed $((seed + i))"
        failed=1
    fi
done
echo "1..$runs"
exit $failed
