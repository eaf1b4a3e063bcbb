#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Secret keys under valgrind: what branches on them is reported by memcheck and counted by the program. Stripped, because Debian's
# valgrind cannot read clang's debug information.
llvm-strip -g -o build/host/test/biscuit-secrets.stripped build/host/test/biscuit-secrets
exec valgrind -q build/host/test/biscuit-secrets.stripped 2> /dev/null
