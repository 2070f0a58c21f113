"""`python -m benchmarks`: measure everything, or what the options name, and say which budgets are met."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from benchmarks.comparing import Context
from benchmarks.harness import Effort, Result
from benchmarks.marks import MARKS
from benchmarks.reports import environment, save, show, summarise
from benchmarks.targets import Targets

BACKENDS = ("sqlite", "postgresql", "memory")
FULL, QUICK = Effort(rounds=21, sample=0.02), Effort(rounds=5, sample=0.005)


def main() -> None:
    """Run the marks one after the other."""
    options = _options()
    print(" · ".join(f"{name} {value}" for name, value in environment().items()), flush=True)
    targets, results = Targets(), list[Result]()
    try:
        for result in _results(options, targets):
            show(result)
            results.append(result)
    finally:
        targets.close()
        summarise(results)
        if options.json:
            save(results, options.json)


def _results(options: argparse.Namespace, targets: Targets) -> Iterator[Result]:
    effort = QUICK if options.quick else FULL
    for backend in options.backend or BACKENDS:
        for name in options.marks or MARKS:
            mark = MARKS[name]
            if backend not in mark.backends:
                continue
            sizes = options.songs or ([10_000] if options.quick else mark.sizes)
            for songs in sizes:
                yield from mark.run(Context(targets, backend, songs, effort, options.quick))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--backend", nargs="+", choices=BACKENDS, help="all of them, if not given")
    parser.add_argument("--songs", nargs="+", type=int, help="10000, 100000 or 1000000; each mark knows its own sizes")
    parser.add_argument("--marks", nargs="+", choices=list(MARKS), help="all of them, if not given")
    parser.add_argument("--quick", action="store_true", help="10,000 songs and few rounds: a trial, not a measurement")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the results down")
    return parser.parse_args()


if __name__ == "__main__":
    main()
