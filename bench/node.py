#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The node as one client sees it: one signed, durable turn at a time over its socket, verified there, beside what the disk
takes for the same bytes (write and fdatasync), interleaved; many at a time; and how much text the
heart and the STARK's verifier are. Prints rows: name value unit limit ratio."""

import json
import os
import statistics
import subprocess
import tempfile
import time

RUNS = 9
TURNS = 200
FRAME_BYTES = 1024  # a frame of one transfer: two sectors


def row(name, value, unit, limit):
    ratio = f"{limit:.4g}\t{value / limit:.3f}" if limit else "-\t-"
    print(f"{name}\t{value:.4g}\t{unit}\t{ratio}", flush=True)


def fdatasync_ms(path):
    """The median time of one write and fdatasync within a file of full size."""
    fd = os.open(path, os.O_RDWR | os.O_CREAT)
    os.write(fd, bytes(FRAME_BYTES * TURNS))
    os.fsync(fd)
    times = []
    for i in range(TURNS):
        pause = time.perf_counter() + 1e-4  # one client's cadence: a disk left alone for a while answers later
        while (start := time.perf_counter()) < pause:
            pass
        os.pwrite(fd, b"x" * FRAME_BYTES, i * FRAME_BYTES)
        os.fdatasync(fd)
        times.append(time.perf_counter() - start)
    os.close(fd)
    return statistics.mean(times) * 1e3


class Node:
    def __init__(self, home):
        self.env = dict(os.environ, DREGG_HOME=f"{home}/home", DREGG_NODE=f"{home}/store/socket")
        self.dregg("key", "new", "treasury")
        self.dregg("init", f"{home}/store", "--max-cells", "1024", "--log-mib", "64")
        self.process = subprocess.Popen(["build/host/bin/dreggd", "--store", f"{home}/store", "--max-cells", "1024"],
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=self.env, text=True)
        for line in self.process.stdout:
            if "ready on" in line:
                break

    def dregg(self, *words):
        done = subprocess.run(["build/host/bin/dregg", "--json", *words], env=self.env, check=True, capture_output=True, text=True)
        return json.loads(done.stdout.splitlines()[-1]) if done.stdout else {}

    def turn_ms(self):
        answer = self.dregg("bench", "treasury", "payee", "--turns", str(TURNS), "--window", "1")
        return 1e3 / float(answer["turns_per_s"])

    def piped_per_s(self):
        answer = self.dregg("bench", "treasury", "payee", "--turns", "20000", "--window", "1024")
        return float(answer["turns_per_s"])

    def stop(self):
        self.process.terminate()
        self.process.wait()


def text_bytes(*archives):
    out = subprocess.run(["llvm-size", "-t", *archives], check=True, capture_output=True, text=True).stdout
    return sum(int(line.split()[0]) for line in out.splitlines() if "(TOTALS)" in line)


def main():
    with tempfile.TemporaryDirectory(dir="build") as home:
        node = Node(os.path.abspath(home))
        try:
            node.dregg("cell", "new", "payee", "--by", "treasury", "--new-key")
            turns, syncs = [], []
            for _ in range(RUNS):
                turns.append(node.turn_ms())
                syncs.append(fdatasync_ms(f"{home}/sync"))
            rates = [node.piped_per_s() for _ in range(3)]
        finally:
            node.stop()
    row("node_one_client_ms", statistics.median(turns), "ms", statistics.median(syncs))
    row("node_signed_durable_per_s", statistics.median(rates), "turns/s", 0)
    row("heart_text_bytes_aarch64", text_bytes("build/aarch64/libcore.a", "build/aarch64/libwire.a"), "bytes", 128 << 10)
    # the whole archive that a stranger links, cursor and cap_subset of the rooms below included
    row("stark_verifier_text_bytes", text_bytes("build/host/libstark_verify.a"), "bytes", 48 << 10)
    row("stark_verifier_vector_text_bytes", text_bytes("build/host/libstark_verify_wide.a"), "bytes", 0)


main()
