"""P9: the backend in memory, in absolute times: a get, a small transaction, and the start of a program."""

import os
import subprocess
import sys
from contextlib import closing
from statistics import median

import karaoke_persist
from benchmarks.comparing import some_ids
from benchmarks.harness import AGAIN, Action, Result, Verdict, in_turns, result_of
from benchmarks.libraries import load, song_id
from karaoke_persist import Song

URL = "memory://benchmark"
START = """
from time import perf_counter, process_time
began, began_working = perf_counter(), process_time()
import karaoke_persist
karaoke_persist.open("memory://").close()
print(perf_counter() - began, process_time() - began_working)
"""
GET, WRITE, WATCHED = "session.get", "read and patch in a transaction", "the same while a reader holds a snapshot"
PUBLIC_GET, PUBLIC_WRITE = "library.songs.get_song", "tx.songs.get_song and patch_song"


def run(context):
    with closing(karaoke_persist.open(URL)) as library:
        load(URL, context.songs)  # into the same database, which lives as long as somebody has it open
        with library.transaction() as tx:
            session = tx._session
            get = in_turns({name: _get(session, context.songs) for name in (GET, GET + AGAIN)}, context.effort)
        actions = {WRITE: _write(library, context.songs), PUBLIC_WRITE: _public_write(library, context.songs)}
        writes = in_turns(actions | {PUBLIC_GET: _public_get(library, context.songs)}, context.effort)
        with library.transaction(read_only=True) as reader:
            assert reader.songs.get_song(song_id(0)) is not None
            writes |= in_turns({WATCHED: _write(library, context.songs)}, context.effort)
    result = result_of(get | writes, "P9", "the backend in memory", "memory", context.songs)
    result.verdicts += [
        Verdict(GET, result.rows[GET] * 1e6, 4, unit="us"),
        Verdict(WRITE, result.rows[WRITE] * 1e6, 20, unit="us"),
        Verdict(WATCHED, result.rows[WATCHED] * 1e6, 20, unit="us"),
    ]
    yield result
    yield _start(context)


def _get(session, songs):
    following = some_ids(songs)
    return Action(lambda: session.get(Song, following()))


def _write(library, songs):
    """Through the backend's own session, its value ready: what the budget speaks of."""
    following, number = some_ids(songs), iter(range(10**9))

    def call():
        key = following()
        session = library.store.session()
        row = session.get(Song, (key,))[key]
        session.patch(Song, key, {"track_time_millis": next(number)}, expect=row.revision)
        session.commit()

    return Action(call)


def _public_get(library, songs):
    following = some_ids(songs)
    return Action(lambda: library.songs.get_song(following()))


def _public_write(library, songs):
    following, number = some_ids(songs), iter(range(10**9))

    def call():
        key = following()
        with library.transaction() as tx:
            tx.songs.get_song(key)
            tx.songs.patch_song(key, {"track_time_millis": next(number)})

    return Action(call)


def _start(context):
    _started()  # so that the bytecode is there, as it is where a wheel was installed
    starts = [_started() for _ in range(3 if context.quick else 9)]
    times = sorted(whole for whole, _ in starts)
    middle = times[len(times) // 2]
    result = Result("P9", "import and memory://", "memory", 0, {"start": middle}, {"start": 1.0}, {"start": times[0]})
    result.verdicts.append(Verdict("import and memory://", middle * 1_000, 200, unit="ms"))
    result.notes.append(f"of that, processor time {median(working for _, working in starts) * 1_000:.0f} ms")
    return result


def _started():
    told = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run([sys.executable, "-c", START], capture_output=True, text=True, check=True, env=told)
    whole, working = map(float, done.stdout.split())
    return whole, working
