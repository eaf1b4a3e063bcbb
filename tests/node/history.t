#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A history of several logs: every receipt is served, by seq, by hash, by agent and nonce, whatever was kept in memory and whatever
# became of the index; everything runs again from birth; what is missing or damaged is said by name.
. tests/node/lib.sh
dregg key new treasury > /dev/null
dregg init "$work/store" --max-cells 1024 --log-mib 5 > /dev/null
start "$work/store"; ok $? "HIS0001 a node starts, with logs of five MiB"
does "HIS0002 a cell that pays" 0 cell new payer --by treasury --new-key --give 100000000
last=$("$bin/dregg" --json bench payer treasury --turns 14000 --window 400 --remember "$work/mem")
[ "$(value acknowledged)" = 14000 ]; ok $? "HIS0003 fourteen thousand turns"
last=$(dregg show metrics)
logs=$(ls "$work"/store/log.0* | wc -l)
[ "$logs" -ge 3 ] && [ "$(value checkpoints)" -ge 1 ] && [ "$(value checkpoints_failed)" = 0 ]
ok $? "HIS0004 $logs logs, checkpoints taken while turns ran"
last=$(dregg show head); seq=$(value seq); root_hash=$(value root)
# serves NAME: receipts of the first log, by each of the three ways, with the hash that names them; and one by one to the last.
serves() {
    last=$(dregg show receipt 7)
    local hash agent_last
    hash=$(value receipt)
    [ "$(value seq)" = 7 ] && [ ${#hash} = 64 ]; ok $? "HIS01$1 by seq, from the first log"
    last=$(dregg show receipt "$hash"); [ "$(value seq)" = 7 ]; ok $? "HIS02$1 by hash"
    last=$(dregg show receipt payer 6); agent_last=$(value receipt)
    [ "$(value nonce)" = 6 ] && [ "$(value agent)" = payer ] && [ "$(value seq)" = 8 ]; ok $? "HIS03$1 by agent and nonce"
    [ "$(value before)" = "$hash" ]; ok $? "HIS04$1 and it names the one before"
    last=$(dregg show receipt 0); [ "$(value seq)" = 0 ]; ok $? "HIS05$1 the ledger's first receipt, which no log holds"
    last=$(dregg recall "$work/mem"); [ "$(value found)" = 14000 ]; ok $? "HIS06$1 all fourteen thousand, hash by hash"
}
serves 01
stop; ok $? "HIS0005 it stops"
start "$work/store"; ok $? "HIS0006 and starts from its checkpoint"
serves 02
last=$(dregg show metrics); [ "$(value receipts_from_log)" -gt 5000 ]; ok $? "HIS0007 thousands of them were read from the logs"
crash
rm -rf "$work/store/index"
start "$work/store"; ok $? "HIS0008 without its index it starts too"
serves 03
crash
printf '\x5a' | dd of="$work/store/index/data.mdb" bs=1 seek=4112 conv=notrunc status=none
start "$work/store"; started=$?
last=$(cat "$work/node.log")
[ $started -eq 0 ]; ok $? "HIS0009 nor does a damaged index stop it"
last=$(dregg recall "$work/mem"); [ "$(value found)" = 14000 ]; ok $? "HIS0010 and nothing is shown that is not true"
stop
dregg key new other > /dev/null
dregg init "$work/other" --treasury other --max-cells 1024 --log-mib 5 > /dev/null
start "$work/other"; stop
rm -rf "$work/store/index"; cp -r "$work/other/index" "$work/store/index"
start "$work/store"; ok $? "HIS0011 another store's index is made anew"
serves 04
stop
does "HIS0012 every turn since birth runs again" 0 replay "$work/store" --max-cells 1024
[ "$(value turns)" = "$seq" ] && [ "$(value root)" = "$root_hash" ]; ok $? "HIS0013 all $seq of them, to the same root"
first=$(ls "$work"/store/log.0* | head -n 1); second=$(ls "$work"/store/log.0* | sed -n 2p)
expect=$(head -c 40 "$work/mem" | tail -c 32 | od -An -tx1 | tr -d ' \n')
does "HIS0014 a receipt of the first log is in the history" 0 replay "$work/store" --fast --expect-receipt "$expect" --max-cells 1024
keep=$work/keep
cp -r "$work/store" "$keep"
again() { rm -rf "$work/store"; cp -r "$keep" "$work/store"; }
head -c 1200 /dev/zero | tr '\0' '\377' | dd of="$first" bs=1 seek=100000 conv=notrunc status=none
refuses "HIS0015 a damaged log of the past, run again:" LOG_DAMAGED replay "$work/store" --max-cells 1024
start "$work/store"; ok $? "HIS0016 does not stop the node, whose checkpoint is later"
at=0
for n in $(seq 98 122); do [ "$(value error "$(dregg show receipt "$n")")" = LOG_DAMAGED ] && at=$n; done
[ $at -gt 0 ]; ok $? "HIS0017 LOG_DAMAGED: the receipt whose sector was changed is not served ($at)"
stop; again
rm "$first"
start "$work/store"; ok $? "HIS0018 nor does a log that was taken away"
refuses "HIS0019 its receipts are not there:" NO_RECEIPT show receipt 7
does "HIS0020 those of the next are" 0 show receipt "$((seq - 3000))"
stop; again
rm "$second"
refuses "HIS0021 a log missing in the middle:" LOG_TRUNCATED replay "$work/store" --max-cells 1024
again
for area in 0 1; do printf '\xff' | dd of="$work/store/checkpoint.$area" bs=1 seek=800 conv=notrunc status=none; done
start "$work/store"; ok $? "HIS0022 both checkpoints damaged: it recovers from birth, through every log"
last=$(dregg show head); [ "$(value root)" = "$root_hash" ]; ok $? "HIS0023 to the same root"
stop; again
truncate -s 100000 "$second"
refuses "HIS0024 a log of the past cut short:" LOG_TRUNCATED replay "$work/store" --max-cells 1024
again
cp "$second" "$first"
refuses "HIS0025 a log under another's name:" LOG_DAMAGED replay "$work/store" --max-cells 1024
plan
