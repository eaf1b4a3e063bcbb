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
export LD_PRELOAD=$root/build/host/test/libfailio.so FAILIO_CALL=pwrite FAILIO_AT=4 FAILIO_FULL=1
start "$work/store"
unset LD_PRELOAD
"$bin/dregg" --json bench payer treasury --turns 3000 --window 50 --remember "$work/mem" > "$work/load" 2>&1
wait $node_pid; status=$?; node_pid=
last="status $status: $(tail -n 1 "$work/node.log")"
[ $status -eq 15 ] && grep -q 'STORE_STOPPED.*No space left' "$work/node.log"; ok $? "FLT0006 STORE_STOPPED: a disk that is full"
unset FAILIO_CALL FAILIO_AT FAILIO_FULL
start "$work/store"; ok $? "FLT0007 with room again it recovers"
last=$(dregg recall "$work/mem"); [ "$(value ok)" = true ]; ok $? "FLT0008 nothing acknowledged is lost"
stop
export LD_PRELOAD=$root/build/host/test/libfailio.so FAILIO_CHILD=1
start "$work/store"
unset LD_PRELOAD FAILIO_CHILD
dregg transfer payer treasury 1 > /dev/null
refuses "FLT0009 a checkpoint for which there is no room:" STORE_IO checkpoint
refuses "FLT0010 and shipping one:" STORE_IO ship "$work/frozen"
does "FLT0011 the node goes on" 0 transfer payer treasury 1
last=$(dregg show metrics); [ "$(value checkpoints_failed)" = 2 ]; ok $? "FLT0012 and counts them"
stop; ok $? "FLT0013 it stops cleanly"
start "$work/store"; ok $? "FLT0014 and recovers from the checkpoint before"
stop
export LD_PRELOAD=$root/build/host/test/libfailio.so FAILIO_INDEX=1
start "$work/store"; ok $? "FLT0022 no room for the index: the node serves without"
unset LD_PRELOAD FAILIO_INDEX
does "FLT0023 turns run" 0 transfer payer treasury 1
sleep 1; last=$(dregg show metrics); [ "$(value index_failed)" = 1 ] && grep -q 'older receipts are not served' "$work/node.log"; ok $? "FLT0024 and it says so"
stop; ok $? "FLT0025 it stops cleanly"
export LD_PRELOAD=$root/build/host/test/libfailio.so FAILIO_SHORT=1
start "$work/store"; ok $? "FLT0015 reads and writes that are interrupted or short: the node recovers"
last=$("$bin/dregg" --json bench payer treasury --turns 500 --window 50 --remember "$work/mem")
[ "$(value acknowledged)" = 500 ]; ok $? "FLT0016 runs turns"
does "FLT0017 takes a checkpoint" 0 checkpoint --restart
does "FLT0018 and ships it" 0 ship "$work/frozen"
attested=$(value receipt)
unset LD_PRELOAD FAILIO_SHORT
crash
start "$work/store"; ok $? "FLT0019 what it wrote is whole"
last=$(dregg recall "$work/mem"); [ "$(value found)" = 500 ]; ok $? "FLT0020 every receipt of it"
does "FLT0021 and so is what it shipped" 0 thaw "$work/frozen" "$work/thawed" --attested "$attested" --max-cells 1024 --log-mib 8
stop
does "FLT0004 the whole log runs again" 0 replay "$work/store" --max-cells 1024
plan
