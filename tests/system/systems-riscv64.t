#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every system of tests/system/systems.txt, booted on riscv64 with the kernel of this tree.
exec tests/system/suite.py riscv64 tests/system/systems.txt
