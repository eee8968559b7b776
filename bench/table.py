#!/usr/bin/env python3
"""table.py - results.csv of run.sh as Markdown tables and, with --svg FILE, as a picture.

A cell is the ratio to the best of its line; the best's own value stands in the second column.
Minima are compared (the least disturbed run), for time and peak RSS in tables of their own medians too;
where the two disagree nothing is decided. What lies between the largest and the smallest of a cell's
repeats is in the tables of spread.
Our targets are ratios to the best of the others, which such a cell does not show where we are the
best: the first two tables have them.
"""
import argparse
import csv
import html
import math
import statistics
import sys
from collections import defaultdict


def load(path):
    """{workload: {allocator: [row, ...]}} in the order of the file."""
    runs = defaultdict(lambda: defaultdict(list))
    with open(path, newline="", encoding="ascii") as f:
        for row in csv.DictReader(f):
            runs[row["workload"]][row["allocator"]].append(row)
    return runs


def values(runs, column, pick):
    """{workload: {allocator: number}}; an allocator with a failed run is left out of its line."""
    out = {}
    for workload, by_allocator in runs.items():
        line = {}
        for allocator, rows in by_allocator.items():
            if all(r["status"] == "0" and r[column] for r in rows):
                line[allocator] = pick(float(r[column]) for r in rows)
        out[workload] = line
    return out


def failures(runs):
    for workload, by_allocator in runs.items():
        for allocator, rows in by_allocator.items():
            bad = [r["status"] or "?" for r in rows if r["status"] != "0"]
            if bad:
                yield f"{workload} under {allocator}: {len(bad)} of {len(rows)} (status {bad[0]})"


def geomean(ratios):
    return math.exp(statistics.fmean(map(math.log, ratios)))


def geomeans(table, allocators, workloads):
    """Over the lines that every allocator finished, so that the means are of the same lines."""
    whole = [table[w] for w in workloads if all(table[w].get(a) for a in allocators)]
    means = {a: geomean(line[a] / min(line.values()) for line in whole) if whole else None
             for a in allocators}
    return means, len(whole)


def beside_each(allocators, groups, measures):
    """For each group the mean of ours over each peer's, on the lines that both finished."""
    peers = [a for a in allocators if a != OURS]
    print(f"\n## {OURS} / each peer\n")
    print("Geometric means over the lines that both finished; how many, if not all. The best single "
          "peer is the one with the largest ratio.\n")
    print("| group, lines | figure | best single peer | " + " | ".join(peers) + " |")
    print("|---|---|---|" + "---|" * len(peers))
    for group, workloads in groups.items():
        for name, table, skip in measures:
            lines = [table[w] for w in workloads if w not in skip]
            means, cells = {}, []
            for peer in peers:
                both = [line[OURS] / line[peer] for line in lines if line.get(OURS) and line.get(peer)]
                if both:
                    means[peer] = geomean(both)
                text = f"{means[peer]:.3f}" if both else "none"
                cells.append(text if len(both) == len(lines) else f"{text} ({len(both)})")
            best = max(means, key=means.get, default=None)
            shown = f"**{means[best]:.3f}** {best}" if best else "none"
            print(f"| {group}, {len(lines)} | {name} | {shown} | " + " | ".join(cells) + " |")


def beside_best(groups, measures):
    """Ours over the smallest of all others, line by line."""
    print(f"\n## {OURS} / best peer of the line\n")
    print("| workload | " + " | ".join(f"{name} | peer" for name, _, _ in measures) + " |")
    print("|---|" + "---|---|" * len(measures))
    for group, workloads in groups.items():
        ratios = defaultdict(list)
        for workload in workloads:
            cells = []
            for name, table, skip in measures:
                line = table[workload]
                peers = {a: v for a, v in line.items() if a != OURS and v}
                best = min(peers, key=peers.get, default="")
                if workload in skip:
                    cells += ["", ""]
                elif line.get(OURS) and best:
                    ratios[name].append(line[OURS] / peers[best])
                    cells += [f"{ratios[name][-1]:.2f}", best]
                else:
                    cells += ["none" if OURS in line else "failed", best]
            print(f"| {workload} | " + " | ".join(cells) + " |")
        cells = []
        for name, _, _ in measures:
            mean = ratios[name]
            cells += [f"**{geomean(mean):.3f}**" if mean else "none", f"geomean of {len(mean)}"]
        print(f"| **{group}** | " + " | ".join(cells) + " |")


def markdown(title, unit, scale, groups, table, skip=()):
    """A table of ratios to the best of each line, then the means of each group."""
    allocators = list(dict.fromkeys(a for line in table.values() for a in line))
    print(f"\n## {title}\n")
    print(f"| workload | best, {unit} | " + " | ".join(allocators) + " |")
    print("|---|---|" + "---|" * len(allocators))
    for workload, line in table.items():
        if workload in skip:
            continue
        best = min(line.values(), default=None)
        cells = []
        for a in allocators:
            text = "failed" if a not in line else f"{line[a] / best:.2f}" if best else "none"
            cells.append(f"**{text}**" if best and line.get(a) == best else text)
        shown = "" if best is None else f"{best * scale:.3g}"
        print(f"| {workload} | {shown} | " + " | ".join(cells) + " |")
    for group, workloads in groups.items():
        workloads = [w for w in workloads if w not in skip]
        means, count = geomeans(table, allocators, workloads)
        cells = ["" if means[a] is None else f"{means[a]:.3f}" for a in allocators]
        print(f"| {group}, geomean of {count} | | " + " | ".join(cells) + " |")


