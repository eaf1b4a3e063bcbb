#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The handle API over a real node: the app of docs/guide/handle.md, which includes the public contracts alone, through the cell
# transport and a socket; what the node holds afterwards is what the app was told.
. tests/node/lib.sh
new_store
start "$work/store" --listen-tcp 0; ok $? "APN0001 a node"
port=$(sed -n 's/.*127.0.0.1:\([0-9]*\)$/\1/p' "$work/node.log")
for who in ann bob; do does "APN0002 a cell for $who" 0 cell new $who --by treasury --new-key; done
dregg open ann 0 treasury > /dev/null
does "APN0003 ann may make directories" 0 delegate treasury ann 0 --slot 1 --of factory-dir --rights spawn
does "APN0004 a directory" 0 cell new book --by ann --keyless --slots 0 --fields 40 --root-slot 1 --slot 0 --of factory-dir
does "APN0005 bob opens a slot for ann" 0 open bob 2 ann
id() { value id "$("$bin/dregg" --json show cell "$1")"; }
ann=$(id ann); bob=$(id bob)
run() { "$bin/phonebook" "$@" > "$work/out" 2>&1; }
before=$(value seq "$(dregg show head)")
run "$work/store/socket" "$DREGG_HOME/keys/ann" "$ann" 1 "$bob" 2; status=$?
sed 's/^/# /' "$work/out"
last=$(cat "$work/out")
[ $status -eq 0 ]; ok $? "APN0006 the app runs as it should"
expect='bounds: 1 machine; revocation immediate, checkpoint immediate, commit immediate, agreement of 1
invoke: OK, 2 fields written, receipt N
invoke with a stale version: POLICY
attenuate to one pair: ok
attenuate wider: WIDENS, axis 3
delegate: ok
revoke: ok
drop: ok
use after that: BAD_HANDLE'
diff <(sed 's/receipt [0-9]*$/receipt N/' "$work/out") - <<<"$expect" > "$work/diff"; ok $? "APN0007 line by line"
last=$(dregg show head)
[ "$(value seq)" = $((before + 6)) ]; ok $? "APN0008 six turns reached the node: the widening did not"
last=$(dregg directory lookup book ann); [ "$(value version)" = 1 ]; ok $? "APN0009 the name is bound there"
last=$(dregg show cell bob); grep -q '"target":"book"' <<<"$last"; ok $? "APN0010 bob holds what was delegated"
refuses "APN0011 and it is dead:" REVOKED directory bind bob book carl ann --slot 2
run "tcp:$port" "$DREGG_HOME/keys/ann" "$ann" 7 "$bob" 2; [ $? -eq 11 ] && grep -q NO_CAP "$work/out"; ok $? "APN0012 over TCP too; NO_CAP: an empty slot"
run "$work/store/socket" "$DREGG_HOME/keys/ann" "$(printf '%064d' 3)" 1 "$bob" 2; grep -q NO_CELL "$work/out"; ok $? "APN0013 NO_CELL"
run "$work/none" "$DREGG_HOME/keys/ann" "$ann" 1 "$bob" 2; grep -q NODE_GONE "$work/out"; ok $? "APN0014 NODE_GONE"
grep -h '#include' host/app/phonebook.c host/app/phonebook.h | grep -vE '<(firmament/handle|stdio|string).h>|host/app/phonebook.h' > "$work/out"
last=$(cat "$work/out"); [ -z "$last" ]; ok $? "APN0015 the app includes the public contracts alone"
stop
plan
