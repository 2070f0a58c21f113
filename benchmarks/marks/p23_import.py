"""P23: an older database of songs imported, once and again, next to the bulk upsert of the same songs."""

from __future__ import annotations

import json
from contextlib import suppress
from itertools import batched
from pathlib import Path
from time import perf_counter

import karaoke_persist
from benchmarks import libraries
from benchmarks.harness import Result, Verdict
from benchmarks.targets import FOLDER
from karaoke_persist.models import thaw
from karaoke_persist.testing.older_databases import SONGS, write_oks
from karaoke_persist.transfer.importing import BATCH

VERSION = "2025-07-31"
UPSERT, FIRST, AGAIN = "bulk upsert", "import", "import again"
AGAINST_UPSERT, SECOND_TIME = 2.5, 0.25
_PATHS = {"vocals_path": "vocals", "instrumental_path": "instrumental"}


def run(context):
    source = _source(context.songs)
    seconds: dict[str, float] = {}
    with _empty(context) as library:
        seconds[UPSERT] = _timed(lambda: _upserted(library, context.songs))
    with _empty(context) as library:
        seconds[FIRST] = _timed(lambda: library.transfer.import_oks(source))
        assert library.songs.count_songs() == context.songs
        began = perf_counter()
        assert library.transfer.import_oks(source).total("unchanged") == context.songs
        seconds[AGAIN] = perf_counter() - began
    per_row = {name: value / context.songs for name, value in seconds.items()}
    result = Result(
        "P23",
        "import of an older database, per row",
        context.backend,
        context.songs,
        rows=per_row,
        ratios={name: value / per_row[UPSERT] for name, value in per_row.items()},
    )
    result.verdicts += [
        Verdict("against the bulk upsert", per_row[FIRST] / per_row[UPSERT], AGAINST_UPSERT),
        Verdict("a second time against the first", per_row[AGAIN] / per_row[FIRST], SECOND_TIME),
    ]
    result.notes.append(", ".join(f"{name} {value:.1f} s" for name, value in seconds.items()))
    yield result


def _timed(call):
    began = perf_counter()
    call()
    return perf_counter() - began


def _upserted(library, count):
    for batch in batched(libraries.songs(count), BATCH):  # as many in a transaction as an import has
        library.songs.upsert_songs(batch)


def _empty(context):
    """A new store of the backend."""
    if context.backend == "sqlite":
        path = FOLDER / "copy.db"
        for suffix in ("", "-wal", "-shm"):
            with suppress(FileNotFoundError):
                Path(f"{path}{suffix}").unlink()
        return karaoke_persist.open(path, on_error="raise")
    server = context.targets.server
    server.execute("DROP DATABASE IF EXISTS imported WITH (FORCE)")
    server.execute("CREATE DATABASE imported")
    return karaoke_persist.open(server.url("imported"), on_error="raise")


def _source(count):
    """An older database of the usual songs, kept for the next run."""
    path = FOLDER / f"older_{count}.db"
    if not path.exists():
        write_oks(path, VERSION, songs=[_row(song) for song in libraries.songs(count)])
    return path


def _row(song):
    values = {column: getattr(song, column, None) for column in SONGS[VERSION]}
    values |= {column: song.media.get(kind) for column, kind in _PATHS.items()}
    return {column: _plain(value) for column, value in values.items()}


def _plain(value):
    if hasattr(value, "isoformat"):
        return value.isoformat(" ")
    return json.dumps(thaw(value)) if isinstance(value, tuple | dict) else value
