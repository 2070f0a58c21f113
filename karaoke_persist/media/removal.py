"""Songs that are deleted with their files.

A transaction deletes the song and writes down which files are to go; then each is renamed into a trash folder of its
root; then the note is crossed out. Whatever is interrupted is finished from the notes.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from posixpath import basename
from typing import Any, Final

from karaoke_persist.contract import Eq, In, Query
from karaoke_persist.media.applying import Runner
from karaoke_persist.media.walk import GONE, FileState, native_path, reason_of
from karaoke_persist.models import MediaFile, Removal, Song

TRASH: Final = ".karaoke-trash"
"""Hidden, so that no scan looks into it. What is in it is the host's to delete."""
_NAME_BYTES: Final = 200

log: logging.Logger = logging.getLogger(__name__)


def remove_song(library: Runner, roots: Mapping[str, Path], song_id: str) -> bool:
    """Delete a song and its files."""
    if not library.run(lambda tx: _delete(tx, song_id)):
        return False
    finish(library, roots)
    return True


def finish(library: Runner, roots: Mapping[str, Path]) -> int:
    """Move what waits to the trash; the number of files that still wait."""
    waiting = library.run(_waiting, read_only=True)
    done = [removal.id for removal in waiting if removal.root in roots and _is_done(roots[removal.root], removal)]
    if done:
        library.run(lambda tx: tx.songs.session.delete_where(Query(Removal, In("id", done))))
    return len(waiting) - len(done)


def _waiting(tx: Any) -> list[Removal]:
    found: list[Removal] = tx.songs.session.find(Query(Removal))
    return found


def _delete(tx: Any, song_id: str) -> bool:
    session = tx.songs.session
    files = session.find(Query(MediaFile, Eq("song_id", song_id)))
    if not tx.songs.delete_song(song_id):
        return False
    kept = _paths_of_others(session, files)
    session.delete_where(Query(MediaFile, In("id", [file.id for file in files])))
    now = session.context.clock()
    for file in files:
        if file.missing_since is None and (file.root, file.path) not in kept:
            session.insert(_intent(session.context.new_id(), file, now))
    return True


def _intent(removal_id: str, file: MediaFile, now: datetime) -> Removal:
    name = basename(file.path).encode()[-_NAME_BYTES:].decode("utf-8", "ignore")
    return Removal(
        id=removal_id,
        root=file.root,
        path=file.path,
        trash=f"{TRASH}/{removal_id}-{name}",
        size=file.size,
        mtime_ns=file.mtime_ns,
        requested_at=now,
    )


def _paths_of_others(session: Any, files: Sequence[MediaFile]) -> set[tuple[str, str]]:
    """The paths that songs in the same folders have too."""
    paths = set[tuple[str, str]]()
    for root, folder in {(file.root, file.folder) for file in files}:
        rows = session.rows(Query(MediaFile, Eq("folder", folder)), ("song_id",))
        others = session.get_many(Song, sorted({song_id for (song_id,) in rows if song_id is not None}))
        paths |= {(root, path) for song in others.values() for path in song.media.values()}
    return paths


def _is_done(root: Path, removal: Removal) -> bool:
    """Move one file, unless it is gone, or another is in its place by now."""
    source, target = native_path(root, removal.path), native_path(root, removal.trash)
    try:
        if not any(root.iterdir()):
            return False  # a mount point without its drive: nobody knows
        found = os.stat(source)  # noqa: PTH116 - a Path cannot hold bytes
        if not FileState.of(found).is_content_of(removal.size, removal.mtime_ns):
            return True
        os.makedirs(os.path.dirname(target), exist_ok=True)  # noqa: PTH103, PTH120 - a Path cannot hold bytes
        os.replace(source, target)  # noqa: PTH105
    except GONE:
        return root.is_dir()
    except OSError as error:
        log.warning("%s could not be moved to the trash: %s", removal.path, reason_of(error))
        return False
    return True
