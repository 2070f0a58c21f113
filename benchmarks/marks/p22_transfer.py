"""P22: a whole library copied into the other database and verified, dumped, and loaded; rates, and memory."""

import os
import time
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context
from pathlib import Path

import karaoke_persist
from benchmarks import libraries
from benchmarks.harness import Result, Verdict
from benchmarks.targets import FOLDER
from karaoke_persist import transfer

BULK = "bulk upsert"
AT_ONCE = 5_000
OTHER = {"sqlite": "postgresql", "postgresql": "sqlite"}
EXTRA_MB = 40
"""Some ranges of rows and their lines, whatever the size of the library."""


def run(context):
    here, there = context.backend, OTHER[context.backend]
    source, archive = context.targets.loaded(here, context.songs), FOLDER / "dump.zip"
    archive.unlink(missing_ok=True)
    fresh = context.targets.fresh
    measured = {
        f"{BULK}, {here}": _measured(_bulk, fresh(here).url, context.songs),
        f"{BULK}, {there}": _measured(_bulk, fresh(there).url, context.songs),
        f"copy to {there}, verified": _measured(_copy, source.url, fresh(there).url),
        "dump": _measured(_dump, source.url, str(archive)),
        f"load, {here}": _measured(_load, str(archive), fresh(here).url),
    }
    rates = {name: context.songs / seconds for name, (seconds, _) in measured.items()}
    result = Result(
        "P22",
        "whole libraries on the move, songs a second",
        here,
        context.songs,
        rows=rates,
        ratios={name: rate / next(iter(rates.values())) for name, rate in rates.items()},
        unit="per second",
    )
    bulk, slower, copied, dumped, loaded = list(rates.values())
    result.verdicts += [
        Verdict("copy against the slower side's bulk upsert", copied / min(bulk, slower), 0.5, at_most=False),
        Verdict("dump", dumped, 20_000, at_most=False, unit="songs/s"),
        Verdict("load against the same store's bulk upsert", loaded / bulk, 0.7, at_most=False),
        Verdict("extra memory of the copy", measured[f"copy to {there}, verified"][1], EXTRA_MB, unit="MB"),
    ]
    shown = ", ".join(f"{name} {memory:.0f}" for name, (_, memory) in measured.items())
    result.notes.append(f"extra memory in MB: {shown}; archive {archive.stat().st_size / 1e6:.1f} MB")
    archive.unlink()
    yield result


def _measured(work, *arguments):
    """Seconds and extra megabytes, in a process that nothing else has used."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(work, *arguments).result()


def _bulk(url, count):
    with karaoke_persist.open(url, on_error="raise") as library:
        rest = libraries.songs(count)
        seconds = 0.0
        while batch := list(islice(rest, AT_ONCE)):
            began = time.perf_counter()
            library.songs.upsert_songs(batch)
            seconds += time.perf_counter() - began
    return seconds, 0.0


def _copy(source, target):
    with karaoke_persist.open(source) as old, karaoke_persist.open(target) as new:
        watch = _Watch()
        transfer.copy(old, new, progress=watch)
        return watch.measured()


def _dump(source, archive):
    with karaoke_persist.open(source) as library:
        watch = _Watch()
        transfer.dump(library, archive, progress=watch)
        return watch.measured()


def _load(archive, target):
    with karaoke_persist.open(target) as library:
        watch = _Watch()
        transfer.load(archive, library, progress=watch)
        return watch.measured()


class _Watch:
    """Looks at the memory whenever progress is told."""

    def __init__(self):
        self._before = self._most = _resident_mb()
        self._began = time.perf_counter()

    def __call__(self, *_):
        self._most = max(self._most, _resident_mb())

    def measured(self):
        return time.perf_counter() - self._began, self._most - self._before


def _resident_mb():
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
