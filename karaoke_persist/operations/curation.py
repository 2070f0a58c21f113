"""Which fields of a song somebody decided: scans leave those alone.

A field is curated once a write has changed it that was neither a scan nor an import. A write that changes nothing
curates nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from karaoke_persist.models import MEDIA_KINDS, Song
from karaoke_persist.models.json_values import EMPTY_OBJECT
from karaoke_persist.models.record import unchangeable_fields

CURATED = "curated"
UNKNOWN_ARTIST = "Unknown Artist"
"""Stands where nobody knows who sings, and is nobody's decision."""


def new_song(song: Song) -> Song:
    """A song that somebody makes: what it says is curated."""
    if CURATED in song.given:
        return song
    blank, own = _blank(), song.__dict__
    said = {name: own[name] for name in song.given & blank.keys() if own[name] != blank[name]}
    return song.replaced({CURATED: _names((), said, EMPTY_OBJECT)})


def changes_by_hand(song: Song, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Checked changes of a song that is there, and what becomes curated by them."""
    differing = {name: value for name, value in song.differing(changes).items() if name in _blank()}
    if CURATED in changes or not differing:
        return dict(changes)
    return {**changes, CURATED: _names(song.curated, differing, song.media)}


def said_by_hand(song: Song, stored: Song | None) -> Song:
    """The same for a song that is upserted, over the one that is there."""
    if stored is None:
        return new_song(song)
    changes = changes_by_hand(stored, {name: song.__dict__[name] for name in song.given})
    return Song.trusted({**song.__dict__, **changes}, {*song.model_fields_set, *changes})


def upserted_by_hand(song: Song, stored: Song | None) -> Song:
    """The same for a whole song, which may have been read before.

    It brings along what was curated then: that is no decision, and undoes none of those since.
    """
    if stored is None or CURATED not in song.given:
        return said_by_hand(song, stored)
    said = changes_by_hand(stored, {name: song.__dict__[name] for name in song.given - {CURATED}})
    united = {*said.get(CURATED, stored.curated), *song.curated}
    return song.replaced({CURATED: tuple(sorted(united))})


def _names(before: Iterable[str], changed: Mapping[str, Any], media: Mapping[str, str]) -> tuple[str, ...]:
    """The names of before and those that changed, each kind of media being a field of its own."""
    names = set(before) | changed.keys() - {"media"}
    if changed.get("artist") == UNKNOWN_ARTIST:
        names.discard("artist")
    if "media" in changed:
        after = changed["media"]
        names |= {f"media.{kind}" for kind in MEDIA_KINDS if media.get(kind) != after.get(kind)}
    return tuple(sorted(names))


@cache
def _blank() -> dict[str, Any]:
    """The fields that can be curated, as they are in a song of which nothing is known."""
    left_out = unchangeable_fields(Song) | {CURATED, "missing_since", "date_added"}
    return {name: info.default for name, info in Song.model_fields.items() if name not in left_out}
