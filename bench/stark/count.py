#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Instructions of one verification (MEMBER, 2^20 cells, P100) on aarch64 and riscv64, with the archives that domains link: the
difference between a program that verifies twice and one that verifies once, counted by a plugin of qemu-user. An emulator
counts instructions, not cycles."""

import os
import subprocess

DIR = "build/host/stark-count"
COMMON = "-std=c11 -O2 -I. -Iinclude -Ilib -Ibuild/gen".split()
FREE = "-ffreestanding -nostdlib -static -fno-stack-protector -fuse-ld=lld -Wl,-e,_start -Ilib/base/freestanding".split()
TARGETS = {"aarch64": "--target=aarch64-none-elf -mcpu=cortex-a53".split(),
           "riscv64": "--target=riscv64-none-elf -march=rv64gc -mabi=lp64d -mcmodel=medany -mno-relax".split()}
LIBS = ["stark_prove", "stark_verify", "crypto", "wire", "base"]


def run(*command, **more):
    return subprocess.run(command, check=True, **more)


def archives(config):
    return ["-Wl,--start-group", *[f"build/{config}/lib{lib}.a" for lib in LIBS], "-Wl,--end-group"]


def main():
    os.makedirs(DIR, exist_ok=True)
    run("clang", *COMMON, "-D_GNU_SOURCE", "bench/stark/count_prove.c", "bench/stark/count.c", "tests/tap_host.c", "-o",
        f"{DIR}/prove", *archives("host"), "-lsodium")
    with open(f"{DIR}/proof", "wb") as out:
        run(f"{DIR}/prove", stdout=out)
    run("clang", *COMMON, "-shared", "-fPIC", "bench/stark/count_plugin.c", "-o", f"{DIR}/plugin.so")
    for arch, flags in TARGETS.items():
        counts = []
        for times in (1, 2):
            program = f"{DIR}/{arch}-{times}"
            run("clang", *flags, *COMMON, *FREE, f"-DCOUNT={times}", f'-DPROOF="\\"{DIR}/proof\\""',
                "bench/stark/count_verify.c", "bench/stark/count.c", f"tests/stark/cross_{arch}.c", "pd/rt/mem.c", "-o",
                program, *archives(arch))
            done = run(f"qemu-{arch}", "-plugin", f"{DIR}/plugin.so", program, stderr=subprocess.PIPE, text=True)
            counts.append(int(done.stderr))
        print(f"stark_member_verify_instructions_{arch}\t{counts[1] - counts[0]}\tinstructions\t-\t-", flush=True)


main()
