"""A song as search sees it: its texts in all their forms, and what it is filtered by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from karaoke_persist.contract.search.folding import Normaliser
from karaoke_persist.models.text import key_fold

SOURCE_FIELDS: Final = (
    "id",
    "title",
    "artist",
    "album",
    "aliases",
    "artist_aliases",
    "title_readings",
    "artist_readings",
    "year",
    "language",
    "genre",
    "hidden",
    "plain_lyrics",
    "synced_lyrics",
    "media",
    "play_count",
    "missing_since",
)
"""The fields of a song that its document is made of, and by which it is told whether it is searched."""

Forms = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SearchDocument:
    """What is searched of one song. The first form of a field is its primary fold."""

    id: str
    title: Forms
    artist: Forms
    album: Forms
    title_initials: Forms
    artist_initials: Forms
    artist_name: str
    """As it is stored."""
    year: int | None
    language: str | None
    genre: str | None
    hidden: bool
    lyrics: bool
    plays: int

    @property
    def order(self) -> tuple[str, str, str]:
        """The place among songs of the same tier: folded title, folded artist, id."""
        return (*self.title, "")[0], (*self.artist, "")[0], self.id

    def forms(self, field: str | None) -> tuple[Forms, ...]:
        """The forms of one field, or of each."""
        if field is None:
            return self.title, self.artist, self.album
        return ({"title": self.title, "artist": self.artist, "album": self.album}[field],)

    def initials(self, field: str | None) -> Forms:
        """The initials that a term for this field may be the beginning of."""
        if field is None:
            return self.title_initials + self.artist_initials
        return {"title": self.title_initials, "artist": self.artist_initials, "album": ()}[field]


def document_of(values: Mapping[str, Any], normaliser: Normaliser) -> SearchDocument:
    """The document of a song, from its `SOURCE_FIELDS` by name."""
    titles, artists = values["title_readings"], values["artist_readings"]
    album = values["album"]
    return SearchDocument(
        id=values["id"],
        title=_forms(normaliser, (values["title"], *values["aliases"], *titles.get("full", ()))),
        artist=_forms(normaliser, (values["artist"], *values["artist_aliases"], *artists.get("full", ()))),
        album=() if album is None else _forms(normaliser, (album,)),
        title_initials=_forms(normaliser, titles.get("initials", ())),
        artist_initials=_forms(normaliser, artists.get("initials", ())),
        artist_name=values["artist"],
        year=values["year"],
        language=values["language"],
        genre=values["genre"],
        hidden=values["hidden"],
        lyrics=has_lyrics(values),
        plays=values["play_count"],
    )


def is_missing(values: Mapping[str, Any]) -> bool:
    """Whether nothing of a song can be played. Such a song is left out of search unless it is asked for."""
    return values["missing_since"] is not None


def has_lyrics(values: Mapping[str, Any]) -> bool:
    """Whether a song has lyrics, as text or as a file."""
    texts = values["plain_lyrics"], values["synced_lyrics"]
    return any(text is not None for text in texts) or "lyrics" in values["media"]


def same_filter(stored: str | None, wanted: str) -> bool:
    """Whether a language or genre is the one that is asked for."""
    return stored is not None and key_fold(stored) == key_fold(wanted)


def _forms(normaliser: Normaliser, texts: Iterable[str]) -> Forms:
    return tuple(dict.fromkeys(form for text in texts for form in normaliser.forms(text) if form))
