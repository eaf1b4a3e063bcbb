#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# STARKs of a real ledger: made from a node's state and log, checked by a stranger who has the file and a root or a receipt's hash.
. tests/node/lib.sh
new_store
start "$work/store"; ok $? "STC0001 a node"
for who in ann bob cleo; do does "STC0002 cell new $who" 0 cell new $who --by treasury --new-key --slots 8 --give 1000; done
dregg open bob 0 ann > /dev/null
does "STC0003 ann grants bob" 0 grant ann bob 0 --rights read,send,grant --allowance 500
dregg open cleo 1 bob > /dev/null
does "STC0004 bob delegates to cleo" 0 delegate bob cleo 1 --slot 0 --of ann --rights read,send --allowance 100
last=$(dregg show head)
root_now=$(value root) receipt=$(value receipt) seq=$(value seq)
does "STC0010 prove member" 0 prove member cleo 1 --out "$work/member"
does "STC0060 prove member by three threads" 0 prove member cleo 1 --threads 3 --out "$work/member3"
[ "$(value threads)" = 3 ] && [ -n "$(value prove_extend_ms)" ]; ok $? "STC0061 and it says how long each phase took"
cmp -s "$work/member" "$work/member3"; ok $? "STC0062 the same file"
refuses "STC0063 no threads:" USAGE prove member cleo 1 --threads 0 --out "$work/none"
does "STC0011 prove chain" 0 prove chain cleo 1 --out "$work/chain"
does "STC0012 prove receipts" 0 prove receipts 2 $((seq - 1)) --out "$work/receipts"
last=$(dregg show receipt treasury 2) agent_receipt=$(value receipt)
last=$(dregg show receipt treasury 0) first_receipt=$(value receipt)
does "STC0050 prove an agent's receipts" 0 prove receipts 0 3 --agent treasury --out "$work/agent"
refuses "STC0051 an agent's receipt that is not there:" NO_RECEIPT prove receipts 1 100 --agent treasury --out "$work/none"
refuses "STC0052 two of an agent have nothing between:" USAGE prove receipts 0 2 --agent treasury --out "$work/none"
refuses "STC0013 a right that the chain lacks:" WIDENS prove chain cleo 1 --rights read,write --out "$work/none"
refuses "STC0014 an empty slot:" NO_CAP prove chain cleo 3 --out "$work/none"
refuses "STC0015 a slot that is not there:" NO_SLOT prove member cleo 9 --out "$work/none"
refuses "STC0016 a receipt that is not there:" NO_RECEIPT prove receipts 2 100 --out "$work/none"
refuses "STC0017 a profile without 100 bits:" USAGE prove member cleo 1 --profile B65 --out "$work/none"
refuses "STC0018 no file named:" USAGE prove member cleo 1
refuses "STC0019 more receipts than a proof takes:" USAGE prove receipts 1 129 --out "$work/none"

dregg drop bob 0 > /dev/null
refuses "STC0021 a chain whose link was dropped:" REVOKED prove chain cleo 1 --out "$work/none"
stop; ok $? "STC0022 the node stops"
does "STC0023 prove delegation, whole" 0 prove delegation "$work/store" "$seq" --out "$work/deleg"
does "STC0024 prove delegation, points" 0 prove delegation "$work/store" "$seq" --points --out "$work/points"
refuses "STC0025 a turn that is no delegation:" STARK_SHAPE prove delegation "$work/store" 2 --out "$work/none"
refuses "STC0026 a turn that is not there:" NO_RECEIPT prove delegation "$work/store" 99 --out "$work/none"
[ ! -e "$work/none" ]; ok $? "STC0027 what was refused left no file"
# A stranger: no home, no node, no store.
export DREGG_HOME=$work/nobody DREGG_NODE=$work/nowhere
# One who trusts not even this program: the public header, the archive and a C library.
clang -std=c11 -O2 -I. -Iinclude "$root"/tests/stark/stranger{,_main}.c "$root"/tests/tap.c "$root"/build/host/libstark_verify.a -o "$work/stranger"
ok $? "STC0070 a stranger's own verifier, of libstark_verify.a"
for of in "1 $root_now member" "2 $root_now chain" "3 $receipt receipts" "4 $receipt points" "5 $agent_receipt agent" "6 $receipt deleg"; do
    read -r kind trust what <<< "$of"
    "$work/stranger" "$kind" "$trust" "$work/$what" > "$work/said"; ok $? "STC0071 examines $what: $(grep -c '^ok' "$work/said") checks"
    grep '^not ok' "$work/said" | sed 's/^/# /'
