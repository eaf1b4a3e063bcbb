# SPDX-License-Identifier: Apache-2.0
# What the node's shell tests share: a fresh folder, a node, TAP. Sourced.
set -uo pipefail
root=$(pwd)
bin=$root/build/host/bin
work=$(mktemp -d)
export DREGG_HOME=$work/home DREGG_NODE=$work/store/socket
node_pid=
count=0
failed=0
cleanup() {
    [ -z "$node_pid" ] || kill -9 "$node_pid" 2>/dev/null
    rm -rf "$work"
}
trap cleanup EXIT
ok() { # STATUS NAME
    count=$((count + 1))
    if [ "$1" -eq 0 ]; then
        echo "ok $count - $2"
    else
        failed=$((failed + 1))
        echo "not ok $count - $2"
        [ -z "${last:-}" ] || echo "# $last"
    fi
}
plan() {
    echo "1..$count"
    [ $failed -eq 0 ] && [ $count -gt 0 ]
    exit $?
}
dregg() { "$bin/dregg" --json "$@" 2>&1; }
value() { sed -nE "s/.*\"$1\":(\"([^\"]*)\"|([^\",}]*)).*/\2\3/p" <<<"${2:-$last}" | head -n 1; }
# does NAME STATUS …: runs dregg, keeps the answer in $last, expects the exit status.
does() {
    local name=$1 want=$2
    shift 2
    last=$(dregg "$@")
    local got=$?
    [ $got -eq "$want" ]
    ok $? "$name"
}
# refuses ID ERROR …: runs dregg, expects this error by name.
refuses() {
    local name=$1 error=$2
    shift 2
    last=$(dregg "$@")
    [ "$(value error)" = "$error" ]
    ok $? "$name $error"
}
start() { # store [options…]; fails if the node does not come up
    local store=$1
    shift
    : > "$work/node.log"
    "$bin/dreggd" --store "$store" --max-cells 1024 "$@" > "$work/node.log" 2>&1 &
    node_pid=$!
    for _ in $(seq 400); do
        grep -q 'ready on' "$work/node.log" && return 0
        kill -0 $node_pid 2>/dev/null || { wait $node_pid; return 1; }
        sleep 0.02
    done
    return 1
}
stop() { kill -TERM $node_pid; wait $node_pid; local s=$?; node_pid=; return $s; }
crash() { kill -9 $node_pid; wait $node_pid 2>/dev/null; node_pid=; }
new_store() {
    dregg key new treasury > /dev/null
    dregg init "$work/store" --max-cells 1024 --log-mib 32 > /dev/null
}
