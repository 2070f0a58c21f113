"""P11: queues of a thousand and of ten thousand entries: adding, moving, playing, and the order a rotation makes."""

from contextlib import closing
from dataclasses import replace
from functools import partial

import karaoke_persist
from benchmarks.comparing import bare_commit, rows_written
from benchmarks.contenders.reindexed_queue import ReindexedQueue
from benchmarks.harness import Action, Result, Verdict, in_turns, result_of
from benchmarks.libraries import song_id
from karaoke_persist.contract.rotation import Rotation, RotationEntry
from karaoke_persist.operations.rotation import POLICIES, arranged

LENGTHS = (1_000, 10_000)
SINGERS = 50
FILLED_AT_ONCE = 100
"""PostgreSQL keeps every version of the room's row until the transaction ends, and walks through them at each add."""
PROJECT, REINDEXED = "this project", "positions renumbered"
ROWS = 13
"""How many rows each may write, however long the queue is: to play one entry is to end a performance and begin another,
each with its singer, to touch room, night and song, and to delete an entry with its singer."""
ORDER_MS = 10
"""For the order of a thousand entries; of more, for each thousand."""


def run(context):
    for entries in LENGTHS:
        # Ten times the entries take the renumbering ten times as long.
        yield from _queue(replace(context, effort=context.effort.shorter(entries // LENGTHS[0])), entries)
    for entries in LENGTHS:
        yield _rotation(context, entries)


def _queue(context, entries):
    target = context.targets.copy(context.backend, context.songs, "relaxed" if context.backend == "sqlite" else "full")
    songs = [song_id(number) for number in range(context.songs)]
    options = {"durability": "relaxed"} if context.backend == "sqlite" else {}
    opened = karaoke_persist.open(target.url, on_error="raise", **options)
    with closing(opened) as library, closing(ReindexedQueue(target)) as other:
        _fill(library, songs[:entries])
        other.fill(songs, entries)
        for what, own, theirs in _pairs(library, other, songs[-1]):
            result = _compared(context, f"{what} at {entries:,} entries", partial(own, library), theirs)
            rows = rows_written(library, context.backend, own)
            result.verdicts.append(Verdict(f"{result.title}: rows written", rows, ROWS, unit="rows"))
            result.notes += bare_commit(target)
            yield result


def _fill(library, songs):
    for first in range(0, len(songs), FILLED_AT_ONCE):
        with library.transaction() as tx:
            for number in range(first, min(first + FILLED_AT_ONCE, len(songs))):
                tx.queue.add(songs[number], singer=f"singer {number % SINGERS}", force=True)


def _pairs(library, other, song):
    ids = [item.id for item in library.queue.entries()]
    front, last = iter(ids), iter(reversed(ids))
    return (
        (
            "add in front",
            lambda at: at.queue.add(song, singer="somebody", before=next(front), force=True),
            lambda: other.add_in_front(song),
        ),
        ("move", lambda at: at.queue.move_to_top(next(last)), other.move_to_top),
        ("play", lambda at: at.queue.play_next(), other.play),
    )


def _compared(context, what, own, theirs):
    # Each call once a sample, for the queue must stay about as long as it is.
    actions = {PROJECT: Action(own, before=lambda: None), REINDEXED: Action(theirs, before=lambda: None)}
    result = result_of(in_turns(actions, context.effort), "P11", what, context.backend, context.songs)
    result.verdicts.append(Verdict(f"{what}: faster than renumbering", result.ratios[REINDEXED], 10, at_most=False))
    return result


def _rotation(context, entries):
    waiting = tuple(RotationEntry(f"e{n}", (f"singer {n * 7 % SINGERS}",)) for n in range(entries))
    turns = tuple((f"singer {n % SINGERS}",) for n in range(200))
    rotation = Rotation(entries=waiting, turns=turns, playing=None, locked=None)
    actions = {name: Action(lambda name=name: arranged(name, rotation, {}, POLICIES)) for name in POLICIES}
    title = f"the pure order of {entries:,} entries, with reasons"
    result: Result = result_of(in_turns(actions, context.effort), "P11", title, "", context.songs)
    limit = ORDER_MS * entries / LENGTHS[0]
    result.verdicts += [Verdict(f"{name}, {title}", result.rows[name] * 1_000, limit, unit="ms") for name in POLICIES]
    return result
