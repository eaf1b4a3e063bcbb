#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Ed25519 secrets decide no branch and no address: valgrind, with the secrets marked undefined.
work=$(mktemp -d)
log=$work/log
trap 'rm -rf "$work"' EXIT
strip -o "$work/secrets" build/host/test/biscuit-secrets # Debian's valgrind does not read clang's DWARF 5
failed=0
run() { valgrind -q --error-exitcode=9 "$work/secrets" "$1" > "$log" 2>&1; }

run leak
if [ $? -eq 9 ]; then echo "ok 1 - SEC0010 a branch on a secret is reported"; else echo "not ok 1 - SEC0010"; failed=1; fi
if run ct; then
    echo "ok 2 - SEC0011 mint, attenuate, third-party sign, append and seal branch on no byte of a secret"
else
    sed 's/^/# /' "$log" | head -60
    echo "not ok 2 - SEC0011"
    failed=1
fi
echo 1..2
exit $failed
