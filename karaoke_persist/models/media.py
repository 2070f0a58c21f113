"""What is known of the files below the library folders."""

from __future__ import annotations

from hashlib import blake2b
from posixpath import dirname
from typing import Annotated, ClassVar

from pydantic import AfterValidator

from karaoke_persist.models.fields import Id, Integer, Kind, Text, Time
from karaoke_persist.models.integrity import Integrity, Reference, Sorted
from karaoke_persist.models.record import Record
from karaoke_persist.models.text import check_bytes, check_text

PATH_BYTES = 4_096


def check_path(path: str) -> str:
    """Refuse a path that no system could hold, or that leads out of its root."""
    check_bytes(check_text(path), PATH_BYTES)
    if not path or path.startswith("/") or ".." in path.split("/"):
        raise ValueError("a path below the root is expected, with '/' between its parts and no '..' among them")
    return path


Path = Annotated[str, AfterValidator(check_path), Kind.TEXT]


def file_id(root: str, path: str) -> str:
    """The key of a file: paths are longer than a key may be, and unique by this."""
    return blake2b(f"{root}\0{path}".encode(), digest_size=16).hexdigest()


def folder_key(root: str, path: str) -> str:
    """The same of the folder that a file is in."""
    return file_id(root, dirname(path))


class MediaFile(Record):
    """A file below a library folder, as the last scan saw it. The folder itself has a name here, and no place.

    One without a song was left when its song was deleted: scans pass it over (`is_ignored`), unless it could not be
    read, or is of no use.
    """

    integrity: ClassVar[Integrity] = Integrity(
        collection="media_files",
        references=(Reference("song_id", "songs", "set_null"),),
        sorted=(Sorted("id", within=("folder",)),),
    )

    id: Id
    root: Id
    path: Path
    """Relative to the root, exactly as its folder lists it."""
    folder: Text
    """The same for all files of a folder."""
    kind: Text | None = None
    """A kind of media, or `metadata`; None for what is of no use."""
    song_id: Id | None = None
    size: Integer
    mtime_ns: Integer
    device: Integer
    inode: Integer
    fingerprint: Text | None = None
    """Of the size, the first 16 and the last 64 KiB, where something can be played."""
    problem: Text | None = None
    """Why it could not be read."""
    missing_since: Time | None = None
    missed_scans: Integer = 0
    """How many scans that reached the root have missed it, counted to two."""

    @property
    def is_ignored(self) -> bool:
        """Whether its song was deleted while it stayed."""
        return self.song_id is None and self.kind is not None and self.problem is None


class MediaRoot(Record):
    """A library folder by its name, and what it looked like when store and disk last agreed."""

    integrity: ClassVar[Integrity] = Integrity(collection="media_roots")

    id: Id
    digest: Text | None = None
    """Over every path, size and time; something else from the first write of a sync until everything is settled."""
    problems: Integer = 0
    """How many files could not be read, when that was so."""
    missing: Integer = 0
    """How many were missing."""


class Removal(Record):
    """A file that is to go to the trash, since its song was deleted with its files."""

    integrity: ClassVar[Integrity] = Integrity(collection="media_removals", stamped="requested_at")

    id: Id
    root: Id
    path: Path
    trash: Path
    """Where it goes, below the same root."""
    size: Integer
    mtime_ns: Integer
    requested_at: Time | None = None
