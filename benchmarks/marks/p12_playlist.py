"""P12: a move within a playlist, which costs the same however long the playlist is."""

from contextlib import closing

import karaoke_persist
from benchmarks.harness import AGAIN, Action, Verdict, in_turns, result_of
from benchmarks.libraries import song_id
from benchmarks.marks.p11_queue import Counter

LENGTHS = (100, 10_000)
ROWS = 3
SAME = 1.3


def run(context):
    target = context.targets.copy(context.backend, context.songs, "relaxed" if context.backend == "sqlite" else "full")
    counter = Counter()
    options = {"durability": "relaxed"} if context.backend == "sqlite" else {}
    with closing(karaoke_persist.open(target.url, on_error="raise", plugins=[counter], **options)) as library:
        moves = {f"{length:,} entries": _moves(library, length, context.songs) for length in LENGTHS}
        short, long = moves
        counter.most = 0
        samples = in_turns({short: moves[short], short + AGAIN: moves[short], long: moves[long]}, context.effort)
    result = result_of(samples, "P12", "a move within a playlist", context.backend, context.songs)
    result.verdicts += [
        Verdict(f"a move among {long} against {short}", result.ratios[long], SAME),
        Verdict("rows written by a move", counter.most, ROWS, unit="rows"),
    ]
    yield result


def _moves(library, length, songs):
    name = f"list-{length}"
    library.playlists.create(name, playlist_id=name)
    library.playlists.add_many(name, [song_id(number % songs) for number in range(length)])
    ids = [item.entry.id for item in library.playlists.get_contents(name, limit=100).items]
    place = iter(range(10**9))

    def move():
        number = next(place)
        library.playlists.move(name, ids[number % 50], before=ids[50 + number * 7 % 50])

    return Action(move)
