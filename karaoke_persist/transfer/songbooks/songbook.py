"""The songbook: which songs there are, for people, as CSV, as JSON, and as a page to print."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import groupby
from typing import Final, Literal, NamedTuple

from karaoke_persist.contract import Aggregate, Eq, Progress, Query
from karaoke_persist.errors import InvalidValue
from karaoke_persist.models import Song, key_fold
from karaoke_persist.progress import Meter
from karaoke_persist.session import Session
from karaoke_persist.transfer.copying.sides import RANGE, Holder
from karaoke_persist.transfer.songbooks.articles import filed_artist, filed_title

SongbookFormat = Literal["csv", "json", "html"]
FIELDS: Final = ("artist", "title", "album", "year", "language", "duration_ms", "id")
_SHOWN: Final = Eq("hidden", False)


class Line(NamedTuple):
    """A song as the book has it."""

    artist: str
    title: str
    album: str | None
    year: int | None
    language: str | None
    duration_ms: int | None
    id: str


class Section(NamedTuple):
    """The lines below one heading."""

    heading: str
    lines: tuple[Line, ...]


class Songbook:
    """The songs that guests see, in the orders of a book: articles at the front do not count."""

    def __init__(self, lines: Iterable[Line]) -> None:
        self._lines = list(lines)

    @classmethod
    def of(cls, library: Holder, progress: Progress | None = None) -> Songbook:
        """The songs of a library at this moment, but for the hidden ones."""
        with library.transaction(read_only=True) as tx:
            return cls(_shown(tx.songs.session, progress))

    def __len__(self) -> int:
        return len(self._lines)

    def by_artist(self) -> list[Line]:
        """By artist, and the songs of one by title."""

        def place(line: Line) -> tuple[str, ...]:
            return _filed_artist(line), key_fold(line.artist), _filed_title(line), *line[:2], line.id

        return sorted(self._lines, key=place)

    def by_title(self) -> list[Line]:
        """By title."""
        return sorted(self._lines, key=lambda line: (_filed_title(line), _filed_artist(line), *line[:2], line.id))

    def artists(self) -> Iterator[Section]:
        """The songs of each artist, however the name is written."""
        for _, group in groupby(self.by_artist(), key=lambda line: key_fold(line.artist)):
            lines = tuple(group)
            yield Section(lines[0].artist, lines)

    def letters(self) -> Iterator[Section]:
        """The songs by the first letter of their titles; what begins with no letter comes below #."""
        sections: dict[str, list[Line]] = {}
        for line in self.by_title():
            sections.setdefault(_initial(line), []).append(line)
        return (Section(letter, tuple(sections[letter])) for letter in sorted(sections))


def songbook(
    library: Holder, form: SongbookFormat, title: str = "Songbook", *, progress: Progress | None = None
) -> str:
    """The songbook of a library as a text: `csv`, `json`, or `html`, a page to print, by artist and by title."""
    from karaoke_persist.transfer.songbooks import formats

    writers: Mapping[str, Callable[[Songbook, str], str]] = formats.WRITERS
    if form not in writers:
        raise InvalidValue("format", form, f"choose one of {', '.join(writers)}")
    return writers[form](Songbook.of(library, progress), title)


def _shown(session: Session, progress: Progress | None) -> Iterator[Line]:
    """The songs that guests see, by id."""
    [(number,)] = session.aggregate(Aggregate(Song, _SHOWN))
    meter, query = Meter(progress, number), Query(Song, _SHOWN, limit=RANGE)
    while rows := session.rows(query, FIELDS):
        lines = [Line._make(row) for row in rows]
        yield from lines
        meter.step(len(lines))
        query = replace(query, after=(lines[-1].id,))


def _filed_artist(line: Line) -> str:
    return key_fold(filed_artist(line.artist))


def _filed_title(line: Line) -> str:
    return key_fold(filed_title(line.title, line.language))


def _initial(line: Line) -> str:
    first = _filed_title(line)[:1].upper()
    return first if first.isalpha() else "#"
