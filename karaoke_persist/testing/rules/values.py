"""Values: what is stored comes back as it was."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from karaoke_persist import Library, Song
from karaoke_persist.models.json_values import INT64_MAX, INT64_MIN, same_json
from karaoke_persist.testing.handles import Conformance, Opener, add_songs, nothing_changes, stored
from karaoke_persist.testing.rule import rule
from karaoke_persist.testing.samples import ANY_JSON, EVERY_FIELD, MOMENT, UNUSUAL_TEXT, song


def read(library: Library, song_id: str = "song-1") -> Song:
    """The song that a rule has stored."""
    found = library.songs.get_song(song_id)
    assert found is not None
    return found


class ValueRules(Conformance):
    """Values come back as they were."""

    @rule("V-01")
    def test_every_field_comes_back(self, library: Library, other: Library) -> None:
        """Every field of a song comes back as it was stored, through another handle."""
        add_songs(library, song(**EVERY_FIELD))
        assert read(other) == Song(id="song-1", revision=1, **EVERY_FIELD)

    @rule("V-02")
    def test_absent_fields_come_back_absent(self, library: Library, other: Library) -> None:
        """Fields that were not given come back as their defaults: None, False or empty."""
        stored(library, Song(id="song-1", title="Jóga", artist="Björk", date_added=None))
        assert read(other) == Song(id="song-1", title="Jóga", artist="Björk", revision=1)

    @rule("V-03")
    def test_integers_of_64_bits(self, library: Library, other: Library) -> None:
        """Integers keep all of their 64 bits."""
        numbers = [INT64_MIN, -1, 0, 1, 2**31, 2**53 + 1, INT64_MAX]
        add_songs(library, *(song(f"{number}", itunes_track_id=number) for number in numbers))
        assert [read(other, f"{number}").itunes_track_id for number in numbers] == numbers

    @rule("V-04")
    @pytest.mark.parametrize("text", UNUSUAL_TEXT.values(), ids=UNUSUAL_TEXT)
    def test_text_comes_back_by_code_point(self, library: Library, other: Library, text: str) -> None:
        """Text of every script, and text that looks like SQL, comes back code point for code point."""
        add_songs(library, song("song-1", text, text, album=text, plain_lyrics=text, tags=[text], extra={text: text}))
        found = read(other)
        assert [found.title, found.artist, found.album, found.plain_lyrics, *found.tags] == [text] * 5
        assert found.extra == {text: text}

    @rule("V-05")
    def test_any_text_can_be_an_id(self, library: Library, other: Library) -> None:
        """Any text that is not blank can be an id, and finds exactly its own song."""
        texts = list(UNUSUAL_TEXT.values())
        add_songs(library, *(song(text) for text in texts))
        assert [read(other, text).id for text in texts] == texts
        for text in texts[1:]:
            assert library.songs.delete_song(text)
        assert [found.id for found in other.songs.get_songs()] == texts[:1]

    @rule("V-06")
    def test_ids_are_told_apart_by_code_point(self, library: Library, other: Library) -> None:
        """Ids that differ in case, accents, spaces or composition are different ids."""
        ids = ["a", "A", "á", "a\u0301", "a ", " a", "ａ", "a\u200b"]
        add_songs(library, *(song(song_id, title=f"number {number}") for number, song_id in enumerate(ids)))
        assert [read(other, song_id).title for song_id in ids] == [f"number {number}" for number in range(len(ids))]

    @rule("V-07")
    def test_microseconds_stay(self, library: Library, other: Library) -> None:
        """Times keep their microseconds, and come back aware and in UTC."""
        moments = [MOMENT + timedelta(microseconds=step) for step in (0, 1, 876_543)]
        add_songs(library, *(song(f"{number}", upload_date=moment) for number, moment in enumerate(moments)))
        found = [read(other, str(number)).upload_date for number in range(len(moments))]
        assert found == moments
        assert all(moment is not None and moment.utcoffset() == timedelta(0) for moment in found)

    @rule("V-08")
    def test_zones_become_utc(self, library: Library, other: Library) -> None:
        """A time given in another zone comes back as the same moment in UTC."""
        nepal = timezone(timedelta(hours=5, minutes=45))
        add_songs(library, song(date_added=datetime(2024, 7, 1, 1, 30, tzinfo=nepal)))
        assert str(read(other).date_added) == "2024-06-30 19:45:00+00:00"

    @rule("V-09")
    def test_far_times_stay(self, library: Library, other: Library) -> None:
        """The earliest and the latest time that can be stored come back."""
        first, last = datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)
        add_songs(library, song(date_added=first, upload_date=last))
        assert (read(other).date_added, read(other).upload_date) == (first, last)

    @rule("V-10")
    def test_json_keeps_its_types(self, library: Library, other: Library) -> None:
        """JSON comes back with its types: 1, 1.0 and true are three different values."""
        given = [song(name, youtube_raw_metadata=value, extra={"value": value}) for name, value in ANY_JSON.items()]
        add_songs(library, *given)
        for each in given:
            assert same_json(read(other, each.id).youtube_raw_metadata, each.youtube_raw_metadata), each.id
            assert same_json(read(other, each.id).extra, each.extra), each.id

    @rule("V-11")
    def test_json_types_differ(self, library: Library, other: Library) -> None:
        """Writing 1.0 over 1, or true over 1.0, is a change."""
        revisions = []
        for value in (1, 1.0, True, True):
            library.songs.create_or_update_song("song-1", "Jóga", "Björk", extra={"value": value})
            revisions.append(read(other).revision)
        assert revisions == [1, 2, 3, 3]

    @rule("V-12")
    def test_objects_are_the_same_in_any_order(self, library: Library, other: Library) -> None:
        """JSON objects that differ in the order of their names only are the same value."""
        add_songs(library, song(extra={"a": 1, "b": 2}))
        with nothing_changes(other):
            add_songs(library, song(extra={"b": 2, "a": 1}))

    @rule("V-13")
    def test_lists_keep_order_and_repeats(self, library: Library, other: Library) -> None:
        """Lists keep their order and their repeated items."""
        add_songs(library, song(tags=["b", "a", "b", ""], aliases=["ü", "u"]))
        assert (read(other).tags, read(other).aliases) == (("b", "a", "b", ""), ("ü", "u"))

    @rule("V-14")
    @pytest.mark.parametrize("flag", [True, False, None])
    def test_false_is_not_absent(self, library: Library, other: Library, flag: bool | None) -> None:
        """True, False and None are three values of a flag that may be absent."""
        add_songs(library, song(itunes_explicit=flag))
        assert read(other).itunes_explicit is flag

    @rule("V-15")
    def test_empty_text_is_not_absent(self, library: Library, other: Library) -> None:
        """Empty text and zero are values, and not the same as None."""
        add_songs(library, song(genre="", year=0), song("song-2", genre=None, year=None))
        assert (read(other).genre, read(other).year) == ("", 0)
        assert (read(other, "song-2").genre, read(other, "song-2").year) == (None, None)

    @rule("V-16")
    def test_a_megabyte_of_text(self, library: Library, other: Library) -> None:
        """Lyrics and JSON of a megabyte come back."""
        text = "ろ" * 350_000
        add_songs(library, song(plain_lyrics=text, youtube_raw_metadata={"text": text}))
        assert (read(other).plain_lyrics, read(other).youtube_raw_metadata) == (text, {"text": text})

    @rule("V-17")
    def test_text_may_fill_its_limit(self, library: Library, other: Library) -> None:
        """An id of 200 bytes of UTF-8, and titles, artists, albums and other names of 500, are stored and found."""
        for fill in ("x", "é", "ろ", "𠮷"):
            song_id, text = (fill * (size // len(fill.encode())) for size in (200, 500))
            add_songs(library, song(song_id, text, text, album=text, aliases=(f"{text[:-1]}y",)))
            found = read(other, song_id)
            assert (found.id, found.title, found.artist, found.album) == (song_id, text, text, text)
            assert [hit.song.id for hit in other.songs.search(f"{text[:-1]}y").items] == [song_id]

    @rule("V-18")
    @pytest.mark.parametrize(
        "change",
        [
            lambda found: found.extra.update(new=1),
            lambda found: found.extra["inner"].append(1),
            lambda found: found.media.clear(),
            lambda found: found.tags.append("new"),
            lambda found: setattr(found, "title", "new"),
        ],
        ids=["object", "inner list", "media", "list", "field"],
    )
    def test_values_cannot_be_changed(self, library: Library, other: Library, change: Callable[[Song], Any]) -> None:
        """A value that was read cannot be changed at any depth."""
        add_songs(library, song(extra={"inner": [0]}, media={"vocals": "v.mp3"}, tags=["old"]))
        with nothing_changes(other), pytest.raises((TypeError, AttributeError, ValueError)):
            change(read(library))

    @rule("V-19")
    def test_what_was_given_is_not_shared(self, library: Library, other: Library) -> None:
        """Changing the lists and dictionaries that a value was made from changes nothing that is stored."""
        tags = ["old"]
        extra: dict[str, Any] = {"list": [1], "object": {"a": 1}}
        add_songs(library, song(tags=tags, extra=extra))
        with nothing_changes(library), nothing_changes(other):
            tags.append("new")
            extra["list"] = [2]
            extra["object"]["a"] = 2

    @rule("V-20")
    def test_dictionaries_are_copies(self, library: Library, other: Library) -> None:
        """A dictionary made from a song is a plain copy: changing it changes nothing that is stored."""
        add_songs(library, song(tags=["old"], extra={"list": [1]}))
        shown = library.songs.get_song_as_dict("song-1")
        assert shown is not None
        with nothing_changes(library), nothing_changes(other):
            shown["tags"].append("new")
            shown["extra"]["list"].append(2)

    @rule("V-21")
    def test_a_dictionary_makes_the_song_again(self, library: Library, other: Library) -> None:
        """The song made from a song's dictionary is that song."""
        add_songs(library, song(**EVERY_FIELD))
        shown = other.songs.get_song_as_dict("song-1")
        assert shown is not None
        assert Song.model_validate(shown) == read(other)
        assert "dateAdded" in shown
        assert "durationMs" in shown

    @rule("V-22")
    def test_versions_of_a_row_stay_what_they_were(self, library: Library, open_library: Opener) -> None:
        """A value that was read stays what it was when the row changes."""
        add_songs(library, song(extra={"a": 1}))
        before = read(library)
        open_library().songs.patch_song("song-1", {"title": "New", "extra": {"a": 2}})
        assert (before.title, before.extra, before.revision) == ("Jóga", {"a": 1}, 1)

    @rule("V-23")
    def test_values_outlive_their_session(self, open_library: Opener) -> None:
        """A value is whole: every field of it can be read after its transaction, and after its library, is closed."""
        library = open_library()
        add_songs(library, song(**EVERY_FIELD))
        with library.transaction(read_only=True) as tx:
            found = tx.songs.get_songs()
        library.close()
        assert found == [song(**EVERY_FIELD, revision=1)]
        assert found[0].to_dict()["title"] == "Jóga"
