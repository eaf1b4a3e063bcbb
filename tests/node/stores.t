#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Stores that are not what they should be: each is refused by name and left as it was.
. tests/node/lib.sh
new_store
start "$work/store"; ok $? "STO0001 a node starts"
dregg cell new payer --by treasury --new-key --give 1000000 > /dev/null
"$bin/dregg" --json bench payer treasury --turns 400 --window 32 > /dev/null
last=$(dregg show head)
head_receipt=$(value receipt)
head_root=$(value root)
"$bin/dreggd" --store "$work/store" > "$work/second" 2>&1
grep -q STORE_BUSY "$work/second"; ok $? "STO0002 STORE_BUSY: a second node of one store"
stop; ok $? "STO0003 it stops"
keep=$work/keep
cp -r "$work/store" "$keep"
# try ID ERROR [OPTIONS…]: the node must refuse $work/store with this name and leave it untouched; then it is made whole again.
try() {
    local name=$1 error=$2
    shift 2
    local before after
    before=$(cd "$work/store" && sha256sum super log.* checkpoint.* 2>/dev/null | sha256sum)
    "$bin/dreggd" --store "$work/store" --max-cells 1024 "$@" > "$work/log" 2>&1
    local status=$?
    after=$(cd "$work/store" && sha256sum super log.* checkpoint.* 2>/dev/null | sha256sum)
    last=$(cat "$work/log")
    grep -q "dreggd: $error" "$work/log" && [ $status -gt 10 ] && [ "$before" = "$after" ]
    ok $? "$name $error, and the store is untouched"
    rm -rf "$work/store"
    cp -r "$keep" "$work/store"
}
log=log.00000000000000000001
poke() { printf "$3" | dd of="$work/store/$1" bs=1 seek="$2" conv=notrunc status=none; }
poke super 16 '\x09'; poke super 4112 '\x09'
try "STO0004 another version's superblock:" STORE_NONE
rm "$work/store/super"
try "STO0005 no superblock:" STORE_NONE
poke $log 5000 '\xff\xff\xff'
try "STO0006 a damaged log:" LOG_DAMAGED
truncate -s 100000 "$work/store/$log"
try "STO0007 a truncated log:" LOG_TRUNCATED
dd if=/dev/zero of="$work/store/$log" bs=512 seek=100 count=5000 conv=notrunc status=none
try "STO0008 a log behind its mark:" LOG_TRUNCATED
poke checkpoint.0 800 '\xff'; poke checkpoint.birth 800 '\xff'
try "STO0009 a forged checkpoint:" FORGED
: > "$work/store/checkpoint.0"; : > "$work/store/checkpoint.birth"
try "STO0010 an empty checkpoint:" CHECKPOINT_DAMAGED
try "STO0011 a store behind a receipt that was named:" ROLLED_BACK --expect-receipt "$(printf '%064d' 7)"
start "$work/store" --expect-receipt "$head_receipt"; ok $? "STO0012 a store that holds the receipt that was named"
last=$(dregg show head)
[ "$(value root)" = "$head_root" ]; ok $? "STO0013 and has its root"
does "STO0014 a checkpoint, and the log begins anew" 0 checkpoint --restart
does "STO0015 turns go on" 0 transfer payer treasury 5
crash
start "$work/store"; ok $? "STO0016 recovered from the checkpoint and the new log"
last=$(dregg show head)
[ "$(value seq)" = 402 ]; ok $? "STO0017 with the turn after the checkpoint"
stop
dregg key new other > /dev/null
dregg init "$work/other" --treasury other --max-cells 1024 --log-mib 32 > /dev/null
cp "$work/other/checkpoint.0" "$work/store/checkpoint.1"
cp "$work/other/checkpoint.0" "$work/store/checkpoint.0"
cp "$work/other/checkpoint.0" "$work/store/checkpoint.birth"
rm -rf "$keep"; cp -r "$work/store" "$keep"
"$bin/dreggd" --store "$work/store" --max-cells 1024 > "$work/log" 2>&1
last=$(cat "$work/log")
grep -qE "STORE_FOREIGN|CHECKPOINT_DAMAGED|FORGED" "$work/log"; ok $? "STO0018 another ledger's checkpoint: STORE_FOREIGN or CHECKPOINT_DAMAGED"
refuses "STO0019 a store where one is:" STORE_EXISTS init "$work/other" --treasury other
refuses "STO0020 no store:" STORE_NONE replay "$work/nothing"
dregg init "$work/small" --treasury other --log-mib 1 > "$work/log" 2>&1
[ $? -eq 2 ]; ok $? "STO0021 a log too small is refused by the command line"
plan
