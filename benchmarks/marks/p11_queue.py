"""P11: a queue of a thousand entries: adding, moving, playing, and the order that a rotation makes of it."""

from contextlib import closing

import karaoke_persist
from benchmarks.contenders.reindexed_queue import ReindexedQueue
from benchmarks.harness import Action, Result, Verdict, in_turns, result_of
from benchmarks.libraries import song_id
from karaoke_persist import hookimpl
from karaoke_persist.contract.rotation import Rotation, RotationEntry
from karaoke_persist.operations.rotation import POLICIES, arranged

ENTRIES = 1_000
SINGERS = 50
PROJECT, REINDEXED = "this project", "positions renumbered"
ROWS = 12
"""How many rows each may write, however long the queue is: to play one entry is to end a performance and begin another,
to touch room, night and song, and to delete an entry with its singer."""


class Counter:
    """Counts the rows that a commit tells of."""

    def __init__(self):
        self.most = 0

    @hookimpl
    def karaoke_after_commit(self, changes):
        self.most = max(self.most, len(changes))


def run(context):
    target = context.targets.copy(context.backend, context.songs, "relaxed" if context.backend == "sqlite" else "full")
    counter, songs = Counter(), [song_id(number) for number in range(context.songs)]
    options = {"durability": "relaxed"} if context.backend == "sqlite" else {}
    opened = karaoke_persist.open(target.url, on_error="raise", plugins=[counter], **options)
    with closing(opened) as library, closing(ReindexedQueue(target)) as other:
        _fill(library, songs)
        other.fill(songs, ENTRIES)
        for what, own, theirs in _pairs(library, other, songs[-1]):
            yield _compared(context, counter, what, own, theirs)
    yield _rotation(context)


def _fill(library, songs):
    with library.transaction() as tx:
        for number in range(ENTRIES):
            tx.queue.add(songs[number], singer=f"singer {number % SINGERS}", force=True)


def _pairs(library, other, song):
    ids = [item.id for item in library.queue.entries()]
    front, last = iter(ids), iter(reversed(ids))
    return (
        (
            "add in front",
            lambda: library.queue.add(song, singer="somebody", before=next(front), force=True),
            lambda: other.add_in_front(song),
        ),
        ("move", lambda: library.queue.move_to_top(next(last)), other.move_to_top),
        ("play", library.queue.play_next, other.play),
    )


def _compared(context, counter, what, own, theirs):
    counter.most = 0
    # Each call once a sample, for the queue must stay about as long as it is.
    actions = {PROJECT: Action(own, before=lambda: None), REINDEXED: Action(theirs, before=lambda: None)}
    samples = in_turns(actions, context.effort)
    result = result_of(samples, "P11", f"{what} at {ENTRIES:,} entries", context.backend, context.songs)
    result.verdicts += [
        Verdict(f"{what}: faster than renumbering", result.ratios[REINDEXED], 10, at_most=False),
        Verdict(f"{what}: rows written", counter.most, ROWS, unit="rows"),
    ]
    return result


def _rotation(context):
    entries = tuple(RotationEntry(f"e{n}", (f"singer {n * 7 % SINGERS}",)) for n in range(ENTRIES))
    turns = tuple((f"singer {n % SINGERS}",) for n in range(200))
    rotation = Rotation(entries=entries, turns=turns, playing=None, locked=None)
    actions = {name: Action(lambda name=name: arranged(name, rotation, {}, POLICIES)) for name in POLICIES}
    result: Result = result_of(in_turns(actions, context.effort), "P11", "the pure order, with reasons", "", ENTRIES)
    result.verdicts += [Verdict(name, result.rows[name] * 1_000, 10, unit="ms") for name in POLICIES]
    return result
