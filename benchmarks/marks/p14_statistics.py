"""P14: what is counted over a hundred thousand performances."""

import random
from contextlib import closing
from datetime import UTC, datetime, timedelta

import karaoke_persist
from benchmarks.comparing import settle
from benchmarks.harness import Action, Verdict, in_turns, result_of
from benchmarks.libraries import song_id
from karaoke_persist.models import Night, Performance, PerformanceSinger, Room

PERFORMANCES, A_NIGHT, SINGERS = 100_000, 50, 2_000
LIMIT_MS = 20
BEGAN = datetime(2020, 1, 1, 20, tzinfo=UTC)


def run(context):
    target = context.targets.copy(context.backend, context.songs)
    performances = PERFORMANCES // 10 if context.quick else PERFORMANCES
    with closing(karaoke_persist.open(target.url, on_error="raise")) as library:
        _perform(library, performances, context.songs)
        settle(target)
        history, month = library.history, {"since": BEGAN, "until": BEGAN + timedelta(days=31)}
        actions = {
            "top songs": Action(history.get_top_songs),
            "top artists": Action(history.get_top_artists),
            "top singers": Action(history.get_top_singers),
            "top songs of a month": Action(lambda: history.get_top_songs(**month)),
            "top singers of a month": Action(lambda: history.get_top_singers(**month)),
            "the last fifty": Action(history.get_performances_page),
        }
        samples = in_turns(actions, context.effort)
    result = result_of(samples, "P14", f"statistics over {performances:,} performances", context.backend, context.songs)
    result.verdicts += [Verdict(name, result.rows[name] * 1_000, LIMIT_MS, unit="ms") for name in actions]
    yield result


def _perform(library, count, songs):
    chance = random.Random(14)
    opened = {f"night-{number}": BEGAN + timedelta(days=number) for number in range(count // A_NIGHT)}
    rows = [_row(night, began, number, chance, songs) for night, began in opened.items() for number in range(A_NIGHT)]
    with library.transaction() as tx:
        session = tx._session
        session.insert(Room(id="main", name="main"))
        session.insert(*[Night(id=night, room_id="main", opened_at=at, active_at=at) for night, at in opened.items()])
        session.insert(*[performance for performance, _ in rows])
        session.insert(*[singer for _, singer in rows])


def _row(night, began, number, chance, songs):
    """Few songs and singers are frequent, most are rare."""
    song, singer = song_id(int(songs * chance.random() ** 4)), f"singer {int(SINGERS * chance.random() ** 3)}"
    at = began + timedelta(minutes=5 * number)
    same = {"night_id": night, "song_id": song, "started_at": at}
    performance = Performance(
        id=f"{night}-{number}", room_id="main", title=song, artist=f"artist {song[-4:]}", status="completed", **same
    )
    sung = {"performance_id": performance.id, "place": 0, "name": singer, "singer": f"name:{singer}"}
    return performance, PerformanceSinger(id=performance.id, completed=True, **sung, **same)
