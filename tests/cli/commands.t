#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Every command of dregg once, its answers as JSON, its exit statuses, and what it says to bad input.
. tests/node/lib.sh
does "CLI0001 key new" 0 key new treasury
refuses "CLI0002 key new twice:" KEY_EXISTS key new treasury
does "CLI0003 key show" 0 key show treasury
[ "$(value public | wc -c)" = 65 ]; ok $? "CLI0004 a public key has 64 digits"
does "CLI0005 key list" 0 key list
refuses "CLI0006 a key that is not there:" NO_KEY_FILE key show nobody
chmod 644 "$DREGG_HOME/keys/treasury"
refuses "CLI0007 a key that others can read:" KEY_OPEN key show treasury
chmod 600 "$DREGG_HOME/keys/treasury"
refuses "CLI0008 no node:" NODE_GONE show head
does "CLI0009 init" 0 init "$work/store" --max-cells 1024 --log-mib 32 --supply 5000
start "$work/store" --listen-tcp 0; ok $? "CLI0010 a node"
port=$(sed -n 's/.*127.0.0.1:\([0-9]*\)$/\1/p' "$work/node.log")
last=$("$bin/dregg" --json --node "tcp:$port" show head); [ "$(value supply)" = 5000 ]; ok $? "CLI0011 show head over TCP"
for who in ann bob; do does "CLI0012 cell new $who" 0 cell new $who --by treasury --new-key --give 100; done
does "CLI0013 transfer" 0 transfer ann bob 5
last=$(dregg show cell bob); [ "$(value balance)" = 105 ]; ok $? "CLI0014 show cell: value moved"
refuses "CLI0015 more than there is:" BALANCE transfer ann bob 1000
dregg transfer ann bob 1000 > /dev/null; [ $? -eq 14 ]; ok $? "CLI0016 BALANCE is of the category state: 14"
does "CLI0017 set" 0 set ann 8=7 9=0xff 10=text 11=@bob
last=$(dregg show cell ann); grep -q '"key":8,"value":"[0-9a-f]*","number":7' <<<"$last"; ok $? "CLI0018 values of each kind"
does "CLI0019 event" 0 event ann "hello"
does "CLI0020 attenuate from the own cell" 0 attenuate ann 1 --rights read,send,grant,life,admin,notify --max-amount 10
does "CLI0021 open" 0 open bob 0 ann
does "CLI0022 grant" 0 grant ann bob 0 --rights send,grant,read --allowance 20 --max-amount 10
does "CLI0023 use it" 0 transfer bob treasury 10 --slot 0 --of ann
refuses "CLI0024 past one use:" AMOUNT transfer bob treasury 11 --slot 0 --of ann
does "CLI0025 the rest of the allowance" 0 transfer bob treasury 10 --slot 0 --of ann
refuses "CLI0026 past the allowance:" ALLOWANCE transfer bob treasury 1 --slot 0 --of ann
dregg transfer bob treasury 1 --slot 0 --of ann > /dev/null; [ $? -eq 11 ]; ok $? "CLI0027 ALLOWANCE is a refusal: 11"
refuses "CLI0028 a right that was not given:" RIGHT set bob 8=1 --slot 0 --of ann
refuses "CLI0029 another target than held:" TARGET transfer bob treasury 1 --slot 0 --of treasury
does "CLI0030 lift" 0 lift ann 0 --commit "$(printf '%064d' 5)"
refuses "CLI0031 lifted:" LIFTED transfer bob treasury 1 --slot 0 --of ann
does "CLI0032 drop" 0 drop bob 0
does "CLI0033 cell new, keyless" 0 cell new purse --by ann --keyless --root-slot 2 --slots 0 --fields 12 --give 20
does "CLI0034 delegate needs a slot to open first" 0 open bob 1 ann
does "CLI0035 delegate" 0 delegate ann bob 1 --slot 2 --of purse --rights send,life --max-amount 3
refuses "CLI0036 delegate without a slot:" USAGE delegate ann bob 1 --rights send
does "CLI0037 seal" 0 seal bob --slot 1 --of purse
refuses "CLI0038 a sealed cell:" NOT_LIVE transfer ann bob 1 --slot 2 --of purse
does "CLI0039 unseal" 0 unseal bob --slot 1 --of purse
does "CLI0040 revoke" 0 revoke ann 2
refuses "CLI0041 revoked:" REVOKED transfer bob ann 1 --slot 1 --of purse
does "CLI0042 show caps" 0 show caps ann
does "CLI0043 fix" 0 fix ann --slot 2 --of purse
does "CLI0044 empty the purse" 0 transfer ann bob 20 --slot 2 --of purse
does "CLI0045 destroy" 0 destroy ann --slot 2 --of purse
dregg key new ann2 > /dev/null
does "CLI0046 rotate" 0 rotate ann ann2
refuses "CLI0047 the old key:" BAD_SIGNATURE transfer ann bob 1
does "CLI0048 the new key" 0 transfer ann bob 1 --key ann2
does "CLI0049 open for the treasury" 0 open bob 2 treasury
does "CLI0050 grant of the directory factory" 0 delegate treasury bob 2 --slot 1 --of factory-dir --rights spawn
does "CLI0051 a directory" 0 cell new dir --by bob --keyless --slots 0 --fields 20 --root-slot 3 --slot 2 --of factory-dir
does "CLI0052 directory bind" 0 directory bind bob dir ann ann --slot 3
does "CLI0053 directory lookup" 0 directory lookup dir ann
[ "$(value cell)" = ann ]; ok $? "CLI0054 it is ann"
does "CLI0055 directory list" 0 directory list dir
refuses "CLI0056 a stale version:" POLICY directory bind bob dir ann bob --slot 3 --version 0
does "CLI0057 directory unbind" 0 directory unbind bob dir ann --slot 3
refuses "CLI0058 not bound:" NOT_THERE directory lookup dir ann
refuses "CLI0059 no directory:" POLICY directory list ann
does "CLI0060 invoke" 0 invoke bob 1 8=0x6200000000000000000000000000000000000000000000000300000000000000 9=@bob --slot 3 --of dir
does "CLI0061 show receipt by seq" 0 show receipt 3
does "CLI0100 show receipt by its hash" 0 show receipt "$(value receipt)"
does "CLI0062 show receipt by agent and nonce" 0 show receipt ann 0
refuses "CLI0063 a receipt to come:" NO_RECEIPT show receipt 99999
does "CLI0064 show metrics" 0 show metrics
does "CLI0065 prove a cell" 0 prove ann --out "$work/p"
root_hash=$(value root)
does "CLI0066 verify" 0 verify "$work/p" --root "$root_hash"
does "CLI0067 prove a field" 0 prove ann --field 8 --out "$work/p2"
does "CLI0068 verify it" 0 verify "$work/p2" --root "$(value root)"
absent=$(printf '%064d' 9)
does "CLI0069 prove absence" 0 prove "$absent" --absent --out "$work/p3"
does "CLI0070 verify absence" 0 verify "$work/p3" --root "$(value root)" --absent "$absent"
refuses "CLI0071 absence of what is there:" CELL_EXISTS prove ann --absent --out "$work/p4"
refuses "CLI0072 another root:" PROOF_ROOT verify "$work/p" --root "$absent"
head -c 100 "$work/p" > "$work/short"
refuses "CLI0073 a proof cut short:" MALFORMED verify "$work/short" --root "$root_hash"
dregg verify "$work/short" --root "$root_hash" > /dev/null; [ $? -eq 12 ]; ok $? "CLI0074 MALFORMED: 12"
refuses "CLI0075 a slot beyond the last:" NO_SLOT prove ann --slot 200 --out "$work/p5"
refuses "CLI0076 no file:" FILE_IO verify "$work/none" --root "$root_hash"
dregg verify "$work/none" --root "$root_hash" > /dev/null; [ $? -eq 15 ]; ok $? "CLI0077 FILE_IO: 15"
does "CLI0078 cell add" 0 cell add annie "$absent"
refuses "CLI0079 a name that is not there:" NO_NAME show cell nobody
refuses "CLI0080 a cell that is not there:" NO_CELL show cell annie
for bad in "" "nonsense" "transfer ann" "transfer ann bob -1" "transfer ann bob 1x" "show cell" "open bob 999 ann" "set ann x=1" \
    "set ann 9=1 8=1" "cell new x" "grant ann bob 0 --rights fly" "transfer ann bob 1 --slot 1" "prove ann" "verify p --root xyz" \
    "transfer ann bob 1 --nonsense 1" "lift ann 9" "thaw a b --attested 1" "attenuate ann 3 --fields 9-3" "transfer ann bob 1 --fee"; do
    # shellcheck disable=SC2086
    "$bin/dregg" $bad > "$work/out" 2>&1
    [ $? -eq 2 ]; ok $? "CLI0081 usage: '$bad'"
