#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Clients that mean no good: the node refuses or drops each, and serves everybody else on."""
import os
import random
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time

BIN = os.path.join(os.getcwd(), "build/host/bin")
work = tempfile.mkdtemp()
env = dict(os.environ, DREGG_HOME=work + "/home", DREGG_NODE=work + "/store/socket")
count = failed = 0


def ok(cond, name):
    global count, failed
    count += 1
    failed += 0 if cond else 1
    print(("ok" if cond else "not ok"), count, "-", name, flush=True)


def dregg(*args):
    return subprocess.run([BIN + "/dregg", "--json", *args], env=env, capture_output=True, text=True)


def connect():
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(20)
    for _ in range(500):
        try:
            s.connect(work + "/store/socket")
            return s
        except BlockingIOError:
            time.sleep(0.01)  # the queue of those that wait to be accepted is full
    raise ConnectionError("the node accepts nobody")


def message(kind, tag, payload=b""):
    return struct.pack("<IB3xI", len(payload) + 8, kind, tag) + payload


def read(s, n):
    data = b""
    while len(data) < n:
        piece = s.recv(n - len(data))
        if not piece:
            raise EOFError
        data += piece
    return data


def answer(s):
    length, kind, tag = struct.unpack("<IB3xI", read(s, 12))
    return kind, tag, read(s, length - 8)


def error_code(payload):
    return struct.unpack("<I", payload[:4])[0]


def alive():
    """An honest client is served; on a busy machine the node may still be closing the last crowd, so it tries again."""
    for _ in range(50):
        s = connect()
        try:
            s.sendall(message(2, 7))
            kind, tag, payload = answer(s)
            if kind == 2:
                return tag == 7 and len(payload) == 128 + 64 + 368 + 144
        except (EOFError, ConnectionError):
            pass
        finally:
            s.close()
        time.sleep(0.1)
    return False


dregg("key", "new", "treasury")
dregg("init", work + "/store", "--max-cells", "64", "--log-mib", "32")
node = subprocess.Popen([BIN + "/dreggd", "--store", work + "/store", "--max-cells", "64", "--max-clients", "12",
                         "--stall-seconds", "1"], stdout=subprocess.PIPE, text=True)
promised_mib = 0.0
for line in node.stdout:
    if "memory at most" in line:
        promised_mib = float(line.split("memory at most ")[1].split()[0])
    if "ready on" in line:
        break