def spread(title, allocators, table, skip=()):
    """How noisy each cell is; what differs by less than that is not known to differ."""
    print(f"\n## {title}, spread\n\nThe largest of the repeats over the smallest, minus 1, in %.\n")
    print("| workload | " + " | ".join(allocators) + " |")
    print("|---|" + "---|" * len(allocators))
    lines = [(w, line) for w, line in table.items() if w not in skip]
    middle = {a: statistics.median([line[a] for _, line in lines if a in line] or [0])
              for a in allocators}
    for name, line in lines + [("median", middle)]:
        cells = [f"{100 * line[a]:.1f}" if a in line else "failed" for a in allocators]
        print(f"| {name} | " + " | ".join(cells) + " |")


def excess(numbers):
    """Of the largest over the smallest."""
    numbers = list(numbers)
    return max(numbers) / min(numbers) - 1 if min(numbers) else 0


def own(rows, key):
    """A workload's own figure in each of the runs."""
    seen = []
    for row in rows:
        pairs = dict(p.split("=", 1) for p in row["figures"].split() if "=" in p)
        if row["status"] == "0" and key in pairs:
            seen.append(float(pairs[key]))
    return seen


def latency(runs, allocators):
    """Medians, as the tail of a single run is chance, and their ratio to the best of the line."""
    if "latency" not in runs:
        return
    versus = OURS in allocators and len(allocators) > 1
    print("\n## Latency of single calls\n\nns, reading the clock included: the median of the repeats, "
          "and in brackets its ratio to the best.\n")
    print("| workload latency | " + (f"{OURS} / best peer | " if versus else "")
          + " | ".join(allocators) + " |")
    print("|---|" + "---|" * (len(allocators) + versus))
    for call in ("malloc", "free"):
        for key, name in (("p50", "50 %"), ("p999", "99.9 %"), ("p9999", "99.99 %"), ("max", "max")):
            seen = {a: own(runs["latency"].get(a, []), f"{call}_{key}") for a in allocators}
            line = {a: statistics.median(v) for a, v in seen.items() if v}
            best = min(line.values(), default=0)
            cells = []
            if versus:
                peer = min((v for a, v in line.items() if a != OURS), default=0)
                cells.append(f"{line[OURS] / peer:.2f}" if OURS in line and peer else "failed")
            for a in allocators:
                text = f"{line[a]:.0f} ({line[a] / (best or 1):.2f})" if a in line else "failed"
                cells.append(f"**{text}**" if line.get(a) == best else text)
            print(f"| {call} {name} | " + " | ".join(cells) + " |")


def figures(runs, allocators, wanted):
    """The workloads' own figures, the smallest of each allocator's runs."""
    if not any(workload in runs for workload in wanted):
        return
    print("\n## Figures of single workloads\n")
    print("| figure | " + " | ".join(allocators) + " |")
    print("|---|" + "---|" * len(allocators))
    for workload, keys in wanted.items():
        if workload not in runs:
            continue
        for key in keys:
            cells = []
            for a in allocators:
                seen = own(runs[workload].get(a, []), key)
                cells.append(f"{min(seen):.9g}" if seen else "failed")
            print(f"| {workload} {key} | " + " | ".join(cells) + " |")


WANTED = {
    "phases": ["rss_per_live_peak", "mean_peak", "trough"],
    "sieve": ["rss_end"],
    "burst-idle": ["peak", "rss_500ms", "rss_1s", "rss_2s", "rss_3s"],
    "idle-threads": ["rss_idle", "rss_joined"],
    "idle-threads-1000": ["rss_idle", "rss_joined"],
    "mstress": ["rss_end"],
}
OURS = "ashlar"
# Its time is mostly that of reading the clock.
NOT_TIMED = {"latency"}

COLOURS = ["#888888", "#d62728", "#1f77b4", "#2ca02c", "#ff7f0e", "#9467bd", "#8c564b", "#e377c2",
           "#7f7f00", "#17becf", "#aec7e8", "#98df8a", "#ffbb78", "#c5b0d5", "#c49c94", "#f7b6d2"]


def text_width(text):
    """At most so wide in 10 px sans-serif; whoever shows the picture has fonts of its own."""
    return 7 * len(text)


def legend(allocators, left, width):
    """SVG elements in as many rows as they need, and where the next thing may begin."""
    out, x, y = [], left, 6
    for i, a in enumerate(allocators):
        if x > left and x + 20 + text_width(a) > width:
            x, y = left, y + 14
        out.append(f'<rect x="{x}" y="{y}" width="8" height="8" fill="{COLOURS[i % len(COLOURS)]}"/>'
                   f'<text x="{x + 11}" y="{y + 8}">{html.escape(a)}</text>')
        x += 20 + text_width(a)
    return out, y + 14


