# SPDX-License-Identifier: Apache-2.0
"""TAP for the scripts of this folder: a line a check, then the plan."""
_count = _failed = 0


def ok(cond, name, note=""):
    global _count, _failed
    _count += 1
    _failed += 0 if cond else 1
    print(("ok" if cond else "not ok"), _count, "-", name, flush=True)
    if not cond:
        print("#", repr(note))


def done():
    """Prints the plan; the exit status."""
    print(f"1..{_count}")
    return 1 if _failed or _count == 0 else 0
