"""Backups while the party goes on: the newest so many in a folder, each whole and of one moment."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from karaoke_persist.contract import FileStore, OlderStore, Progress, SongStore
from karaoke_persist.errors import InvalidValue, Unsupported
from karaoke_persist.models import MODELS, Record
from karaoke_persist.progress import Meter
from karaoke_persist.transfer.archives.archive import Manifest, models_version_of
from karaoke_persist.transfer.archives.dumping import dump, software, write_archive
from karaoke_persist.transfer.copying.canonical import canonical
from karaoke_persist.transfer.copying.order import in_order
from karaoke_persist.transfer.copying.sides import RANGE, Holder
from karaoke_persist.transfer.files import UNFINISHED, new_file, sha256_of_file, translated

ARCHIVE_SUFFIX: Final = ".zip"
CHECKSUM_SUFFIX: Final = ".sha256"
_A_DAY: Final = 86_400
_STAMP: Final = "%Y%m%dT%H%M%S.%fZ"
_STAMPED: Final = r"-\d{8}T\d{6}\.\d{6}Z\.[a-z0-9]+"
_DATABASE_ENDING: Final = re.compile(r"\.(db|sqlite3?)$", re.IGNORECASE)
_UNUSUAL: Final = re.compile(r"[^A-Za-z0-9_.-]+")


@dataclass(frozen=True, slots=True)
class BackupReport:
    """What was written, and what had to make room."""

    path: str
    size: int
    """In bytes."""
    removed: tuple[str, ...]
    """The older backups that were deleted."""


def backup(
    library: Holder,
    folder: str | os.PathLike[str],
    *,
    keep: int | None = None,
    progress: Progress | None = None,
) -> BackupReport:
    """Back everything up as it is at this moment, into a new file of mode 0600 in a folder, which is made.

    Others read and write meanwhile. A store that is a file is copied as one, with its checksum in a file beside it; any
    other is dumped into an archive. With `keep`, only so many of the backups of this store stay, the newest.
    """
    store = library.store
    return _kept(library.url, folder, keep, _suffix(store), lambda path: _backed_up(library, path, progress))


def back_up_store(
    store: SongStore, url: str, folder: str | os.PathLike[str], keep: int | None, progress: Progress | None
) -> BackupReport:
    """The same of a store whose schema may be an older one."""

    def write(path: Path) -> None:
        if isinstance(store, FileStore):
            _copied_file(store, path, progress)
        elif isinstance(store, OlderStore):
            _dump_found(store, store.schema().found or "", path, progress)
        else:
            remedy = "Copy the database by its own means, then migrate without a backup (--no-backup)."
            raise Unsupported(store.info.scheme, "a backup while its schema is an older one", remedy)

    return _kept(url, folder, keep, _suffix(store), write)


def _suffix(store: SongStore) -> str:
    return store.file_suffix if isinstance(store, FileStore) else ARCHIVE_SUFFIX


def _backed_up(library: Holder, path: Path, progress: Progress | None) -> None:
    if isinstance(library.store, FileStore):
        _copied_file(library.store, path, progress)
    else:
        dump(library, path, progress=progress)


def _copied_file(store: FileStore, path: Path, progress: Progress | None) -> None:
    with new_file(path) as unfinished:
        store.copy_file(str(unfinished), progress or (lambda *_: None))
        with new_file(path.with_name(path.name + CHECKSUM_SUFFIX)) as sums:
            sums.write_text(f"{sha256_of_file(unfinished)}  {path.name}\n", encoding="utf-8")


def _dump_found(store: OlderStore, revision: str, path: Path, progress: Progress | None) -> None:
    """An archive of rows as an older schema has them; a load brings them up to date."""
    about = Manifest(models_version_of(revision), revision, software(), datetime.now(UTC).isoformat(), True, ())
    models = in_order(MODELS)
    with store.found_rows(RANGE) as found:
        meter = Meter(progress, sum(map(found.count, models)))

        def lines(model: type[Record]) -> Iterator[list[bytes]]:
            for rows in found.batches(model):
                yield [canonical(model, row) + b"\n" for row in rows]
                meter.step(len(rows))

        write_archive(path, about, ((model, lines(model)) for model in models))


def _kept(
    url: str, folder: str | os.PathLike[str], keep: int | None, suffix: str, write: Callable[[Path], object]
) -> BackupReport:
    """Write a new backup and then, when it is there, delete the oldest."""
    if keep is not None and keep < 1:
        raise InvalidValue("keep", keep, "at least the new backup must be kept; give 1 or more, or None for all")
    where, stem = Path(folder), stem_of(url)
    with translated(where):
        where.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = where / f"{stem}-{datetime.now(UTC).strftime(_STAMP)}{suffix}"
    write(path)
    size = path.stat().st_size
    with translated(where):
        _tidied(where, stem)
        return BackupReport(str(path), size, _rotated(where, stem, path, keep))


def _tidied(folder: Path, stem: str) -> None:
    """Remove what a backup that was killed has left of itself: nobody writes to one for a day."""
    for path in folder.glob(f".{stem}-*{UNFINISHED}"):
        if time.time() - path.stat().st_mtime > _A_DAY:
            path.unlink(missing_ok=True)


def _rotated(folder: Path, stem: str, newest: Path, keep: int | None) -> tuple[str, ...]:
    if keep is None:
        return ()
    ours = re.compile(re.escape(stem) + _STAMPED)
    older = sorted(path for path in folder.iterdir() if ours.fullmatch(path.name) and path != newest)
    doomed = older[: max(0, len(older) - keep + 1)]
    for path in doomed:
        path.unlink(missing_ok=True)
        path.with_name(path.name + CHECKSUM_SUFFIX).unlink(missing_ok=True)
    return tuple(map(str, doomed))


def stem_of(url: str) -> str:
    """What backups of a store are called: as its file or its database is."""
    scheme, _, place = url.partition("://")
    last = place.partition("?")[0].rpartition("/")[2]
    return _UNUSUAL.sub("_", _DATABASE_ENDING.sub("", last)).strip(".") or scheme
