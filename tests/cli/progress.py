#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Progress of long commands on a real terminal: a terminal of one line is kept here, as the bytes would draw it."""
import os
import pty
import re
import shutil
import signal
import subprocess
import tempfile
import time

from tap import done, ok

BIN = os.path.join(os.getcwd(), "build/host/bin")
work = tempfile.mkdtemp()
env = {"PATH": BIN + ":/usr/bin:/bin", "DREGG_HOME": work + "/home", "DREGG_NODE": work + "/store/socket", "TERM": "dumb", "HOME": work}
LINE = re.compile(r"  (\S+) +\[(#*) *\] +(\d+) %$")


def dregg(*words, errors=subprocess.PIPE):
    return subprocess.run(["dregg", *words], env=env, stdout=subprocess.PIPE, stderr=errors, text=True, check=False)


def on_terminal(*words):
    """Runs dregg with its errors on a terminal. Its answer, and what the line showed after each carriage return."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(["dregg", *words], env=env, stdout=subprocess.PIPE, stderr=theirs) as run:
        os.close(theirs)
        drawn = b""
        while True:
            try:
                some = os.read(ours, 65536)
            except OSError:
                break
            if not some:
                break
            drawn += some
        answer = run.stdout.read().decode()
    os.close(ours)
    line, shown = "", []
    for piece in drawn.decode().split("\r")[1:]:
        line = piece + line[len(piece):]
        shown.append(line.rstrip())
    return run.returncode, answer, drawn, shown


def draws(name, wanted, *words):
    status, answer, drawn, shown = on_terminal(*words)
    bars = [LINE.match(s) for s in shown if s]
    whole = [b for b in bars if b and len(b[2]) == int(b[3]) * 40 // 100]
    ok(status == 0 and bars and len(whole) == len(bars), f"{name}: every line it draws is a bar and a percentage, nothing is left of the one before",
       [s for s in shown if s and not LINE.match(s)] or (status, answer))
    steps = [(b[1], int(b[3])) for b in whole]
    ok(all(any(n == w for n, _ in steps) for w in wanted), f"{name}: it names {', '.join(wanted)}", steps)
    ok(all(a[1] <= b[1] for a, b in zip(steps, steps[1:]) if a[0] == b[0]) and steps and steps[-1][1] == 100, f"{name}: it rises, and ends at 100 %", steps)
    ok(shown and shown[-1] == "" and b"\n" not in drawn, f"{name}: then the line is empty", shown[-2:])
    ok("%" not in answer and "\r" not in answer and answer != "", f"{name}: the answer holds none of it", answer)
    again = dregg(*words)
    ok(again.returncode == 0 and again.stderr == "", f"{name}: none of it where errors go to a file", again.stderr)
    status, answer, drawn, shown = on_terminal("--json", *words)
    ok(status == 0 and drawn == b"" and answer.startswith("{"), f"{name}: none of it with --json", (drawn, answer))


for words in (("key", "new", "treasury"), ("init", work + "/store", "--max-cells", "1024", "--log-mib", "32")):
    ok(dregg(*words).returncode == 0, "PRG0001 " + words[0])
with open(work + "/log", "wb") as log, subprocess.Popen(["dreggd", "--store", work + "/store", "--max-cells", "1024"], env=env, stdout=log,
                                                        stderr=log) as node:
    try:
        end = time.time() + 20
        while time.time() < end and "ready on" not in open(work + "/log", encoding="utf-8").read():
            time.sleep(0.02)
        ok(dregg("cell", "new", "ann", "--by", "treasury", "--new-key", "--give", "9").returncode == 0, "PRG0002 a node, and a cell")
        draws("PRG0003 bench", ["signing", "turns"], "bench", "treasury", "ann", "--turns", "300", "--window", "10")
        draws("PRG0004 prove member", ["trace", "constraints", "open", "verify"], "prove", "member", "treasury", "0", "--out", work + "/proof")
    finally:
        node.send_signal(signal.SIGTERM)
        node.wait(20)
draws("PRG0005 replay", ["checkpoint", "log"], "replay", work + "/store", "--max-cells", "1024")
shutil.rmtree(work)
raise SystemExit(done())
