"""What reads songs from a library folder: readers of formats, and patterns of names.

The built-in readers use what stands here and nothing else; plugins add theirs by the hooks `karaoke_media_readers` and
`karaoke_name_patterns`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Final, Protocol

METADATA: Final = "metadata"
"""The kind of a file that says something of a song, and is no medium."""


class UnreadableFile(Exception):
    """A file that no song can be made of. Says why, and is reported, never raised to a host."""


class FolderView(Protocol):
    """One folder, as readers see it: the names of its files, less those that an earlier reader took."""

    @property
    def path(self) -> str:
        """Relative to the root, with `/`; empty for the root itself."""
        ...

    @property
    def name(self) -> str:
        """What the folder is called."""
        ...

    @property
    def names(self) -> Sequence[str]:
        """The files that are free, in order; without those that are links, for what a link names is a song there."""
        ...

    def find(self, stem: str, endings: Iterable[str]) -> str | None:
        """The free file of this name, whatever its case, whose ending comes first. It may be a link."""
        ...

    def named(self, name: str) -> str | None:
        """Any file of the folder by this name: exactly, composed, decomposed, or else whatever its case."""
        ...

    def beginning(self, name: str, size: int = 65_536) -> bytes:
        """The first bytes of a file, for formats where one file names others."""
        ...


@dataclass(frozen=True, slots=True)
class FoundSong:
    """Files of one folder that are a song together."""

    name: str
    """What the file, or the folder, calls it."""
    media: Mapping[str, str]
    """The names of its files by kind of media, or `metadata`."""
    reads: tuple[str, ...]
    """The kinds whose files say something of the song, the one that gives it its place first."""
    is_folder: bool = False
    """Whether the folder as a whole is the song, so that it gives the song its id."""
    shared: frozenset[str] = frozenset()
    """Kinds whose files may belong to other songs too."""


class OpenSong(Protocol):
    """The files of a song, to be read."""

    @property
    def found(self) -> FoundSong:
        """The song."""
        ...

    def open(self, kind: str) -> BinaryIO:
        """The file of a kind, opened at its beginning. The library closes it."""
        ...

    def size(self, kind: str) -> int:
        """How many bytes it has."""
        ...

    def refuse(self, kind: str, reason: str) -> None:
        """Report one file and leave it out of the song; the others stand."""
        ...


class MediaReader(Protocol):
    """Knows one format. Used from several threads: it keeps nothing between calls."""

    @property
    def endings(self) -> frozenset[str]:
        """The endings of the files that it looks at, in lower case with their dot; no others are watched."""
        ...

    def find(self, folder: FolderView) -> Iterable[FoundSong]:
        """The songs of a folder, by the names of its files. Files that a song has are free no more."""
        ...

    def read(self, song: OpenSong) -> Mapping[str, Any]:
        """The fields of `Song` that the files fill; without title and artist, the name speaks.

        Reads headers only, and bounded. Raises `UnreadableFile` if no song can be made of it; any other exception is
        reported as well.
        """
        ...


@dataclass(frozen=True, slots=True)
class NamePattern:
    """A form that names of files have, and how far to trust it."""

    name: str
    expression: str
    """A regular expression over the whole name, with the groups `title` and, if it can, `artist`; any case."""
    confidence: float
    """From 0, a guess, to 1, certain."""
    compiled: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        compiled = re.compile(self.expression, re.DOTALL | re.IGNORECASE)
        if "title" not in compiled.groupindex:
            raise ValueError(f"the pattern {self.name!r} has no group named 'title'")
        if not 0 <= self.confidence <= 1:
            raise ValueError(f"the confidence of {self.name!r} is {self.confidence}; 0 to 1 is expected")
        object.__setattr__(self, "compiled", compiled)