done
does "CLI0082 bench" 0 bench bob treasury --turns 50 --window 10 --remember "$work/mem"
grep -q '"p50_ms":"[0-9.]*","p90_ms":"[0-9.]*","p99_ms":"[0-9.]*","p999_ms":"[0-9.]*","max_ms":"[0-9.]*"' <<<"$last"; ok $? "CLI0101 with its latencies"
does "CLI0083 recall" 0 recall "$work/mem"
head -c 8 "$work/mem" > "$work/lie"; head -c 32 /dev/zero >> "$work/lie"
refuses "CLI0084 a receipt that is another one:" LOST recall "$work/lie"
does "CLI0085 checkpoint" 0 checkpoint
does "CLI0086 ship" 0 ship "$work/frozen"
attested=$(value receipt)
does "CLI0087 thaw" 0 thaw "$work/frozen" "$work/thawed" --attested "$attested" --max-cells 1024 --log-mib 32
fork=$(value ledger)
refuses "CLI0088 another receipt than attested:" NOT_ATTESTED thaw "$work/frozen" "$work/no" --attested "$absent" --log-mib 32
refuses "CLI0089 below the floor:" ROLLED_BACK thaw "$work/frozen" "$work/no" --attested "$attested" --floor 99999 --log-mib 32
refuses "CLI0090 too many cells for the memory:" FULL thaw "$work/frozen" "$work/no" --attested "$attested" --max-cells 3 --log-mib 32
head -c 1000 "$work/frozen" > "$work/cut"
refuses "CLI0091 a checkpoint cut short:" CHECKPOINT_DAMAGED thaw "$work/cut" "$work/no" --attested "$attested" --log-mib 32
last=$(dregg show head); old_ledger=$(value ledger)
stop; ok $? "CLI0092 the node stops"
does "CLI0093 replay" 0 replay "$work/store" --max-cells 1024
does "CLI0094 replay of a fork" 0 replay "$work/thawed" --max-cells 1024
start "$work/thawed"; DREGG_NODE=$work/thawed/socket; export DREGG_NODE
last=$(dregg show head)
[ "$(value ledger)" = "$fork" ] && [ "$fork" != "$old_ledger" ]; ok $? "CLI0095 the fork has an id of its own"
does "CLI0096 a turn signed for the fork runs there" 0 transfer bob treasury 1
stop
"$bin/dregg" completion | bash -n; ok $? "CLI0097 the completion is a script"
last=$("$bin/dregg" --help); grep -q 'directory bind' <<<"$last"; ok $? "CLI0098 help names the commands"
last=$("$bin/dregg" transfer --help); grep -q -- '--slot' <<<"$last"; ok $? "CLI0099 a command's help names its options"
plan