done
for what in member chain; do
    does "STC0030 verify $what against the root" 0 verify "$work/$what" --root "$root_now"
    last=$(dregg verify "$work/$what" --root "${root_now:0:63}$(( (0x${root_now:63} + 1) % 10 ))")
    [ -n "$(value error)" ]; ok $? "STC0031 and refuse it against another: $(value error)"
    refuses "STC0032 and without one:" USAGE verify "$work/$what"
done
for what in receipts deleg points; do
    does "STC0033 verify $what against the receipt" 0 verify "$work/$what" --receipt "$receipt"
    refuses "STC0034 and refuse it against another:" PROOF_ROOT verify "$work/$what" --receipt "$(printf '%064d' 7)"
done
does "STC0053 verify the agent's against the last of its receipts" 0 verify "$work/agent" --receipt "$agent_receipt"
last=$(dregg verify "$work/agent" --receipt "$agent_receipt" --from "$first_receipt")
[ "$(value statement) $(value receipts) $(value from_trusted)" = "RCPTCHAIN-A 3 true" ]; ok $? "STC0054 and the first one too"
refuses "STC0055 and not from another:" PROOF_ROOT verify "$work/agent" --receipt "$agent_receipt" --from "$receipt"
last=$(dregg verify "$work/agent" --receipt "$receipt")
[[ $last == *"$agent_receipt"* && $last == *"$receipt"* ]]; ok $? "STC0056 a refusal names what it is about and what is trusted"
last=$(dregg verify "$work/chain" --root "$receipt")
[[ $last == *"$root_now"* && $last == *"$receipt"* ]]; ok $? "STC0057 of a chain too"
last=$(dregg verify "$work/chain" --root "$root_now")
for key in rights methods fields_from fields_to max_amount allowance expiry badge group links as_of ledger; do
    [ -n "$(value $key)" ] || echo "# nothing about $key"
done | grep -q nothing; [ $? = 1 ]; ok $? "STC0058 what a chain grants is said on every axis"
last=$(dregg verify "$work/deleg" --receipt "$receipt"); [ "$(value statement)" = DELEG-W ]; ok $? "STC0035 the whole delegation says so"
for what in member chain receipts agent deleg points; do
    key=--root trust=$root_now
    case $what in receipts|deleg|points) key=--receipt trust=$receipt;; agent) key=--receipt trust=$agent_receipt;; esac
    size=$(stat -c %s "$work/$what") accepted=0
    for at in 17 20 30 100 300 $((size / 2)) $((size - 40)) $((size - 1)); do
        cp "$work/$what" "$work/bad"
        byte=$(od -An -tu1 -j $at -N 1 "$work/bad" | tr -d ' ')
        printf "\\x$(printf %02x $((byte ^ 1)))" | dd of="$work/bad" bs=1 seek=$at conv=notrunc status=none
        dregg verify "$work/bad" $key "$trust" > /dev/null && accepted=$((accepted + 1))
    done
    [ $accepted -eq 0 ]; ok $? "STC0040 $what: eight flipped bytes, none accepted"
    accepted=0
    for n in 0 15 16 23 24 100 $((size - 1)); do
        head -c $n "$work/$what" > "$work/bad"
        dregg verify "$work/bad" $key "$trust" > /dev/null && accepted=$((accepted + 1))
    done
    (cat "$work/$what"; printf x) > "$work/bad"
    dregg verify "$work/bad" $key "$trust" > /dev/null && accepted=$((accepted + 1))
    [ $accepted -eq 0 ]; ok $? "STC0041 $what: seven cuts and a byte more, none accepted"
done
plan
