"""What the marks share: contenders opened side by side, timed in turns, and closed."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from contextlib import ExitStack, closing
from dataclasses import dataclass
from statistics import median
from time import perf_counter
from typing import Any

import psycopg

from benchmarks.contenders import PROJECT, RAW, opened
from benchmarks.harness import AGAIN, Action, Effort, Result, Verdict, in_turns, result_of
from benchmarks.libraries import song_id
from benchmarks.targets import Target, Targets

CONTROL = RAW + AGAIN
_ROWS_WRITTEN = {
    "sqlite": "SELECT total_changes()",
    "postgresql": "SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_xact_user_tables",
}


@dataclass(frozen=True, slots=True)
class Context:
    """What a mark is measured on, and how long."""

    targets: Targets
    backend: str
    songs: int
    effort: Effort
    quick: bool = False


def compare(
    context: Context, target: Target, names: Iterable[str], action_of: Callable[[Any], Action], **labels: str
) -> Result:
    """One table: the raw driver first, then itself again, then the others."""
    with ExitStack() as stack:
        working = {name: stack.enter_context(closing(opened(name, target))) for name in names}
        actions = {RAW: action_of(working[RAW]), CONTROL: action_of(working[RAW])}
        actions |= {name: action_of(contender) for name, contender in working.items() if name != RAW}
        return result_of(in_turns(actions, context.effort), backend=target.backend, songs=target.songs, **labels)


def against_raw(result: Result, limit: float, what: str = "") -> Verdict:
    """This project costs at most so many times the raw driver."""
    return Verdict(f"{what}against the raw driver", result.ratios[PROJECT], limit)


def faster_than(result: Result, name: str, limit: float, what: str = "") -> Verdict:
    """This project is at least so many times faster than another."""
    return Verdict(f"{what}faster than {name}", result.ratios[name] / result.ratios[PROJECT], limit, at_most=False)


def bare_commit(target: Target) -> list[str]:
    """A note of what the disk takes for each commit, whoever asks for it; none where commits do not wait for it."""
    if target.backend != "postgresql":
        return []
    times: list[float] = []
    with closing(psycopg.connect(target.place, autocommit=True)) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS bare_commits (number integer)")
        for number in range(100):
            began = perf_counter()
            connection.execute("INSERT INTO bare_commits VALUES (%s)", (number,))
            times.append(perf_counter() - began)
    return [f"the bare driver commits a row in {median(times) * 1_000:.2f} ms"]


def settle(target: Target) -> None:
    """Do what autovacuum would have done to tables that grew over years and not in a moment."""
    if target.backend == "postgresql":
        with closing(psycopg.connect(target.place, autocommit=True)) as connection:
            connection.execute("VACUUM ANALYZE")


def rows_written(library: Any, backend: str, call: Callable[[Any], object]) -> int:
    """How many rows one change inserts, updates and deletes, each time a row is written, as the database counts."""
    with library.transaction() as tx:

        def so_far() -> int:
            ((count,),) = tx._session._backend.fetch(_ROWS_WRITTEN[backend], ())
            return int(count)

        before = so_far()
        call(tx)
        written = so_far() - before
    if not written:
        raise RuntimeError("the change that is measured changes nothing")
    return written


def some_ids(songs: int, count: int = 5_000) -> Callable[[], str]:
    """Gives ids of songs that are there, one after the other."""
    chance = random.Random(9)
    ids = [song_id(chance.randrange(songs)) for _ in range(count)]
    place = 0

    def following() -> str:
        nonlocal place
        place = (place + 1) % count
        return ids[place]

    return following
