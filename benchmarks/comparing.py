"""What the marks share: contenders opened side by side, timed in turns, and closed."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import Any

from benchmarks.contenders import PROJECT, RAW, opened
from benchmarks.harness import AGAIN, Action, Effort, Result, Verdict, in_turns, result_of
from benchmarks.libraries import song_id
from benchmarks.targets import Target, Targets

CONTROL = RAW + AGAIN


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
