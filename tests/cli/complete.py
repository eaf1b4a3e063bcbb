#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Completion in a real, interactive bash on a terminal: keys are typed, and what the shell makes of them is read."""
import os
import pty
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time

from tap import done, ok

BIN = os.path.join(os.getcwd(), "build/host/bin")
work = tempfile.mkdtemp()
home = os.path.join(work, "home")
os.makedirs(home + "/cells")
for name in ("annabel", "bob"):
    open(f"{home}/cells/{name}", "w").close()


pid, fd = pty.fork()
if pid == 0:
    os.chdir(work)
    os.execve("/bin/bash", ["bash", "--norc", "--noprofile", "-i"],
              {"PATH": BIN + ":/usr/bin:/bin", "DREGG_HOME": home, "HOME": work, "PS1": "READY> ", "TERM": "dumb", "INPUTRC": "/dev/null"})


def read_until(mark, seconds=20):
    text, end = "", time.time() + seconds
    while time.time() < end and not re.search(mark, text):
        if select.select([fd], [], [], 0.1)[0]:
            try:
                text += os.read(fd, 65536).decode(errors="replace")
            except OSError:
                break
    return text


def typed(keys, mark):
    """Types keys, waits for what the line becomes, then empties the line."""
    os.write(fd, keys.encode())
    text = read_until(mark)
    os.write(fd, b"\x15")  # ^U
    time.sleep(0.1)
    os.write(fd, b"\n")
    read_until("READY> ")
    return text


read_until("READY> ")
os.write(fd, b"source <(dregg completion); bind 'set show-all-if-ambiguous on' 'set bell-style none'; echo so''urced\n")
ok("sourced" in read_until(r"\nsourced"), "CMP0001 an interactive bash takes the script")
read_until("READY> ", 2)
for number, (keys, mark) in enumerate([
        ("dregg tra\t", r"dregg transfer "),
        ("dregg direc\t", r"dregg directory "),
        ("dregg directory lo\t", r"dregg directory lookup "),
        ("dregg key s\t", r"dregg key show "),
        ("dregg transfer anna\t", r"dregg transfer annabel "),
        ("dregg transfer annabel fac\t", r"dregg transfer annabel factory-dir "),
        ("dregg cell new x --root-r\t", r"dregg cell new x --root-rights "),
        ("dregg --json sho\t", r"dregg --json show "),
        ("dregg prove rec\t", r"dregg prove receipts "),
        ("dregg prove receipts --ag\t", r"dregg prove receipts --agent "),
        ("dregg --ver\t", r"dregg --version "),
], 2):
    text = typed(keys, mark)
    ok(re.search(mark, text), f"CMP{number:04d} {keys.strip()!r} becomes {mark!r}", text)
text = typed("dregg show \t\t", r"receipt\s")
ok(all(w in text for w in ("caps", "cell", "head", "metrics", "receipt")) and "bob" not in text, "CMP0020 all that can follow is listed", text)
text = typed("dregg grant bob --ma\t", r"--max-amount")
ok("--max-amount" in text and "--max-cells" not in text, "CMP0021 options are the command's own", text)
os.write(fd, b"exit\n")
read_until("never", 0.5)
os.close(fd)
os.waitpid(pid, 0)
shutil.rmtree(work)


def out(*words):
    return subprocess.run([BIN + "/dregg", *words], capture_output=True, text=True, env={"DREGG_HOME": home}).stdout


page = open("docs/man/dregg.1", encoding="utf-8").read()
ok(out("manual") in page, "MAN0001 the page's commands are what `dregg manual` prints")
listed = re.findall(r"^  ([a-z][a-z -]*?[a-z])  ? ?(?=[A-Z\[ ])", out("--help"), re.M)
commands = re.findall(r"\['([a-z -]+)'\]=", out("completion"))
ok(len(commands) > 50, "MAN0002 the table has its commands", commands)
for command in commands:
    text = out(*command.split(), "--help")
    options = re.findall(r"^  (--[a-z-]+)( \S+)? +(.*)$", text, re.M)
    ok(text.startswith("usage: dregg " + command) and all(o[2] for o in options) and options[-2][0] == "--json",
       f"MAN0003 `{command} --help` says what each of its {len(options)} options means", text)
    ok(command.startswith("token ") or f".SS dregg {command.replace('-', chr(92) + '-')}" in page, f"MAN0004 the page has `{command}`")
daemon = subprocess.run([BIN + "/dreggd", "--help"], capture_output=True, text=True).stdout
dpage = open("docs/man/dreggd.1", encoding="utf-8").read().replace("\\-", "-")
missing = [o for o in re.findall(r"^  (--[a-z-]+)", daemon, re.M) if f"\\fB{o}\\fR" not in dpage]
ok(not missing, "MAN0005 dreggd's page has each of its options", missing)
for page in ("docs/man/dregg.1", "docs/man/dreggd.1"):
    if shutil.which("groff"):
        warned = subprocess.run(["groff", "-man", "-Tutf8", "-ww", page], capture_output=True, text=True).stderr
        ok(warned == "", f"MAN0006 {page} is a page that groff takes", warned)
sys.exit(done())
