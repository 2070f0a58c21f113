"""Limits: what no backend stores is refused before anything changes, on every way in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import reduce
from itertools import product
from typing import Any, Final

import pytest

from karaoke_persist import InvalidValue, Library, Song
from karaoke_persist.testing.handles import Conformance, add_songs, nothing_changes
from karaoke_persist.testing.rule import rule
from karaoke_persist.testing.samples import REFUSED_TEXT, song

Way = Callable[[Library, dict[str, Any]], object]


def by_creating(library: Library, fields: dict[str, Any]) -> object:
    """Fields of a new song."""
    return library.songs.create_song(**{"title": "t", "artist": "a", "song_id": "new", **fields})


def by_storing(library: Library, fields: dict[str, Any]) -> object:
    """Fields of a song that is there."""
    return library.songs.create_or_update_song(**{"title": "t", "artist": "a", "song_id": "song-1", **fields})


def by_patching(library: Library, fields: dict[str, Any]) -> object:
    """Fields named in a patch."""
    return library.songs.patch_song("song-1", fields)


def by_metadata(library: Library, fields: dict[str, Any]) -> object:
    """Fields found in metadata."""
    return library.songs.update_song_with_metadata("song-1", fields)


def in_bulk(library: Library, fields: dict[str, Any]) -> object:
    """Fields of the last of many songs."""
    one = {"title": "t", "artist": "a", "id": "new", **fields}
    return library.songs.upsert_songs([song("good"), Song.model_validate(one)])


WAYS: Final = [by_creating, by_storing, by_patching, by_metadata, in_bulk]
DEEP: Final[list[Any]] = reduce(lambda inner, _: [inner], range(70), [])


def refuses(library: Library, other: Library, *choices: dict[str, Any], ways: Sequence[Way] = WAYS) -> None:
    """Assert that each choice of fields is `InvalidValue` on each way, leaves no trace, and breaks nothing."""
    add_songs(library, song())
    accepted = []
    for way, fields in product(ways, choices):
        with nothing_changes(other), suppress(InvalidValue):
            way(library, fields)
            accepted.append((way.__name__, fields))
    assert accepted == []
    library.songs.create_or_update_song("song-1", "Still", "here")


class LimitRules(Conformance):
    """What no backend stores is `InvalidValue`, and nothing changes."""

    @rule("V-30")
    @pytest.mark.parametrize("text", REFUSED_TEXT.values(), ids=REFUSED_TEXT)
    def test_text_no_database_holds(self, library: Library, other: Library, text: str) -> None:
        """Text with NUL or half of a surrogate pair is refused in every field, also inside lists and JSON."""
        fields: list[dict[str, Any]] = [
            {"title": text},
            {"album": text},
            {"genre": text},
            {"tags": ["fine", text]},
            {"extra": {"k": text}},
        ]
        refuses(library, other, *fields, {"extra": {text: 1}}, {"media": {"vocals": text}})

    @rule("V-31")
    def test_indexed_text_of_more_than_500_bytes(self, library: Library, other: Library) -> None:
        """A title, artist or album of more than 500 bytes of UTF-8 is refused, and so is one among other names."""
        refuses(library, other, *({field: "é" * 251} for field in ("title", "artist", "album")))
        refuses(library, other, *({field: ("short", "é" * 251)} for field in ("aliases", "artist_aliases")))

    @rule("V-32")
    def test_indexed_text_whose_fold_is_long(self, library: Library, other: Library) -> None:
        """A title whose folded form is over 1,000 bytes is refused, though it is short itself; another title too."""
        refuses(library, other, {"title": "\ufdfa" * 60}, {"aliases": ("\ufdfa" * 60,)})

    @rule("V-33")
    def test_indexed_text_that_is_empty(self, library: Library, other: Library) -> None:
        """A title, artist or album that is empty or blank is refused."""
        fields = product(("title", "artist", "album"), ("", " ", "\t\n", "\u200b"))
        refuses(library, other, *({field: text} for field, text in fields))

    @rule("V-34")
    def test_ids_that_are_none(self, library: Library, other: Library) -> None:
        """An id that is empty, blank, over 200 bytes, or no text at all is refused."""
        ids = ("", "   ", "x" * 201, "é" * 101, *REFUSED_TEXT.values(), 7)
        refuses(library, other, *({"song_id": song_id} for song_id in ids), ways=(by_storing, by_creating))
        refuses(library, other, {"song_id": None}, ways=(by_storing,))

    @rule("V-35")
    def test_integers_past_64_bits(self, library: Library, other: Library) -> None:
        """Integers that do not fit 64 bits are refused, also inside JSON."""
        refuses(library, other, {"year": 2**63}, {"duration_ms": -(2**63) - 1}, {"extra": {"n": [2**63]}})

    @rule("V-36")
    def test_times_without_a_zone(self, library: Library, other: Library) -> None:
        """Times without a zone are refused, as text and as values, and so are bare numbers."""
        naive = datetime(2024, 1, 1)
        refuses(library, other, *({"date_added": value} for value in (naive, "2024-01-01T00:00:00", 1_700_000_000)))

    @rule("V-37")
    def test_times_too_far(self, library: Library, other: Library) -> None:
        """Times in the first or last day that a calendar has are refused."""
        far = (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC), "9999-12-31T23:59:59-12:00")
        refuses(library, other, *({"upload_date": moment} for moment in far))

    @rule("V-38")
    def test_json_that_is_none(self, library: Library, other: Library) -> None:
        """NaN, infinities, values that are not JSON, names that are no text, and 70 levels are refused."""
        values: list[Any] = [float("nan"), float("inf"), -float("inf"), object(), b"bytes", {1, 2}, {1: 2}, DEEP]
        refuses(library, other, *({"extra": {"value": value}} for value in values))
        refuses(library, other, *({"youtube_raw_metadata": [value]} for value in values))

    @rule("V-39")
    def test_values_of_another_type(self, library: Library, other: Library) -> None:
        """A value of another type than its field's is refused, not converted."""
        wrong: list[dict[str, Any]] = [{"title": 7}, {"genre": b"x"}, {"year": "1997"}, {"year": True}, {"year": 1.0}]
        wrong += [{"favorite": 1}, {"favorite": "yes"}, {"tags": "abc"}, {"tags": [1]}, {"extra": [1]}, {"media": "x"}]
        refuses(library, other, *wrong)

    @rule("V-40")
    def test_none_where_a_value_is_needed(self, library: Library, other: Library) -> None:
        """None is refused in a field that may not be absent."""
        fields = ("title", "artist", "favorite", "tags", "aliases", "extra", "media")
        refuses(library, other, *({field: None} for field in fields))

    @rule("V-41")
    def test_unknown_fields(self, library: Library, other: Library) -> None:
        """A field that does not exist is refused, whatever it looks like."""
        names = ("titel", "lyrics_", "__class__", "id; DROP TABLE songs", "integrity", "key", "")
        refuses(library, other, *({name: "x"} for name in names))

    @rule("V-42")
    def test_fields_that_are_not_the_hosts(self, library: Library, other: Library) -> None:
        """The id and the revision cannot be changed by naming them."""
        refuses(library, other, {"id": "other"}, {"revision": 7}, ways=(by_patching, by_metadata))

    @rule("V-43")
    def test_media_that_is_none(self, library: Library, other: Library) -> None:
        """Unknown kinds of media, and paths that are empty or over 4,096 bytes, are refused."""
        refuses(library, other, *({"media": media} for media in ({"vocal": "x"}, {"video": ""}, {"cdg": "x" * 4097})))

    @rule("V-44")
    def test_keys_no_database_holds(self, library: Library, other: Library) -> None:
        """Asking for, changing or deleting by a key that could not be stored is refused, and nothing changes."""
        calls: list[Callable[[Any], object]] = [
            library.songs.get_song,
            lambda key: library.songs.get_songs_by_ids(["song-1", key]),
            lambda key: library.songs.patch_song(key, {"title": "x"}),
            lambda key: library.songs.update_song_audio_paths(key, {"vocals": "v.mp3"}),
            library.songs.delete_song,
            library.songs.get_songs_by_artist,
        ]
        add_songs(library, song())
        for call, key in product(calls, [*REFUSED_TEXT.values(), 7, None, b"x"]):
            with nothing_changes(other), pytest.raises(InvalidValue):
                call(key)

    @rule("V-45")
    def test_limits_and_offsets(self, library: Library) -> None:
        """A limit or an offset that is negative, huge or no whole number is refused."""
        calls: list[Callable[[Any], object]] = [
            lambda number: library.songs.get_songs_page(limit=number),
            lambda number: library.songs.get_songs_lacking("lyrics", limit=number),
            lambda number: library.songs.search_songs_paginated("x", limit=number),
            lambda number: library.songs.search_songs_paginated("x", offset=number),
            lambda number: library.songs.get_artists_page(limit=number),
            lambda number: library.songs.get_artists_page(offset=number),
            lambda number: library.songs.get_artists_with_counts(limit=number),
            lambda number: library.songs.get_artists_with_counts(offset=number),
            lambda number: library.songs.get_songs_by_artist("x", limit=number),
            lambda number: library.songs.get_songs_by_artist("x", offset=number),
        ]
        for call, number in product(calls, (-1, 2**63, "10", 1.0, True)):
            with pytest.raises(InvalidValue):
                call(number)

    @rule("V-46")
    def test_a_limit_of_nothing(self, library: Library) -> None:
        """A limit of 0 gives nothing, and an offset past the end gives nothing."""
        add_songs(library, song())
        assert library.songs.search_songs_paginated("", limit=0) == ([], 1)
        assert library.songs.search_songs_paginated("", offset=2**63 - 1) == ([], 1)
        assert library.songs.get_songs_by_artist("Björk", limit=0) == []
        assert library.songs.get_songs_by_artist("Björk", offset=2**63 - 1) == []
        assert library.songs.get_artists_with_counts(limit=0) == []

    @rule("V-47")
    def test_a_page_of_nothing(self, library: Library) -> None:
        """A page with a cursor holds at least one song: a limit of 0, from which nothing goes on, is refused."""
        for call in (
            library.songs.get_songs_page,
            lambda limit: library.songs.get_songs_lacking("lyrics", limit=limit),
        ):
            with pytest.raises(InvalidValue):
                call(limit=0)
