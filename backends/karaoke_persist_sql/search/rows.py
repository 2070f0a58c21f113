"""A document as a row of the index.

The primary form of a field has a column of its own, by which documents are ordered; further forms stand together in
another, each between spaces and set off by line breaks, which no form can hold. So one look for a part of a text finds
it in any of them, and never across two.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from karaoke_persist.contract.search import SearchDocument
from karaoke_persist.contract.search.document import Forms

BREAK = "\n"
Order = tuple[str, str, str]
"""Title, artist and id."""


class IndexRow(NamedTuple):
    """A row of the table of documents, in the order of its columns, but for the place."""

    song_id: str
    title: str
    artist: str
    album: str | None
    more_title: str | None
    more_artist: str | None
    more_album: str | None
    title_initials: str | None
    artist_initials: str | None
    artist_name: str
    language: str | None
    genre: str | None
    year: int | None
    lyrics: int
    hidden: int
    plays: int

    @property
    def order(self) -> Order:
        """What documents are ordered by."""
        return self.title, self.artist, self.song_id

    @property
    def found_by(self) -> tuple[object, ...]:
        """What decides the grams: all but the id, and how often beyond once the song was sung."""
        return (*self[1:-1], self.plays > 0)

    @property
    def title_forms(self) -> Forms:
        """All forms of the title."""
        return _forms(self.title, self.more_title)

    @property
    def artist_forms(self) -> Forms:
        """All forms of the artist."""
        return _forms(self.artist, self.more_artist)

    @property
    def album_forms(self) -> Forms:
        """All forms of the album."""
        return _forms(self.album, self.more_album)


class PlacedRow(NamedTuple):
    """A row with its place in the order."""

    place: int
    row: IndexRow


def placed_rows(rows: Iterable[tuple[Any, ...]]) -> list[PlacedRow]:
    """Rows of a statement that asks for the place and all other columns of documents."""
    return [PlacedRow(row[0], IndexRow(*row[1:])) for row in rows]


def row_of(document: SearchDocument) -> IndexRow:
    """The row of a document."""
    return IndexRow(
        document.id,
        _first(document.title) or "",
        _first(document.artist) or "",
        _first(document.album),
        wrapped(document.title[1:]),
        wrapped(document.artist[1:]),
        wrapped(document.album[1:]),
        wrapped(document.title_initials),
        wrapped(document.artist_initials),
        document.artist_name,
        document.language,
        document.genre,
        document.year,
        int(document.lyrics),
        int(document.hidden),
        document.plays,
    )


def document_of_row(row: IndexRow) -> SearchDocument:
    """The document that a row was made of."""
    return SearchDocument(
        id=row.song_id,
        title=row.title_forms,
        artist=row.artist_forms,
        album=row.album_forms,
        title_initials=unwrapped(row.title_initials),
        artist_initials=unwrapped(row.artist_initials),
        artist_name=row.artist_name,
        year=row.year,
        language=row.language,
        genre=row.genre,
        hidden=bool(row.hidden),
        lyrics=bool(row.lyrics),
        plays=row.plays,
    )


def wrapped(forms: Forms) -> str | None:
    """Several forms as one text; None for none."""
    return "".join(f"{BREAK} {form} " for form in forms) + BREAK if forms else None


def unwrapped(text: str | None) -> Forms:
    """The forms in such a text."""
    return () if text is None else tuple(part[1:-1] for part in text.split(BREAK)[1:-1])


def _first(forms: Forms) -> str | None:
    return forms[0] if forms else None


def _forms(first: str | None, more: str | None) -> Forms:
    return (*((first,) if first else ()), *unwrapped(more))
