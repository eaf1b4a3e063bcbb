# SPDX-License-Identifier: Apache-2.0
"""The Test Anything Protocol, as much as these scripts need."""
import sys

_count = _failed = 0


def ok(condition, text, said=None):
    global _count, _failed
    _count += 1
    _failed += not condition
    print(f"{'ok' if condition else 'not ok'} {_count} - {text}", flush=True)
    if not condition and said is not None:
        print(f"# {said}", flush=True)
    return bool(condition)


def note(text):
    print(f"# {text}", flush=True)


def done():
    print(f"1..{_count}", flush=True)
    sys.exit(1 if _failed else 0)
