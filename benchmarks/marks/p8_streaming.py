"""P8: every song of the library, read in batches; how fast, and how much memory beyond a warm start."""

import os
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from multiprocessing import get_context
from pathlib import Path
from statistics import median

from benchmarks.contenders import ORM, PROJECT, RAW, opened
from benchmarks.harness import AGAIN, Result, Verdict

PAGES = PROJECT + ", pages of 1,000"
WAYS = {
    RAW: (RAW, "stream"),
    RAW + AGAIN: (RAW, "stream"),
    PROJECT: (PROJECT, "stream"),
    PAGES: (PROJECT, "pages"),
    ORM + " yield_per": (ORM, "stream"),
}
EXTRA_MB = 15


def run(context):
    target = context.targets.loaded(context.backend, context.songs)
    rates, extra = {name: [] for name in WAYS}, {name: [] for name in WAYS}
    for _ in range(1 if context.quick else 3):
        for name, way in WAYS.items():
            # a process each: memory that one has taken would hide what the next one takes
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
                rate, memory = pool.submit(_stream, *way, target).result()
            rates[name].append(rate)
            extra[name].append(memory)
    medians = {name: median(values) for name, values in rates.items()}
    result = Result(
        "P8",
        "stream of all songs, rows a second",
        target.backend,
        target.songs,
        rows=medians,
        ratios={name: value / medians[RAW] for name, value in medians.items()},
        unit="per second",
    )
    result.verdicts += [
        Verdict("extra memory", max(extra[PROJECT]), EXTRA_MB, unit="MB"),
        Verdict("faster than ORM yield_per", medians[PROJECT] / medians[ORM + " yield_per"], 2, at_most=False),
    ]
    shown = ", ".join(f"{name} {max(values):.1f}" for name, values in extra.items())
    result.notes.append(f"extra memory in MB: {shown}")
    yield result


def _stream(name, way, target):
    with closing(opened(name, target)) as contender:
        for _ in range(200):
            contender.newest()
        before = most = _resident_mb()
        began, count = time.perf_counter(), 0
        for batch in getattr(contender, way)():
            count += len(batch)
            most = max(most, _resident_mb())
        seconds = time.perf_counter() - began
    assert count == target.songs, f"{name} read {count} songs"
    return count / seconds, most - before


def _resident_mb():
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