try:
    ok(alive(), "HOS0001 a node serves")
    s = connect()
    for byte in message(2, 1):
        s.sendall(bytes([byte]))
        time.sleep(0.002)
    ok(answer(s)[0] == 2, "HOS0002 a request a byte at a time is answered")
    s.sendall(b"".join(message(2, i) for i in range(20)))
    ok([answer(s)[1] for _ in range(20)] == list(range(20)), "HOS0003 pipelined requests are answered in order")
    s.sendall(message(99, 3))
    kind, tag, payload = answer(s)
    ok(kind == 255 and tag == 3 and error_code(payload) & 0xffff == 0x0402, "HOS0004 UNKNOWN_KIND")
    s.sendall(message(4, 4, b"short"))
    ok(error_code(answer(s)[2]) & 0xffff == 0x0401, "HOS0005 BAD_MESSAGE: a proof request of five bytes")
    s.sendall(message(3, 5, b"\x00" + b"\x07" * 32))
    ok(error_code(answer(s)[2]) & 0xff == 16, "HOS0006 NO_CELL")
    s.sendall(message(5, 6, b"\x00" + struct.pack("<Q", 999)))
    ok(error_code(answer(s)[2]) & 0xffff == 0x0403, "HOS0007 NO_RECEIPT")
    for n in (0, 1, 131, 132, 500, 4096):
        s.sendall(message(1, n, bytes(random.Random(n).randbytes(n))))
        kind, tag, payload = answer(s)
        ok(kind == 1 and tag == n and payload[0] == 3, f"HOS0008 a turn of {n} random bytes is MALFORMED")
    s.close()
    for junk, name in ((b"\xff" * 64, "a length of four billion"), (struct.pack("<I", 3) + b"abc", "a length below the head"),
                       (struct.pack("<I", 5000) + b"\x01", "a length above any request")):
        s = connect()
        s.sendall(junk)
        kind, tag, payload = answer(s)
        try:
            closed = s.recv(1) == b""
        except ConnectionResetError:
            closed = True
        ok(kind == 255 and error_code(payload) & 0xffff == 0x0401 and closed, f"HOS0009 BAD_MESSAGE, and closed: {name}")
        s.close()
    rnd = random.Random(1)
    for i in range(200):
        s = connect()
        try:
            s.sendall(rnd.randbytes(rnd.randrange(1, 3000)))
        except ConnectionError:
            pass  # refused while the crowd is there: what is tested is that the others live
        s.close()
    time.sleep(0.5)
    ok(alive(), "HOS0010 two hundred clients of noise, and the node serves")
    slow = [connect() for _ in range(3)]
    for s in slow:
        s.sendall(message(2, 1)[:7])
    ok(alive(), "HOS0011 half a request holds nobody up")
    flood = connect()
    flood.settimeout(0.5)
    sent = 0
    try:
        while sent < 30_000_000:
            sent += flood.send(message(6, 1) * 500)
    except (TimeoutError, BlockingIOError, ConnectionError):
        pass
    ok(sent < 30_000_000, "HOS0012 who does not read is not read from")
    ok(alive(), "HOS0013 and the node serves on")
    half = connect()
    half.sendall(message(2, 9))
    half.shutdown(socket.SHUT_WR)
    ok(answer(half)[1] == 9 and half.recv(1) == b"", "HOS0014 a half-closed client gets its answer, then the end")
    time.sleep(2.6)
    alive()
    dropped = 0
    for s in slow:
        try:
            dropped += 1 if s.recv(1) == b"" else 0
        except ConnectionError:
            dropped += 1
    ok(dropped == 3, "HOS0015 clients that stall are dropped after their time")
    many = []
    refused = False
    for _ in range(20):
        s = connect()
        many.append(s)
    for s in many:
        s.settimeout(0.3)
        try:
            kind, tag, payload = answer(s)
            refused = refused or (kind == 255 and error_code(payload) & 0xffff == 0x0406)
        except (TimeoutError, EOFError, ConnectionError):
            pass
    ok(refused, "HOS0016 TOO_MANY_CLIENTS: told, and closed")
    for s in many:
        s.close()
    flood.close()
    time.sleep(0.2)
    ok(alive(), "HOS0017 the node serves on")
    r = dregg("cell", "new", "ann", "--by", "treasury", "--new-key", "--give", "10")
    ok(r.returncode == 0, "HOS0018 turns go on")
    done = 0
    for i in range(80):
        r = dregg("cell", "new", f"c{i}", "--by", "treasury", "--keyless", "--root-slot", "3", "--slots", "8", "--fields", "0")
        if r.returncode != 0:
            break
        done += 1
        dregg("drop", "treasury", "3")
    ok("NODE_FULL" in r.stdout and done < 64, "HOS0019 NODE_FULL: a ledger that outgrows the node's memory is told so")
    ok(alive(), "HOS0020 and nothing is lost")
    with open(f"/proc/{node.pid}/status") as f:
        taken_mib = next(int(line.split()[1]) for line in f if line.startswith("RssAnon")) / 1024
    ok(0 < taken_mib <= promised_mib, f"HOS0022 after all that it has taken {taken_mib:.1f} MiB of the {promised_mib} that it said at most")
finally:
    node.terminate()
    status = node.wait(20)
    ok(status == 0, "HOS0021 the node stops cleanly")
    shutil.rmtree(work)
print(f"1..{count}")
sys.exit(1 if failed else 0)
