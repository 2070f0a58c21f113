"""The process that writes and is killed, and the state that the library must then be in.

Transaction `n` brings the library from `state(n - 1)` to `state(n)`: it raises a counter, inserts two
songs, changes two and deletes two, partly inside a savepoint.
"""

from __future__ import annotations

import os
import random
import signal
import struct
import time
import traceback
from typing import Final

import karaoke_persist
from karaoke_persist import Library
from karaoke_persist.testing.processes import Pipe

_NUMBER: Final = struct.Struct("<q")


def state(number: int) -> dict[str, int | None]:
    """The years of all songs after so many transactions, by id."""
    kept = {f"{kind}-{n}": 0 for n in range(max(1, number - 4), number + 1) for kind in ("first", "second")}
    changed = {f"first-{number - 1}": number} if number > 1 else {}
    return {"counter": number, **kept, **changed} if number else {}


def found(library: Library) -> dict[str, int | None]:
    """The years of all songs, by id."""
    return {song.id: song.year for song in library.songs.get_songs()}


def write(library: Library, number: int) -> None:
    """Do one transaction."""
    with library.transaction() as tx:
        tx.songs.create_or_update_song("counter", "Counter", "x", year=number)
        tx.songs.create_or_update_song(f"first-{number}", "First", "x", year=0)
        with tx.savepoint():
            tx.songs.create_or_update_song(f"second-{number}", "Second", "x", year=0)
            for kind in ("first", "second"):
                tx.songs.delete_song(f"{kind}-{number - 5}")
        if number > 1:
            tx.songs.patch_song(f"first-{number - 1}", {"year": number})
        if number > 2:
            tx.songs.patch_song(f"first-{number - 2}", {"year": 0})


def kill_writers(pipe: Pipe, url: str, seed: int) -> None:
    """Each time it is told to, let a fork of this process write for a while, kill it, and answer what it committed."""
    karaoke_persist.open(url).close()  # whatever opening imports is imported once, before the forks
    chance = random.Random(seed)
    while (number := pipe.recv()) is not None:
        pipe.send(_one_round(url, number, chance))


def _one_round(url: str, number: int, chance: random.Random) -> int:
    """The last transaction that the killed process said was committed."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _write_for_ever(url, number, writing)
    os.close(writing)
    told = _let_write(reading, chance)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), "the writer ended before it was killed"
    with os.fdopen(reading, "rb") as rest:
        told += rest.read()
    return max((each for (each,) in _NUMBER.iter_unpack(told)), default=number)


def _let_write(reading: int, chance: random.Random) -> bytes:
    """Let the writer open the store and commit up to three transactions, and then be anywhere in what comes next."""
    told, took = b"", 0.02
    for _ in range(chance.randint(0, 4)):
        begun = time.monotonic()
        told += os.read(reading, _NUMBER.size)
        took = time.monotonic() - begun
    time.sleep(chance.uniform(0.0, 1.2 * took))
    return told


def _write_for_ever(url: str, number: int, told: int) -> None:
    """Write one transaction after the other, and tell the number of each once it is committed."""
    try:
        library = karaoke_persist.open(url, on_error="raise")
        while True:
            os.write(told, _NUMBER.pack(number))
            number += 1
            write(library, number)
    finally:
        traceback.print_exc()
        os._exit(1)  # nothing of the parent's may run twice
