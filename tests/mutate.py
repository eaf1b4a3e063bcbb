# SPDX-License-Identifier: Apache-2.0
"""Takes one check of a library away at a time and wants a test to fail: tests/biscuit/mutants.py says where the checks are and which
programs look; this is the rest. A mutant's object stands before the archives, so the linker takes it."""

import concurrent.futures
import glob
import os
import re
import subprocess
import sys

CC = ["clang", "-std=c11", "-O1", "-w", "-D_GNU_SOURCE", "-I.", "-Iinclude", "-Ilib", "-Ibuild/gen"]
COMMON = ["tests/tap.c", "tests/tap_host.c"]


def balanced(text, at):
    """The end of the parenthesis that opens at `at`."""
    depth = 0
    for m in re.compile(r"""'\\?.'|"(?:\\.|[^"\\])*"|[()]""").finditer(text, at):
        depth += {"(": 1, ")": -1}.get(m[0], 0)
        if depth == 0:
            return m.start()
    raise ValueError("unbalanced")


def conditions(text, then):
    """A mutant for each `if (…) {` whose body begins with `then`: the condition never holds."""
    for m in re.finditer(r"\bif (?=\()", text):
        end = balanced(text, m.end())
        if re.match(r"\) \{\s+" + then, text[end:]):
            yield m.start(), text[:m.end()] + "(false && " + text[m.end():end] + ")" + text[end:]


class Room:
    """dir: where to build. files: what is mutated. mutants(path): (place, changed text) pairs. tests: name -> sources, tried in this
    order. archives, libs: what they are linked with. env: for their runs. equivalent: the file of mutants that change nothing."""

    def __init__(self, **of):
        self.__dict__.update(of)
        self.tests = {name: srcs for name, srcs in self.tests.items() if os.path.exists(srcs[0])}
        self.objects = {}

    def build(self, srcs, out, mutant=None):
        command = CC + [self.objects[s] for s in srcs + COMMON] + ([mutant] if mutant else [])
        archives = [f"build/host/lib{name}.a" for name in self.archives]
        return subprocess.run(command + ["-fuse-ld=lld", "-Wl,--allow-multiple-definition", "-Wl,--start-group", *archives, "-Wl,--end-group",
                                         *self.libs, "-o", out], capture_output=True).returncode == 0

    def passes(self, program):
        try:
            return subprocess.run([program], env=dict(os.environ, **self.env), capture_output=True, timeout=60).returncode == 0
        except subprocess.TimeoutExpired:
            return False

    def killer(self, number, changed):
        """The test that notices, None, or why there is none."""
        base = f"{self.dir}/m{number}"
        with open(f"{base}.c", "w") as f:
            f.write(changed)
        if subprocess.run(CC + ["-c", f"{base}.c", "-o", f"{base}.o"], capture_output=True).returncode != 0:
            return "does not compile"
        for name, srcs in self.tests.items():
            if not self.build(srcs, f"{base}.{name}", f"{base}.o"):
                return "does not link"
            alive = self.passes(f"{base}.{name}")
            os.unlink(f"{base}.{name}")
            if not alive:
                return name
        return None

    def label(self, path, at):
        text = open(path).read()
        line = text.count("\n", 0, at) + 1
        return f"{path}:{line} " + " ".join(text[at:at + 90].split())[:70]

    def prepare(self):
        os.makedirs(self.dir, exist_ok=True)
        for old in glob.glob(f"{self.dir}/*"):
            os.unlink(old)
        for s in sorted({s for srcs in self.tests.values() for s in srcs} | set(COMMON)):
            self.objects[s] = f"{self.dir}/{s.replace('/', '_')}.o"
            subprocess.run(CC + ["-c", s, "-o", self.objects[s]], check=True)
        return all(self.build(srcs, f"{self.dir}/{name}") and self.passes(f"{self.dir}/{name}")
                   for name, srcs in self.tests.items())

    def main(self, share, parts):
        """Tries every share-th mutant, of those that have one of the parts. TAP on standard output; the exit status."""
        healthy = self.prepare()
        equivalent = [line.split("  #")[0].strip() for line in open(self.equivalent) if line[0] not in "#\n"]
        print(("ok" if healthy else "not ok") + " 1 - MUT0001 without a mutant every test passes")
        found = [(path, at, changed) for path in self.files for at, changed in self.mutants(path)
                 if not parts or any(part in self.label(path, at) for part in parts)]
        chosen = found[share // 2::share]
        failed = not healthy
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            results = pool.map(lambda job: self.killer(job[0], job[1][2]), enumerate(chosen))
            for number, ((path, at, _), killer) in enumerate(zip(chosen, results), 2):
                name = self.label(path, at)
                same = any(re.sub(r":\d+ ", " ", name).startswith(e) for e in equivalent)
                good = killer is not None or same
                failed |= not good
                print(f"{'ok' if good else 'not ok'} {number} - MUT {name}: "
                      + (f"killed by {killer}" if killer else "changes nothing" if same else "SURVIVES"), flush=True)
        print(f"# {len(found)} mutants are there, {len(chosen)} were tried")
        print(f"1..{len(chosen) + 1}")
        return 1 if failed else 0


def run(room, share):
    """The command: [SHARE [PART…]], only mutants whose line, as it is printed, has one of the parts."""
    sys.exit(room.main(int(sys.argv[1]) if len(sys.argv) > 1 else share, sys.argv[2:]))
