"""The library folders of one library, by name, and their sync."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar

from karaoke_persist.errors import BadOption, InvalidValue
from karaoke_persist.media.merging import Merger
from karaoke_persist.media.reading import ReadSong, read_song
from karaoke_persist.media.recognise import Found, recognise
from karaoke_persist.media.report import SyncReport
from karaoke_persist.media.walk import Tree, Unreadable, readable_root, walk
from karaoke_persist.models import Song
from karaoke_persist.models.text import check_id
from karaoke_persist.operations import BulkResult

T = TypeVar("T")
SyncProgress = Callable[[int, int], object]
"""Called with the number of songs read so far, and the number there are."""

MAIN: Final = "main"
BATCH: Final = 250  # songs per transaction: others get their turn at the writer after some milliseconds


class Runner(Protocol):
    """What runs a function in a transaction: the library."""

    def run(self, function: Callable[[Any], T], *, read_only: bool = False, attempts: int = 5) -> T:
        """Call the function with a transaction, again on a conflict."""
        ...


class MediaFolders:
    """The folders that `open(roots={"main": path})` named. The store knows their names only."""

    def __init__(self, library: Runner, roots: Mapping[str, Path]) -> None:
        self._library, self._roots = library, roots

    @property
    def roots(self) -> Mapping[str, Path]:
        """The folders by name."""
        return self._roots

    def sync(
        self,
        root: str | None = None,
        *,
        folder: str | os.PathLike[str] | None = None,
        progress: SyncProgress | None = None,
    ) -> SyncReport:
        """Bring the songs of a root, or of every root, into the store.

        With `folder`, that folder is scanned as the root, `main` unless it is named otherwise: give each folder a name
        of its own. Songs that are there get missing paths and empty fields only; none is ever deleted. What cannot be
        read is reported and skipped. The work is stored in batches: after an error, earlier ones are kept.

        Whatever `on_error` says, it raises: `BadOption` without any folder, `InvalidValue` for an unknown root,
        `Unavailable` when a folder cannot be read, and then nothing is changed.
        """
        chosen = self._chosen(root, folder)
        scans = [_Scan(name, walk(path)) for name, path in chosen]
        counter = _Counter(progress, sum(len(scan.found) for scan in scans))
        for scan in scans:
            for batch in _batches(scan.found):
                self._store(scan, [song for found in batch for song in counter.after(scan.read(found))])
        return self._report(scans)

    def _chosen(self, root: str | None, folder: str | os.PathLike[str] | None) -> list[tuple[str, Path]]:
        if folder is not None:
            return [(_root_name(MAIN if root is None else root), readable_root(folder))]
        if root is not None and root not in self._roots:
            raise InvalidValue("root", root, f"there is no such root; there are: {', '.join(self._roots) or 'none'}")
        if not self._roots:
            raise BadOption(
                "roots",
                "no library folder is known",
                'Open with roots={"main": "/path"}, or call sync(folder="/path").',
            )
        names = sorted(self._roots) if root is None else [root]
        return [(_root_name(name), readable_root(self._roots[name])) for name in names]

    def _store(self, scan: _Scan, songs: Sequence[ReadSong]) -> None:
        def pending(tx: Any) -> list[Song]:
            return scan.merger.pending(tx.songs, songs)

        scan.songs += len(songs)
        if self._library.run(pending, read_only=True):  # looked at first: where nothing changes, nobody waits
            written: BulkResult = self._library.run(lambda tx: tx.songs.upsert_songs(pending(tx)))
            scan.added += written.inserted
            scan.updated += written.updated

    def _report(self, scans: Sequence[_Scan]) -> SyncReport:
        added, updated = sum(scan.added for scan in scans), sum(scan.updated for scan in scans)
        return SyncReport(
            added=added,
            updated=updated,
            unchanged=sum(scan.songs for scan in scans) - added - updated,
            missing=sum(self._missing(scan) for scan in scans),
            unreadable=tuple(problem for scan in scans for problem in scan.problems(named=len(scans) > 1)),
        )

    def _missing(self, scan: _Scan) -> int:
        return self._library.run(lambda tx: scan.merger.count_missing(tx.songs), read_only=True)


class _Scan:
    """One root during a sync."""

    def __init__(self, name: str, tree: Tree) -> None:
        self._name, self._tree = name, tree
        self.merger = Merger(name, tree)
        self.found = list(recognise(tree, name))
        self.added = self.updated = self.songs = 0
        self._unreadable = list(tree.unreadable)

    def read(self, found: Found) -> list[ReadSong]:
        """The song, or nothing; what could not be read is noted."""
        song, problems = read_song(self._tree, found, self.merger.source)
        self._unreadable += problems
        return [] if song is None else [song]

    def problems(self, *, named: bool) -> Iterator[Unreadable]:
        """What could not be read."""
        prefix = f"{self._name}:" if named else ""
        return (Unreadable(f"{prefix}{path}", reason) for path, reason in self._unreadable)


class _Counter:
    """Tells how far the sync is."""

    def __init__(self, tell: SyncProgress | None, total: int) -> None:
        self._tell, self._total, self._done = tell, total, 0
        self._say()

    def after(self, songs: list[ReadSong]) -> list[ReadSong]:
        """One step more is done, and this came of it."""
        self._done += 1
        self._say()
        return songs

    def _say(self) -> None:
        if self._tell is not None:
            self._tell(self._done, self._total)


def _root_name(name: str) -> str:
    try:
        return check_id(name)
    except ValueError as error:
        raise InvalidValue("root", name, str(error)) from None


def _batches(found: Iterable[Found]) -> Iterator[list[Found]]:
    rest = iter(found)
    while batch := list(islice(rest, BATCH)):
        yield batch
