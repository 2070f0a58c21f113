"""The anomalies of isolation by their names: a script that would show each, and what must not have come of it.

After Adya's phenomena and Berenson's. `A` and `B` write; `R`, who looks, has a read-only transaction.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from karaoke_persist.testing.scripts import History


@dataclass(frozen=True, slots=True)
class Phenomenon:
    """What may go wrong between transactions. `is_absent` says whether it did not."""

    script: str
    is_absent: Callable[[History], bool]


def _of_one_transaction(history: History) -> bool:
    expected = {("A", "B"): {(11, 21), (12, 22)}, ("A",): {(11, 21)}, ("B",): {(12, 22)}, (): {(10, 20)}}
    return (history.left["x"], history.left["y"]) in expected[tuple(sorted(history.committed))]


DIRTY_WRITE = Phenomenon(
    "A begin; B begin; A write x 11; B write x 12; B write y 22; A write y 21; A commit; B commit",
    _of_one_transaction,
)

ABORTED_READ = Phenomenon(
    "A begin; A write x 11; R look; R read x; B begin; B read x; A rollback; R read x; B read x; R commit; B commit",
    lambda history: all(set(history.seen[name].get("x", ())) <= {10} for name in "RB"),
)

INTERMEDIATE_READ = Phenomenon(
    "A begin; A write x 99; R look; R read x; B begin; B read x; A write x 11; A commit; R read x; B read x; R commit;"
    " B commit",
    lambda history: all(history.seen[name].get("x", ())[:2] in {(10, 10), (11, 11), (10,), ()} for name in "RB"),
)


def _no_circle(history: History) -> bool:
    return not (
        history.both("A", "B") and 22 in history.seen["A"].get("y", ()) and 11 in history.seen["B"].get("x", ())
    )


CIRCULAR_READS = Phenomenon(
    "A begin; B begin; A write x 11; B write y 22; A read y; B read x; A commit; B commit", _no_circle
)


def _one_moment(history: History) -> bool:
    xs, ys = history.seen["R"]["x"], history.seen["R"]["y"]
    return len(set(xs)) == len(set(ys)) == 1 and (xs[0], ys[0]) in {(10, 20), (11, 19), (12, 18)}


OBSERVED_TRANSACTION_VANISHES = Phenomenon(
    "A begin; B begin; A write x 11; A write y 19; B write x 12; A commit; R look; R read x; B write y 18; R read y;"
    " B commit; R read y; R read x; R commit",
    _one_moment,
)

PREDICATE_MANY_PRECEDERS = Phenomenon(
    "A begin; R look; A count; R count; B begin; B insert z; B commit; R count; A count; A commit; R count; R commit",
    lambda history: all(len(set(history.seen[name]["count"])) == 1 for name in "AR" if history.seen[name]),
)

LOST_UPDATE = Phenomenon(
    "A begin; B begin; A read x; B read x; A raise x; B raise x; A commit; B commit",
    lambda history: history.left["x"] == 10 + len(history.committed),
)

READ_SKEW = Phenomenon(
    "A begin; R look; A read x; R read x; B begin; B write x 12; B write y 18; B commit; A read y; A commit; R read y;"
    " R commit",
    lambda history: all((*history.seen[name]["x"], *history.seen[name]["y"]) in {(10, 20), (12, 18)} for name in "AR"),
)


def _someone_saw(history: History) -> bool:
    """Of two who read both rows and each changed another, the later saw what the earlier wrote."""
    saw = (history.seen["A"].get("y", ())[-1:], history.seen["B"].get("x", ())[-1:])
    return not history.both("A", "B") or saw in {((20,), (11,)), ((21,), (10,))}


WRITE_SKEW = Phenomenon(
    "A begin; B begin; A read x; A read y; B read x; B read y; A write x 11; B write y 21; A commit; B commit",
    _someone_saw,
)


def _someone_counted(history: History) -> bool:
    counted = {history.seen[name].get("count", ())[-1:] for name in "AB"}
    return not history.both("A", "B") or counted == {(0,), (1,)}


PHANTOM = Phenomenon("A begin; B begin; A count; B count; A insert a; B insert b; A commit; B commit", _someone_counted)
