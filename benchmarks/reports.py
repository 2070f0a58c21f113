"""What is shown of the results: a table for people, JSON for programs, a summary in Markdown."""

from __future__ import annotations

import json
import os
import platform
import sqlite3
from collections.abc import Iterable
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

from benchmarks.harness import Result

_PACKAGES = ("karaoke-persist", "SQLAlchemy", "sqlmodel", "peewee", "advanced-alchemy", "psycopg", "pydantic")


def show(result: Result) -> None:
    """Print one result."""
    noise = "" if result.noise is None else f" · A/A {result.noise:.2f}"
    load = f" · load {os.getloadavg()[0]:.1f}"
    print(f"\n{result.mark} {result.title} · {result.backend} · {result.songs:,} songs{noise}{load}")
    width = max(map(len, result.rows), default=0)
    for name, value in result.rows.items():
        best = f"  fastest {_figure(result.best[name], result.unit):>12}" if name in result.best else ""
        best += f"  {result.best_ratios[name]:>8.2f} x" if name in result.best_ratios else ""
        print(f"  {name:<{width}}  {_figure(value, result.unit):>14}  {result.ratios[name]:>8.2f} x{best}")
    for line in (*result.verdicts, *result.notes):
        print(f"  {line}", flush=True)


def save(results: Iterable[Result], path: Path) -> None:
    """Write everything down as JSON."""
    told = [{**asdict(each), "noise": each.noise, "verdicts": _verdicts(each)} for each in results]
    path.write_text(json.dumps({"environment": environment(), "results": told}, indent=2), encoding="utf-8")


def summarise(results: Iterable[Result]) -> None:
    """Print every verdict once more, those missed at the end."""
    every = [(each, verdict) for each in results for verdict in each.verdicts]
    print(f"\n{sum(verdict.met for _, verdict in every)} of {len(every)} budgets met")
    for result, verdict in sorted(every, key=lambda pair: not pair[1].met):
        print(f"  {result.mark:<4}{result.backend:<11}{result.songs:>9,}  {verdict}")


def environment() -> dict[str, str]:
    """On what was measured."""
    return {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cores": str(os.cpu_count()),
        "sqlite": sqlite3.sqlite_version,
        **{name: version(name) for name in _PACKAGES},
    }


def _verdicts(result: Result) -> list[dict[str, object]]:
    return [{**asdict(each), "met": each.met, "missed_by": each.missed_by} for each in result.verdicts]


def _figure(value: float, unit: str) -> str:
    if unit != "us":
        return f"{value:,.0f} /s"
    return f"{value * 1e6:,.1f} us" if value < 0.01 else f"{value * 1e3:,.1f} ms"