def svg(path, panels, groups, allocators):
    """The means, then one row a workload; one bar an allocator, cut at 4 times the best."""
    thick, bar, gap, panel, cut = 11, 5, 30, 360, 4.0
    rows = [(f"{group}, geomean", None, group) for group in groups]
    rows += [(workload, workload, group) for group, names in groups.items() for workload in names]
    label = 8 + max(text_width(name) for name, _, _ in rows)
    width = label + len(panels) * (panel + gap)
    out, top = legend(allocators, label, width)
    y = top + 30
    heights = []
    for name, workload, _ in rows:
        heights.append(max((bar if workload else thick) * len(allocators), 8) + 6)
        out.append(f'<text x="2" y="{y + heights[-1] / 2:g}">{html.escape(name)}</text>')
        y += heights[-1]
    bottom = y
    for n, (title, table, skip) in enumerate(panels):
        left, y = label + n * (panel + gap), top + 30
        out.append(f'<text x="{left}" y="{top + 10}">{title}, ratio to the best (cut at {cut:g})</text>')
        for tick in range(1, int(cut) + 1):
            x = left + panel * tick / cut
            out.append(f'<line x1="{x:g}" y1="{top + 24}" x2="{x:g}" y2="{bottom}" stroke="#ddd"/>'
                       f'<text x="{x - 3:g}" y="{top + 22}" font-size="8">{tick}</text>')
        for (_, workload, group), height in zip(rows, heights):
            size = bar if workload else thick
            if workload in skip:
                line, failed = {}, ""
            elif workload:
                best = min(table[workload].values(), default=0)
                line = {a: v / best for a, v in table[workload].items() if best}
                failed = "failed"
            else:
                names = [w for w in groups[group] if w not in skip]
                line = {a: v for a, v in geomeans(table, allocators, names)[0].items() if v}
                failed = ""
            for i, a in enumerate(allocators):
                at = y + i * size
                if a in line:
                    long = panel * min(line[a], cut) / cut
                    out.append(f'<rect x="{left}" y="{at}" width="{long:.1f}" height="{size - 1}" '
                               f'fill="{COLOURS[i % len(COLOURS)]}"/>')
                    if not workload:
                        out.append(f'<text x="{left + long + 2:.1f}" y="{at + 8}" font-size="8">'
                                   f'{line[a]:.2f}</text>')
                elif failed:
                    out.append(f'<text x="{left + 1}" y="{at + 5}" font-size="6">{failed}</text>')
            y += height
    with open(path, "w", encoding="utf-8") as f:
        f.write(f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{bottom}" '
                'font-family="sans-serif" font-size="10">\n'
                '<rect width="100%" height="100%" fill="white"/>\n' + "\n".join(out) + "\n</svg>\n")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("csv")
    parser.add_argument("--svg")
    options = parser.parse_args()
    runs = load(options.csv)
    if not runs:
        sys.exit("table.py: no results")
    allocators = list(dict.fromkeys(a for line in runs.values() for a in line))
    repeats = max(len(rows) for line in runs.values() for rows in line.values())
    time = values(runs, "seconds", min)
    peak = values(runs, "peak_kb", min)
    time_medians = values(runs, "seconds", statistics.median)
    peak_medians = values(runs, "peak_kb", statistics.median)
    print(f"# Results\n\n{repeats} interleaved repeats, order rotated; ratios to the best of the "
          "line; minima, where nothing else is said.")
    groups = defaultdict(list)
    for workload, line in runs.items():
        groups[next(iter(line.values()))[0].get("group", "all")].append(workload)
    if OURS in allocators and len(allocators) > 1:
        measures = [("time, minima", time, NOT_TIMED), ("time, medians", time_medians, NOT_TIMED),
                    ("peak RSS, minima", peak, ()), ("peak RSS, medians", peak_medians, ())]
        beside_each(allocators, groups, measures)
        beside_best(groups, measures)
    markdown("Time", "ms", 1000, groups, time, NOT_TIMED)
    markdown("Time, medians", "ms", 1000, groups, time_medians, NOT_TIMED)
    spread("Time", allocators, values(runs, "seconds", excess), NOT_TIMED)
    markdown("Processor time", "ms", 1000, groups, values(runs, "cpu", min), skip=NOT_TIMED)
    markdown("Peak RSS", "MiB", 1 / 1024, groups, peak)
    markdown("Peak RSS, medians", "MiB", 1 / 1024, groups, peak_medians)
    spread("Peak RSS", allocators, values(runs, "peak_kb", excess))
    markdown("Page faults", "thousands", 1 / 1000, groups, values(runs, "faults", min))
    latency(runs, allocators)
    figures(runs, allocators, WANTED)
    bad = list(failures(runs))
    if bad:
        print("\n## Failures\n")
        for line in bad:
            print(f"- {line}")
    if options.svg:
        svg(options.svg, [("time", time, NOT_TIMED), ("peak RSS", peak, ())], groups, allocators)


if __name__ == "__main__":
    main()
