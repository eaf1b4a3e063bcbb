#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# kill -9 under load, again and again: every receipt that was acknowledged is there afterwards, and the whole log runs again.
. tests/node/lib.sh
rounds=${KILL_ROUNDS:-6}
new_store
start "$work/store"; ok $? "KIL0001 a node starts on a fresh store"
does "KIL0002 a cell that pays" 0 cell new payer --by treasury --new-key --give 100000000
total=0
for round in $(seq "$rounds"); do
    "$bin/dregg" --json bench payer treasury --turns 6000 --window 400 --remember "$work/mem.$round" > "$work/load" 2>&1 &
    load=$!
    wanted=$((RANDOM % 2500 + 200))
    for _ in $(seq 500); do
        [ $(($(stat -c %s "$work/mem.$round" 2>/dev/null || echo 0) / 40)) -ge $wanted ] && break
        kill -0 $load 2>/dev/null || break
        sleep 0.01
    done
    crash
    wait $load
    start "$work/store"; ok $? "KIL01$(printf %02d "$round") the node comes back after kill -9"
    remembered=$(($(stat -c %s "$work/mem.$round") / 40))
    last=$(dregg recall "$work/mem.$round")
    [ "$(value found)" = "$remembered" ]; ok $? "KIL02$(printf %02d "$round") all $remembered acknowledged receipts are there"
    total=$((total + remembered))
done
for round in $(seq "$rounds"); do
    dregg recall "$work/mem.$round" > "$work/out" || break
done
ok $? "KIL0003 and those of every earlier round"
stop; ok $? "KIL0004 the node stops cleanly"
does "KIL0005 every logged turn, run again, gives the same bytes" 0 replay "$work/store" --max-cells 1024
echo "# $total receipts over $rounds crashes"
plan
