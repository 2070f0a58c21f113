"""From a backup into a fresh store, of whichever backend."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from karaoke_persist.contract import Progress, SongStore, StoreOptions
from karaoke_persist.errors import BadArchive, DataCorrupt, SchemaMismatch
from karaoke_persist.models import Transfer
from karaoke_persist.models.transfer import LAST
from karaoke_persist.plugins import open_store
from karaoke_persist.session import Session
from karaoke_persist.transfer.archives.archive import NEWER
from karaoke_persist.transfer.archives.loading import Archive
from karaoke_persist.transfer.backups.backing_up import CHECKSUM_SUFFIX
from karaoke_persist.transfer.copying.copier import CopyReport, take_over
from karaoke_persist.transfer.copying.marks import refuse_incomplete
from karaoke_persist.transfer.copying.order import in_order
from karaoke_persist.transfer.copying.sides import Holder, Snapshot, Source
from karaoke_persist.transfer.files import sha256_of_file, translated

SQLITE: Final = b"SQLite format 3\x00"


def restore(
    path: str | os.PathLike[str], library: Holder, *, replace: bool = False, progress: Progress | None = None
) -> CopyReport:
    """Make an empty library hold what a backup does, or an archive, whatever the backend of either.

    A backup that is damaged is `BadArchive`, and nothing is written; one of an older schema is brought up to date in a
    copy of it. A library that is not empty is `IllegalState`, unless `replace` says that its contents may go.
    """
    where = Path(path)
    with library.transaction(read_only=True) as tx:
        session: Session = tx.songs.session
    with _opened(where, session, progress) as (source, rest):
        return take_over(source, library, "restore", replace=replace, progress=rest)


@contextmanager
def _opened(path: Path, session: Session, progress: Progress | None) -> Iterator[tuple[Source, Progress | None]]:
    """The rows of a backup that was found to be whole, and the progress of what follows."""
    models = in_order(session.context.models)
    with translated(path), path.open("rb") as file:
        is_database = file.read(len(SQLITE)) == SQLITE
    if not is_database:
        with Archive.open(path, models) as archive:
            yield archive, archive.verify(progress)
        return
    _check_sum(path)
    with tempfile.TemporaryDirectory(prefix="karaoke-persist-restore-") as folder:
        copy = Path(folder) / "backup.db"
        with translated(path):
            shutil.copyfile(path, copy)
        with closing(_brought_up_to_date(path, copy, session)) as store:
            reading = Session(store.session(read_only=True), session.context, read_only=True)
            try:
                refuse_incomplete(reading.get(Transfer, LAST), str(path))
                yield Snapshot(reading, str(path), models), progress
            finally:
                reading.rollback()


def _check_sum(path: Path) -> None:
    """The file must be what its checksum says, if that is still beside it."""
    sums = path.with_name(path.name + CHECKSUM_SUFFIX)
    if sums.exists() and sums.read_text(encoding="utf-8").split()[:1] != [sha256_of_file(path)]:
        raise BadArchive(str(path), "the file", f"its SHA-256 is not what {sums.name} says")


def _brought_up_to_date(path: Path, copy: Path, session: Session) -> SongStore:
    """Open a copy of the backup, its schema upgraded if it is an older one."""
    store = None
    try:
        store = open_store(f"sqlite:///{copy}", StoreOptions(models=session.context.models, check_schema=False))
        if store.schema().state == "absent":
            raise BadArchive(str(path), "the file", "it holds no karaoke library")
        store.migrate()
    except BaseException as error:
        if store is not None:
            store.close()
        if isinstance(error, DataCorrupt):
            raise BadArchive(str(path), "the file", f"it is damaged: {error.problem}") from error
        if isinstance(error, SchemaMismatch):
            raise BadArchive(str(path), "the file", f"its schema is {error.found}, a newer one", NEWER) from error
        raise
    return store
