#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every refusal of the packer: a good pair of descriptions, one thing made wrong, and the line and words expected.

    usage: tests/pack/refusals.py      (needs build/san/bin/pack and build/riscv64/pd)
"""
import os
import re
import struct
import subprocess
import sys
import tempfile

PACK = os.environ.get("FM_PACK", "build/san/bin/pack")  # under ASan and UBSan
PDS = "build/riscv64/pd"
SYSTEM = """<system>
  <memory_region name="uart" size="0x1000" phys_addr="0x10000000"/>
  <memory_region name="page" size="0x1000"/>
  <memory_region name="log" size="0x1000"/>
  <protection_domain name="serial" priority="90">
    <program_image path="serial.elf"/>
    <map mr="uart" vaddr="0x2000000000" perms="rw" cached="false" setvar_vaddr="fm_serial_uart"/>
    <map mr="page" vaddr="0x2100000000" perms="rw" setvar_vaddr="fm_serial_pages"/>
    <irq irq="10" id="61" setvar_id="fm_serial_irq"/>
  </protection_domain>
  <protection_domain name="adder" priority="70" passive="true">
    <program_image path="adder.elf"/>
    <map mr="log" vaddr="0x2200000000" perms="r"/>
  </protection_domain>
  <protection_domain name="parent" priority="60">
    <program_image path="hello.elf"/>
    <protection_domain name="child" priority="50" id="1">
      <program_image path="hello.elf"/>
    </protection_domain>
  </protection_domain>
  <channel>
    <end pd="parent" id="1" pp="true"/>
    <end pd="adder" id="1"/>
  </channel>
</system>
"""
CAPS = """console serial channel 0 region page uart uart
domain adder
  own
  untyped 14
  inbox
  restart 2
domain parent
  mail adder
  cap 496 endpoint of adder badge 0x7 rights write grantreply
  cap 497 inbox of adder
