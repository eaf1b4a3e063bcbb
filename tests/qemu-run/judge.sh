#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The harness itself: it says no when a plan is missing, a line is missing, a forbidden one comes, nobody ends the run, or
# the kernel or root stops in panic; and it leaves no QEMU behind.
set -u
run="build/host/bin/qemu-run --arch riscv64 --icount --quiet"
image=build/image/riscv64
n=0
bad=0
expect() {
    want=$1
    name=$2
    shift 2
    n=$((n + 1))
    out=$("$@" 2>&1)
    status=$?
    if [ $status -eq "$want" ]; then
        echo "ok $n - HARNESS $name"
    else
        echo "not ok $n - HARNESS $name (status $status, wanted $want)"
        echo "$out" | sed 's/^/# /'
        bad=1
    fi
}
expect 0 "a complete plan is good" $run $image/m0.img
expect 1 "a needed line is missing" $run --need "no such line" $image/m0.img
expect 1 "a forbidden line comes" $run --never "hello, world" $image/m0.img
expect 1 "no TAP plan" $run $image/hello.img
expect 0 "a run without TAP that ends itself" $run --plain $image/hello.img
expect 0 "a line to wait for" $run --until "type a line" $image/echo.img
expect 1 "nobody ends the run" $run --plain --timeout 1 $image/echo.img
expect 1 "a panic" $run --plain --timeout 20 $image/toolittle.img
expect 1 "no such image" $run --timeout 5 $image/nothing.img
expect 2 "wrong use" build/host/bin/qemu-run --arch sparc $image/m0.img
$run --plain --timeout 60 $image/echo.img > /dev/null &
harness=$!
for _ in 1 2 3 4 5 6 7 8 9 10; do
    child=$(ps -o pid= --ppid $harness | tr -d ' ')
    [ -n "$child" ] && break
    sleep 0.1
done
kill -9 $harness
wait $harness 2> /dev/null
sleep 0.3
n=$((n + 1))
state=$(ps -o stat= -p "$child" 2> /dev/null) # Z: dead, and nobody has collected it
if [ -n "$child" ] && [ -z "${state%%Z*}" ]; then
    echo "ok $n - HARNESS killed, it leaves no QEMU behind"
else
    echo "not ok $n - HARNESS killed, it leaves no QEMU behind (child $child)"
    bad=1
fi
echo "1..$n"
exit $bad
