#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every system of tests/system/systems.txt, booted on aarch64 with the kernel of this tree.
exec tests/system/suite.py aarch64 tests/system/systems.txt
