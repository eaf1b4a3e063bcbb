#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The root-task suite on aarch64, in QEMU, under a virtual clock.
exec tests/kernel/qemu-run aarch64 build/kernel-test/suite-aarch64.elf 350 -icount shift=0,sleep=off
