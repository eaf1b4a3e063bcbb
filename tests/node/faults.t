#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A device that fails under the node: the n-th write or flush of the log fails. The node stops, its clients are told UNSURE, and
# recovery from the disk decides; what was acknowledged before is there.
. tests/node/lib.sh
new_store
start "$work/store"
dregg cell new payer --by treasury --new-key --give 1000000 > /dev/null
stop
for at in 1 2 3 5 8; do
    for what in pwrite fdatasync; do
        export LD_PRELOAD=$root/build/host/test/libfailio.so FAILIO_CALL=$what FAILIO_AT=$at
        start "$work/store"
        unset LD_PRELOAD
        "$bin/dregg" --json bench payer treasury --turns 3000 --window 50 --remember "$work/mem" > "$work/load" 2>&1
        wait $node_pid; status=$?; node_pid=
        last="status $status: $(tail -n 1 "$work/node.log")"
        [ $status -eq 15 ] && grep -q STORE_STOPPED "$work/node.log"; ok $? "FLT0001 STORE_STOPPED: $what fails at $at"
        start "$work/store"; ok $? "FLT0002 the store recovers"
        last=$(dregg recall "$work/mem")
        [ "$(value ok)" = true ]; ok $? "FLT0003 nothing acknowledged is lost"
        stop
    done
done
export LD_PRELOAD=$root/build/host/test/libfailio.so FAILIO_CALL=fdatasync FAILIO_AT=1
start "$work/store"
unset LD_PRELOAD
refuses "FLT0005 a caller whose batch met the failure is told" NODE_UNSURE transfer payer treasury 1
wait $node_pid; node_pid=
does "FLT0004 the whole log runs again" 0 replay "$work/store" --max-cells 1024
plan
