"""P12: changes of a playlist, which cost the same however long the playlist is."""

from contextlib import closing
from itertools import count

import karaoke_persist
from benchmarks.comparing import bare_commit, rows_written
from benchmarks.harness import AGAIN, Action, Verdict, in_turns, result_of
from benchmarks.libraries import song_id

LENGTHS = (100, 1_000, 10_000)
ROWS = 3
"""For each change."""
SAME = 1.3


def run(context):
    target = context.targets.copy(context.backend, context.songs, "relaxed" if context.backend == "sqlite" else "full")
    options = {"durability": "relaxed"} if context.backend == "sqlite" else {}
    with closing(karaoke_persist.open(target.url, on_error="raise", **options)) as library:
        for length in LENGTHS:
            _fill(library, length, context.songs)
        for what, change_of, written in (("a move", _moves, 1), ("an addition and its removal", _additions, 2)):
            changes = {length: change_of(library, _name(length)) for length in LENGTHS}
            result = _compared(context, what, library, changes)
            rows = max(rows_written(library, context.backend, change) for change in changes.values())
            result.verdicts.append(Verdict(f"{what}: rows written", rows, ROWS * written, unit="rows"))
            result.notes += bare_commit(target)
            yield result


def _fill(library, length, songs):
    library.playlists.create(_name(length), playlist_id=_name(length))
    library.playlists.add_many(_name(length), [song_id(number % songs) for number in range(length)])


def _compared(context, what, library, changes):
    actions = {
        f"{length:,} entries": Action(lambda change=change: change(library)) for length, change in changes.items()
    }
    short, *longer = actions
    samples = in_turns({short: actions[short], short + AGAIN: actions[short], **actions}, context.effort)
    result = result_of(samples, "P12", f"{what} within a playlist", context.backend, context.songs)
    result.verdicts += [Verdict(f"{what} among {name} against {short}", result.ratios[name], SAME) for name in longer]
    return result


def _moves(library, name):
    ids, number = _ids(library, name), count()

    def move(at):
        n = next(number)
        # Another neighbour each time: an entry that stands there already is not moved.
        at.playlists.move(name, ids[n % 50], before=ids[50 + n * 7 % 49])

    return move


def _additions(library, name):
    middle = _ids(library, name)[50]

    def add_and_remove(at):
        added = at.playlists.add(name, song_id(0), before=middle)
        at.playlists.remove(name, added.id)

    return add_and_remove


def _ids(library, name):
    return [item.entry.id for item in library.playlists.get_contents(name, limit=100).items]


def _name(length):
    return f"list-{length}"
