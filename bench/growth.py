#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How measures grow: rows NAME_at_SIZE of a bench.tsv as a table (Markdown, to stdout) and a plot (SVG, one panel a measure,
both axes logarithmic). usage: bench/growth.py BENCH.TSV OUT.SVG"""

import math
import re
import sys

PANEL_W, PANEL_H, PAD, COLUMNS = 330, 210, 56, 3


def short(v):
    for limit, suffix in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if v >= limit:
            return f"{v / (1e3 if suffix == 'k' else limit):.3g}{suffix}"
    return f"{v:.3g}"


def read(path):
    rows = {}
    for line in open(path):
        fields = line.rstrip("\n").split("\t")
        match = re.fullmatch(r"(.+)_at_(\d+)", fields[0])
        if match:
            rows.setdefault((match[1], fields[2]), []).append((int(match[2]), float(fields[1])))
    return {key: sorted(points) for key, points in rows.items()}


def table(rows):
    sizes = sorted({n for points in rows.values() for n, _ in points})
    print("| measure | unit | " + " | ".join(f"{n:,}" for n in sizes) + " |")
    print("|---|---|" + "---:|" * len(sizes))
    for (name, unit), points in rows.items():
        values = dict(points)
        cells = [short(values[n]) if n in values else "" for n in sizes]
        print(f"| {name} | {unit} | " + " | ".join(cells) + " |")


def bounds(values):
    low, high = math.log10(min(values)), math.log10(max(values))
    return (low - 0.15, high + 0.15) if high - low > 0.3 else (low - 0.35, high + 0.35)


def panel(index, title, points):
    left, top = (index % COLUMNS) * PANEL_W, (index // COLUMNS) * PANEL_H
    (x0, x1), (y0, y1) = bounds([n for n, _ in points]), bounds([v for _, v in points])

    def place(n, v):
        x = left + PAD + (math.log10(n) - x0) / (x1 - x0) * (PANEL_W - PAD - 20)
        y = top + PANEL_H - 34 - (math.log10(v) - y0) / (y1 - y0) * (PANEL_H - 70)
        return x, y

    base = top + PANEL_H - 34
    out = [f'<text x="{left + PAD}" y="{top + 20}" font-weight="bold">{title}</text>',
           f'<path d="M{left + PAD} {top + 30}V{base}H{left + PANEL_W - 20}" fill="none" stroke="#888"/>']
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in (place(*p) for p in points))
    out.append(f'<polyline points="{line}" fill="none" stroke="#205080" stroke-width="2"/>')
    for n, v in points:
        x, y = place(n, v)
        out.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="#205080"/>')
        out.append(f'<text x="{x:.1f}" y="{y - 8:.1f}" text-anchor="middle" font-size="10">{short(v)}</text>')
        out.append(f'<text x="{x:.1f}" y="{base + 16}" text-anchor="middle" font-size="10">{n:,}</text>')
    return out


def plot(rows, path):
    lines = -(-len(rows) // COLUMNS)
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{COLUMNS * PANEL_W}" height="{lines * PANEL_H}" '
           'font-family="sans-serif" font-size="12"><rect width="100%" height="100%" fill="#fff"/>']
    for index, ((name, unit), points) in enumerate(rows.items()):
        out += panel(index, f"{name} ({unit}) by size", points)
    with open(path, "w") as f:
        f.write("\n".join(out + ["</svg>"]) + "\n")


rows = read(sys.argv[1])
table(rows)
if rows:
    plot(rows, sys.argv[2])