forbid adder device
forbid parent meets serial
"""
DOMAIN = '  <protection_domain name="{}" priority="{}"{}>\n    <program_image path="hello.elf"/>{}\n  </protection_domain>\n'
CHANNEL = '  <channel>\n    <end {}/>\n    <end {}/>\n  </channel>\n'


def sub(old, new):
    return lambda s, c: (s.replace(old, new, 1), c) if old in s else (s, c.replace(old, new, 1))


def more(text):
    """Adds elements before the end of the description."""
    return lambda s, c: (s.replace("</system>", text + "</system>"), c)


def caps(text):
    return lambda s, c: (s, c + text + "\n")


def domain(name, priority, inner="", attributes=""):
    return more(DOMAIN.format(name, priority, attributes, inner))


CASES = [
    # elements and attributes
    ("unknown-element", sub("<memory_region name=\"page\"", "<virtual_machine/><memory_region name=\"page\""),
     r"system:3: unknown element <virtual_machine>; expected"),
    ("unknown-inner-element", sub('<program_image path="adder.elf"/>', '<program_image path="adder.elf"/><vcpu id="1"/>'),
     r"system:12: <vcpu> in <protection_domain>: expected program_image"),
    ("unknown-attribute", sub('name="adder"', 'name="adder" prio="1"'), r'system:11: .*unknown attribute "prio"; expected one of'),
    ("missing-attribute", sub('<map mr="log" vaddr', '<map mr="log" at'), r'system:13: <map>: unknown attribute "at"'),
    ("missing-name", sub('<protection_domain name="adder"', '<protection_domain'), r'system:11: .*expected the attribute "name"'),
    ("not-xml", sub("</channel>", "</chanel>"), r"system:24: not well-formed: mismatched tag"),
    ("stray-text", sub("<channel>", "<channel>hello"), r"system:2\d: stray text"),
    ("no-root-element", lambda s, c: (s.replace("<system>", "<sytem>").replace("</system>", "</sytem>"), c), r"system:1: <sytem>: expected <system>"),
    ("no-domain", lambda s, c: ("<system>\n</system>\n", ""), r"expected at least one protection_domain"),
    ("no-image", sub('    <program_image path="adder.elf"/>\n', ""), r"adder: expected a <program_image>"),
    ("two-images", sub('<program_image path="adder.elf"/>', '<program_image path="adder.elf"/><program_image path="adder.elf"/>'),
     r"system:12: adder: expected one <program_image>"),
    ("bad-number", sub('vaddr="0x2200000000"', 'vaddr="0x22g"'), r'system:13: vaddr="0x22g": expected a number'),
    ("huge-number", sub('vaddr="0x2200000000"', 'vaddr="0x22000000000000000000"'), r"system:13: .*below 2\^64"),
    ("bad-boolean", sub('passive="true"', 'passive="yes"'), r'system:11: passive="yes": expected true or false'),
    # domains
    ("two-names", domain("adder", 10), r'system:25: protection domain "adder": the name is taken'),
    ("root-name", domain("root", 10), r"the name is taken"),
    ("priority-too-high", domain("x", 255), r"priority 255: expected 0 to 254"),
    ("budget-above-period", domain("x", 10, "", ' budget="2000" period="1000"'), r"expected 20 us <= budget <= period"),
    ("budget-too-small", domain("x", 10, "", ' budget="19"'), r"expected 20 us <= budget"),
    ("stack-odd", domain("x", 10, "", ' stack_size="0x1800"'), r"stack_size 0x1800: expected 4 KiB to 16 MiB, in pages"),
    ("stack-huge", domain("x", 10, "", ' stack_size="0x2000000"'), r"stack_size 0x2000000"),
    ("smc-on-riscv64", domain("x", 10, "", ' smc="true"'), r"smc=\"true\" exists on aarch64 only"),
    ("child-without-id", sub(' id="1">', ">"), r'system:17: <protection_domain>: expected the attribute "id"'),
    ("id-without-parent", domain("x", 10, "", ' id="3"'), r'"id" is for a child of another domain'),
    ("two-parents", more('  <protection_domain name="p2" priority="61">\n    <program_image path="hello.elf"/>\n'
                         '    <protection_domain name="child" priority="50" id="1">\n      <program_image path="hello.elf"/>\n'
                         '    </protection_domain>\n  </protection_domain>\n'), r'system:27: protection domain "child": the name is taken'),
    ("two-children-one-id", sub("    </protection_domain>\n", '    </protection_domain>\n    <protection_domain name="c2" priority="50" id="1">\n'
                                '      <program_image path="hello.elf"/>\n    </protection_domain>\n'),
     r"system:20: c2: child id 1 belongs to child \(line 17\)"),
    ("child-above-parent", sub('name="child" priority="50"', 'name="child" priority="60"'),
     r"system:17: child: priority 60: expected less than its parent's, parent, 60"),
    ("image-missing", sub('path="adder.elf"', 'path="nothing.elf"'), r'system:11: adder: program image "nothing.elf" is in none'),
    # memory
    ("region-twice", more('  <memory_region name="log" size="0x1000"/>\n'), r'system:25: memory region "log" stands there twice'),
    ("region-odd-size", more('  <memory_region name="x" size="0x1001"/>\n'), r"size 0x1001: expected whole pages"),
    ("region-empty", more('  <memory_region name="x" size="0"/>\n'), r"size 0x0: expected whole pages"),
    ("region-page-size", more('  <memory_region name="x" size="0x4000" page_size="0x4000"/>\n'), r"page_size 0x4000: expected 0x1000 or 0x200000"),
    ("region-phys-odd", more('  <memory_region name="x" size="0x1000" phys_addr="0x10001800"/>\n'), r"phys_addr 0x10001800: expected a multiple"),
    ("region-phys-top", more('  <memory_region name="x" size="0x2000" phys_addr="0xfffffffffffff000"/>\n'),
     r'system:25: memory region "x": 0x2000 bytes at 0xfffffffffffff000 end beyond the 2\^48 that a machine has'),
    ("regions-overlap", more('  <memory_region name="x" size="0x2000" phys_addr="0xffff000"/>\n'),
     r'system:25: memory region "x" reaches the same physical pages as "uart" \(line 2\)'),
    ("map-unknown-region", sub('mr="log"', 'mr="lag"'), r'system:13: there is no memory region "lag"'),
    ("map-odd", sub('vaddr="0x2200000000"', 'vaddr="0x2200000800"'), r"system:13: adder: vaddr 0x2200000800: expected a multiple of the page"),
    ("map-too-high", sub('vaddr="0x2200000000"', 'vaddr="0x3fffffc000"'), r"does not fit below the stack"),
    ("map-null", sub('vaddr="0x2200000000"', 'vaddr="0"'), r"does not fit"),
    ("maps-overlap", sub('<map mr="log"', '<map mr="page" vaddr="0x2200000000"/><map mr="log"'), r'system:13: adder: "log" overlaps "page" \(line 13\)'),
    ("map-over-program", sub('vaddr="0x2200000000"', 'vaddr="0x32000000"'), r'system:13: adder: "log" overlaps the program at 0x32000000'),
    ("map-write-only", sub('perms="r"', 'perms="w"'), r'system:13: perms="w": expected r, rw or rx'),
    ("map-wx", sub('perms="r"', 'perms="rwx"'), r"never writable and executable"),
    ("map-perms", sub('perms="r"', 'perms="rq"'), r'perms="rq": expected r, rw, rx'),
    ("setvar-unknown", sub('perms="r"', 'perms="r" setvar_vaddr="nothing"'), r'system:13: adder: the program has no symbol "nothing"'),
    ("setvar-size", sub('perms="r"', 'perms="r" setvar_vaddr="microkit_passive"'), r'symbol "microkit_passive" has 1 bytes; expected 8'),
    ("prefill-too-big", more('  <memory_region name="x" size="0x1000" prefill_path="build/riscv64/pd/hello.elf"/>\n'), r"expected at most 4096"),
    # devices and interrupts
    ("device-page-twice", sub('<map mr="log"', '<map mr="uart" vaddr="0x2300000000"/><map mr="log"'),
     r'system:13: device page of "uart": serial and adder \(line 7\) both reach it; expected one owner'),
    ("irq-twice", domain("x", 10, '<irq irq="10" id="1"/>'), r"system:26: irq 10: serial has it \(line 9\); expected one owner"),
    ("irq-range", domain("x", 10, '<irq irq="96" id="1"/>'), r"irq 96: expected 1 to 95"),
    ("irq-trigger", domain("x", 10, '<irq irq="9" id="1" trigger="up"/>'), r'trigger="up": expected level or edge'),
    ("irq-id-used", sub('<irq irq="10" id="61" setvar_id="fm_serial_irq"/>', '<irq irq="10" id="61"/><irq irq="9" id="61"/>'),
     r"system:9: serial: id 61 is used twice"),
    ("id-too-big", sub('id="61"', 'id="62"'), r"system:9: <irq>: id 62: expected 0 to 61"),
    ("dma-shared", lambda s, c: (s.replace('<map mr="log"', '<setvar symbol="fm_reply_count" region_paddr="log"/><map mr="log"')
                                 .replace('<protection_domain name="parent" priority="60">\n', '<protection_domain name="parent" priority="60">\n'
                                          '    <map mr="log" vaddr="0x2400000000"/>\n'), c),
     r'DMA region "log": adder and parent both reach it; expected one owner, or "share log"'),
    # channels
    ("channel-one-end", sub('    <end pd="adder" id="1"/>\n', ""), r"<channel>: expected two ends"),
    ("channel-three-ends", sub('    <end pd="adder" id="1"/>\n', '    <end pd="adder" id="1"/>\n    <end pd="serial" id="1"/>\n'), r"system:24: <channel>: expected two ends"),
    ("channel-unknown-domain", sub('<end pd="adder"', '<end pd="ader"'), r'system:23: there is no protection domain "ader"'),
    ("channel-to-itself", more(CHANNEL.format('pd="adder" id="5"', 'pd="adder" id="6"')), r"a channel from adder to itself"),
    ("channel-id-used", more(CHANNEL.format('pd="adder" id="1"', 'pd="child" id="1"')), r"system:26: adder: id 1 is used twice"),
    ("call-both-ways", sub('<end pd="adder" id="1"/>', '<end pd="adder" id="1" pp="true"/>'), r'system:21: pp="true" at both ends'),
    ("call-downwards", sub('name="adder" priority="70"', 'name="adder" priority="60"'),
     r"system:22: parent calls adder: expected the callee's priority \(60\) above the caller's \(60\)"),
    # the .caps file
    ("caps-unknown-statement", caps("domain child\n  fly"), r'caps:14: unknown statement "fly"; expected own, untyped'),
    ("caps-unknown-domain", caps("domain nobody"), r'caps:13: there is no protection domain "nobody"'),
    ("caps-domain-twice", caps("domain adder"), r"caps:13: domain adder stands there twice"),
    ("caps-no-domain", lambda s, c: (s, "own\n"), r'caps:1: "own": expected domain, console, forbid or share first'),
    ("caps-words", caps("domain child\n  own now"), r"caps:14: own: expected: own"),
    ("caps-untyped-range", sub("untyped 14", "untyped 31"), r"caps:4: untyped 31: expected at most 30"),
    ("caps-untyped-small", sub("untyped 14", "untyped 11"), r"caps:4: untyped 11: expected 12 to 30"),
    ("caps-untyped-without-own", sub("  own\n", ""), r'adder: "untyped" in the .caps file: expected "own" too'),
    ("caps-replies", caps("domain child\n  replies 18"), r"caps:14: replies 18: expected at most 17"),
    ("caps-mail", sub("mail adder", "mail ader"), r'caps:8: there is no protection domain "ader"'),
    ("caps-slot", sub("cap 496", "cap 10"), r"caps:9: cap: slot 10: expected 458, 496 to 511"),
    ("caps-own-slot", sub("cap 496", "cap own:2"), r"caps:9: cap: slot 2: expected"),
    ("caps-object", sub("cap 496 endpoint", "cap 496 frame"), r'caps:9: cap: object "frame": expected one of'),
    ("caps-rights", sub("rights write grantreply", "rights fly"), r'caps:9: cap: "fly": expected read, write'),
    ("caps-word", sub("badge 0x7", "bagde 0x7"), r'caps:9: cap: "bagde": expected of, from, badge'),
    ("caps-no-inbox", sub("cap 497 inbox of adder", "cap 497 inbox of child"), r"caps:10: cap: child has no inbox"),
    ("caps-no-endpoint", sub("cap 497 inbox of adder", "cap 497 endpoint of child"), r"caps:10: cap: child has no endpoint"),
    ("caps-slot-twice", sub("cap 497", "cap 496"), r"caps:10: cap: slot 496 is taken \(line 9\)"),
    ("caps-set-unknown", caps("domain child\n  set nothing 1"), r'caps:14: child: the program has no symbol "nothing"'),
    ("caps-console-region", sub("region page uart", "region log uart"), r'caps:1: console serial: expected it to map "uart" and "log"'),
    ("caps-console-id", sub("channel 0 region", "channel 61 region"), r"caps:1: console serial: id 61 is used twice"),
    ("uart-without-console", lambda s, c: (s, c.split("\n", 1)[1]), r'memory region "uart" is the UART, which root holds'),
    # devices that root resets
    ("reset-words", sub("  restart 2\n", "  restart 2\n  reset uart 4\n"), r"caps:7: reset: expected: reset REGION OFFSET VALUE"),
    ("reset-unknown-region", sub("  restart 2\n", "  reset uarts 4 0\n"), r'caps:6: there is no memory region "uarts"'),
    ("reset-not-mapped", sub("  restart 2\n", "  reset uart 4 0\n"), r'caps:6: reset "uart": expected a device that adder maps, in pages'),
    ("reset-no-device", sub("  restart 2\n", "  reset log 4 0\n"), r'caps:6: reset "log": expected a device that adder maps, in pages'),
    ("reset-odd", caps("domain serial\n  reset uart 6 0"), r'caps:14: reset "uart": offset 0x6: expected a multiple of 4 below 0x1000'),
    ("reset-outside", caps("domain serial\n  reset uart 0x1000 0"), r'caps:14: reset "uart": offset 0x1000: expected a multiple of 4'),
    ("reset-value", caps("domain serial\n  reset uart 4 0x100000000"), r"caps:14: reset 0x100000000: expected at most 4294967295"),
    ("reset-too-many", caps("domain serial\n" + "  reset uart 4 0\n" * 5), r"caps:18: serial: more than 4 devices to reset"),
    ("reset-of-child", lambda s, c: (s.replace('<program_image path="hello.elf"/>\n    </prot', '<program_image path="hello.elf"/>\n'
                                               '      <map mr="x" vaddr="0x2300000000"/>\n    </prot')
                                     .replace("</system>", '  <memory_region name="x" size="0x1000" phys_addr="0x20000000"/>\n</system>'),
                                     c + "domain child\n  reset x 4 0\n"), r"caps:14: reset: child is a child of parent, so root does not see"),
    ("dma-without-reset", lambda s, c: (s.replace('<irq irq="10"', '<map mr="dma" vaddr="0x2300000000"/><setvar symbol="fm_reply_count" '
                                                         'region_paddr="dma"/><irq irq="10"')
                                               .replace("</system>", '  <memory_region name="dma" size="0x1000"/>\n</system>'), c),
     r'system:5: serial: drives "uart" with the DMA region "dma"; expected "reset uart OFFSET VALUE"'),
    # rules
    ("rule-device", sub("forbid adder device", "forbid serial device"), r"caps:11: serial holds what this rule forbids: device"),
    ("rule-irq", sub("forbid adder device", "forbid serial irq"), r"caps:11: serial holds what this rule forbids: irq"),
    ("rule-clock", sub("forbid adder device", "forbid adder clock"), r"caps:11: adder holds what this rule forbids: clock"),
    ("rule-meets", sub("forbid parent meets serial", "forbid parent meets adder"), r"caps:12: parent holds what this rule forbids: meets adder"),
    ("rule-memory", lambda s, c: (s.replace('name="log" size="0x1000"', 'name="log" size="0x200000"'),
                                  c.replace("forbid adder device", "forbid adder memory 1")),
     r"caps:11: adder maps 2048 KiB; expected at most 1 MiB"),
    ("rule-memory-number", sub("forbid adder device", "forbid adder memory much"), r'caps:11: memory="much": expected a number'),
    ("rule-unknown", sub("forbid adder device", "forbid adder sleep"), r"caps:11: forbid adder sleep: expected device"),
]


def pack(folder, system, caps_text, extra=()):
    with open(f"{folder}/t.system", "w", encoding="utf-8") as f:
        f.write(system)
    with open(f"{folder}/t.caps", "w", encoding="utf-8") as f:
        f.write(caps_text)
    command = [PACK, "--profile", "riscv64", f"{folder}/t.system", "--caps", f"{folder}/t.caps", "--search", folder, "--search", PDS]
    done = subprocess.run(command + list(extra), capture_output=True, text=True, check=False,
                          env={**os.environ, "ASAN_OPTIONS": "detect_leaks=0"})
    return done.returncode, done.stderr.replace(folder + "/t.", ""), done.stdout


def bad_elfs(folder):
    """Programs that must not be packed: (id, bytes changed in hello.elf, words expected)."""
    good = open(f"{PDS}/hello.elf", "rb").read()
    entry, = struct.unpack_from("<Q", good, 24)
    phoff, = struct.unpack_from("<Q", good, 32)

    def patched(offset, value, form="<Q"):
        data = bytearray(good)
        struct.pack_into(form, data, offset, value)
        return bytes(data)

    second = phoff + 56
    return [
        ("elf-not-one", b"#!/bin/sh\n" * 20, r"expected a static ELF64 executable"),
        ("elf-empty", b"", r"expected a static ELF64 executable"),
        ("elf-other-machine", patched(18, 183, "<H"), r"is for machine 183; expected 243 \(riscv64\)"),
        ("elf-truncated", good[:5000], r"does not lie in the file|is not linked|names profile"),
        ("elf-wrong-profile", good.replace(struct.pack("<II", 0x49424146, 2), struct.pack("<II", 0x49424146, 1)),
         r"section .fm_abi names profile 1; expected 2"),
        ("elf-no-profile", good.replace(b".fm_abi", b".fm_abj"), r"names profile 0; expected 2"),
        ("elf-no-entry", patched(24, 0x1000), r"the entry point 0x1000 lies in no executable segment"),
        ("elf-segments-overlap", patched(second + 16, entry & ~0xfff), r"overlap in a page"),
        ("elf-segment-outside", patched(phoff + 8, 1 << 40), r"does not lie in the file"),
        ("elf-headers-outside", patched(32, (1 << 64) - 8), r"program headers do not lie in the file"),
        ("elf-header-size", patched(54, 55, "<H"), r"program headers do not lie in the file, 56 bytes each"),
        ("elf-writable-code", patched(phoff + 4, 7, "<I"), r"is writable and executable"),
    ]


def odd_elf():
    """hello.elf, its program headers at an odd place: as good as before."""
    good = open(f"{PDS}/hello.elf", "rb").read()
    phoff, = struct.unpack_from("<Q", good, 32)
    count, = struct.unpack_from("<H", good, 56)
    data = bytearray(good + b"\0" * (len(good) % 2 ^ 1))
    struct.pack_into("<Q", data, 32, len(data))
    return bytes(data) + good[phoff:phoff + 56 * count]


def main():
    os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
    results = []
    with tempfile.TemporaryDirectory() as folder:
        code, error, report = pack(folder, SYSTEM, CAPS, ["--report", "-"])
        results.append(("PACK-good the unchanged pair is packed", code == 0 and "adder.endpoint  badge 0x7" in report, error))
        for name, change, want in CASES:
            system, caps_text = change(SYSTEM, CAPS)
            code, error, _ = pack(folder, system, caps_text)
            good = (system, caps_text) != (SYSTEM, CAPS) and code == 1 and re.search(want, error) is not None
            results.append((f"PACK-{name}", good, f"status {code}: {error}  expected: {want}"))
        with open(f"{folder}/adder.elf", "wb") as f:
            f.write(odd_elf())
        code, error, _ = pack(folder, SYSTEM, CAPS)
        results.append(("PACK-elf-headers-odd tables may begin anywhere in a file", code == 0, error))
        for name, data, want in bad_elfs(folder):
            with open(f"{folder}/adder.elf", "wb") as f:
                f.write(data)
            code, error, _ = pack(folder, SYSTEM, CAPS)
            results.append((f"PACK-{name}", code == 1 and re.search(want, error) is not None, f"status {code}: {error}  expected: {want}"))
    for n, (name, good, detail) in enumerate(results, 1):
        print(f"{'ok' if good else 'not ok'} {n} - {name}")
        if not good:
            for line in detail.splitlines():
                print(f"# {line}")
    print(f"1..{len(results)}")
    return 0 if all(good for _, good, _ in results) else 1


if __name__ == "__main__":
    sys.exit(main())
