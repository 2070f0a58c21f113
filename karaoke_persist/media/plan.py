"""What a sync would do, and what it did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from karaoke_persist.media.moves import KnownFile
from karaoke_persist.media.walk import FileState, Unreadable


@dataclass(frozen=True, slots=True)
class PlannedSong:
    """A song that would be added, or that has files which are new or changed."""

    song_id: str
    """As it is; for one that would be added, as it would be."""
    paths: tuple[str, ...]
    title: str | None = None
    """As its files, or their names, say."""
    artist: str | None = None
    confidence: float = 1.0
    """How sure title and artist are: 1 for tags, and for a name what its pattern says."""
    is_new: bool = True


@dataclass(frozen=True, slots=True)
class PlannedMove:
    """A file that is elsewhere now."""

    was: str
    path: str
    song_id: str | None
    known: KnownFile = field(repr=False)
    state: FileState = field(repr=False)


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """A file that is gone, or there again."""

    path: str
    song_id: str | None
    known: KnownFile = field(repr=False)


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """Files that are gone and new ones of the same contents, or name and size: which became which, nobody can tell.

    The new ones become songs of their own, the others go missing; `library.versions.merge_songs` makes them one.
    """

    gone: tuple[str, ...]
    new: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a sync of one root would do. Paths are relative to the root."""

    root: str
    added: tuple[PlannedSong, ...] = ()
    changed: tuple[PlannedSong, ...] = ()
    moved: tuple[PlannedMove, ...] = ()
    missing: tuple[PlannedFile, ...] = ()
    restored: tuple[PlannedFile, ...] = ()
    ambiguous: tuple[Ambiguous, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()
    guard: str | None = None
    """Why nothing would be marked missing, although files are gone; None where nothing speaks against it."""
    draft: object = field(default=None, repr=False)
    """What `apply` needs beside it."""

    @property
    def is_empty(self) -> bool:
        """Whether it would change nothing."""
        return not (self.added or self.changed or self.moved or self.missing or self.restored)


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What became of the songs of the library folders."""

    added: int = 0
    """Songs that were not in the store."""
    updated: int = 0
    """Songs that were there, and changed: paths, fields, or whether they are missing."""
    unchanged: int = 0
    missing: int = 0
    """Songs of these folders of which nothing can be played any more. They keep everything that hangs on them."""
    unreadable: tuple[Unreadable, ...] = ()
    """Pairs of path and reason: what could not be read and was skipped. The path is relative to its root, and begins
    with the root's name and a colon when several were scanned."""
    moved: int = 0
    """Files that are elsewhere now."""
    restored: int = 0
    """Files that were missing and are there again."""
    stale: tuple[str, ...] = ()
    """Paths that changed after the plan was made, and were left for the next sync."""
    ambiguous: tuple[Ambiguous, ...] = ()
    guarded: Mapping[str, str] = field(default_factory=dict)
    """Roots where files are gone and nothing was marked missing, each with the reason."""

    @property
    def songs(self) -> int:
        """How many songs the folders hold."""
        return self.added + self.updated + self.unchanged
