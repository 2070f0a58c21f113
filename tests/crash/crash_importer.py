"""The process that imports and is killed, and what the library must then hold.

Each batch is one step: its rows, all that comes of them, and their part of the ledger.
"""

from __future__ import annotations

import os
import random
import signal
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path
from typing import Any, Final

import karaoke_persist
from karaoke_persist import Library
from karaoke_persist.contract import Query
from karaoke_persist.models import MODELS, Credential, ImportedRow, Job, QueueEntry, QueueSinger, Record, Song, User
from karaoke_persist.testing.older_databases import write_oks
from karaoke_persist.testing.processes import Pipe
from karaoke_persist.transfer.importing import run

BATCH: Final = 20
SIZES: Final = {"songs": 150, "users": 50, "jobs": 50, "karaoke_queue": 110}
_KINDS: Final[dict[str, type[Record]]] = {"Song": Song, "User": User, "Job": Job, "QueueEntry": QueueEntry}


def write_source(path: Path) -> Path:
    """A database in which nothing is damaged."""
    songs = [{"id": f"s{n}", "title": f"Title {n}", "artist": "x"} for n in range(SIZES["songs"])]
    hashed = "pbkdf2:sha256:1$s$" + "0" * 64
    users = [{"id": n, "username": f"user {n}", "password_hash": hashed} for n in range(SIZES["users"])]
    jobs = [{"id": f"j{n}", "filename": "f", "status": "failed", "song_id": f"s{n}"} for n in range(SIZES["jobs"])]
    queue = [
        {"id": n, "singer_name": f"Singer {n}", "song_id": f"s{n}", "position": -n}
        for n in range(SIZES["karaoke_queue"])
    ]
    return write_oks(path, songs=songs, users=users, jobs=jobs, queue=queue)


def rows(library: Library, model: type[Any]) -> list[Any]:
    """Every row of a model."""
    found: list[Any] = library.run_in_session(lambda session: session.find(Query(model)), read_only=True)
    return found


def check_steps(library: Library) -> int:
    """Every step is there as a whole or not at all; how many rows came in."""
    ledger = rows(library, ImportedRow)
    for kind, model in _KINDS.items():
        assert {row.target for row in ledger if row.kind == kind} == {row.key for row in rows(library, model)}
    assert {row.user_id for row in rows(library, Credential)} == {row.id for row in rows(library, User)}
    assert sorted(row.entry_id for row in rows(library, QueueSinger)) == [row.id for row in rows(library, QueueEntry)]
    for table, count in Counter(row.table_name for row in ledger).items():
        assert count % BATCH == 0 or count == SIZES[table]
    return len(ledger)


def everything(library: Library) -> set[str]:
    """What there is, but for what depends on when, and in how many steps, it came in."""
    moments = {"created_at", "added_at", "imported_at", "first_at", "queue_rev"}
    return {
        repr((model.__name__, *((name, value) for name, value in vars(row).items() if name not in moments)))
        for model in MODELS
        for row in rows(library, model)
    }


def wipe(library: Library) -> None:
    """Let the next import begin with nothing."""
    for model in reversed(MODELS):
        library.run_in_session(lambda session, model=model: session.delete_where(Query(model)))


def kill_importers(pipe: Pipe, url: str, source: str, folder: str, seed: int) -> None:
    """Each time it is told to, let a fork of this process import and kill it; answer whether it was quicker."""
    tempfile.tempdir = folder  # where a killed process leaves its copy
    run.BATCH = BATCH  # type: ignore[misc]
    karaoke_persist.open(url).close()  # whatever opening imports is imported once, before the forks
    chance = random.Random(seed)
    while pipe.recv():
        pipe.send(_one_round(url, source, chance))


def _one_round(url: str, source: str, chance: random.Random) -> bool:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _import(url, source, writing)
    os.close(writing)
    _let_import(reading, chance)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    os.close(reading)
    return not os.WIFSIGNALED(status)


def _let_import(reading: int, chance: random.Random) -> None:
    """Let it import up to a good part of the batches, and then be anywhere in what comes next."""
    took = 0.02
    for _ in range(chance.randint(0, 12)):
        begun = time.monotonic()
        if not os.read(reading, 1):
            break
        took = time.monotonic() - begun
    time.sleep(chance.uniform(0.0, 1.2 * took))


def _import(url: str, source: str, told: int) -> None:
    try:
        with karaoke_persist.open(url, on_error="raise") as library:
            library.transfer.import_oks(source, progress=lambda *_: os.write(told, b"."))
        os._exit(0)
    finally:
        traceback.print_exc()
        os._exit(1)  # nothing of the parent's may run twice
