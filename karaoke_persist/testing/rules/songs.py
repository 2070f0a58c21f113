"""Songs: what each operation does, one by one."""

from __future__ import annotations

import pytest

from karaoke_persist import AlreadyExists, BulkResult, InvalidValue, Library, Song
from karaoke_persist.testing.handles import Conformance, Opener, add_songs, contents, nothing_changes
from karaoke_persist.testing.rule import rule
from karaoke_persist.testing.rules.values import read
from karaoke_persist.testing.samples import EVERY_FIELD, MOMENT, song, songs
from karaoke_persist.testing.ticking import Ticking


class SongRules(Conformance):
    """One song at a time, and many."""

    @rule("S-01")
    def test_what_is_not_there(self, library: Library) -> None:
        """What is not there is None, False or empty, never an exception."""
        at = library.songs
        assert (at.get_song("x"), at.get_song_as_dict("x"), at.delete_song("x")) == (None, None, False)
        assert (at.patch_song("x", {"title": "t"}), at.update_song_with_metadata("x", {"year": 1})) == (None, None)
        assert at.update_song_audio_paths("x", {"vocals": "v.mp3"}) is False
        assert (at.get_songs(), at.get_songs_by_artist("x"), at.get_songs_by_ids(["x"])) == ([], [], {})
        assert (at.get_artists_with_counts(), at.search_songs_paginated("x"), at.count_songs()) == ([], ([], 0), 0)

    @rule("S-02")
    def test_create(self, library: Library, other: Library) -> None:
        """A song that is created is answered as it is stored, at revision 1, under an id that was made for it."""
        made = library.songs.create_song("Jóga", "Björk", year=1997)
        assert made == read(other, made.id)
        assert (made.title, made.artist, made.year, made.revision) == ("Jóga", "Björk", 1997, 1)

    @rule("S-03")
    def test_made_ids_differ(self, library: Library) -> None:
        """Ids that are made are all different, and sort by the time they were made."""
        made = [library.songs.create_song("t", "a").id for _ in range(20)]
        assert len(set(made)) == 20
        assert [song_id[:8] for song_id in made] == sorted(song_id[:8] for song_id in made)

    @rule("S-04")
    def test_create_over_another(self, library: Library, other: Library) -> None:
        """Creating a song under an id that is taken is `AlreadyExists`, and the song there stays as it is."""
        add_songs(library, song())
        with nothing_changes(other), pytest.raises(AlreadyExists):
            library.songs.create_song("Other", "Other", song_id="song-1")

    @rule("S-05")
    def test_create_or_update_creates(self, library: Library, other: Library) -> None:
        """Storing under a new id creates the song and answers it."""
        made = library.songs.create_or_update_song("song-1", "Jóga", "Björk", year=1997)
        assert (
            made
            == read(other)
            == song(
                year=1997, revision=1, date_added=made.date_added if made else None, curated=["artist", "title", "year"]
            )
        )

    @rule("S-06")
    def test_an_update_keeps_what_it_was_not_given(self, library: Library, other: Library) -> None:
        """Storing under an id that is there changes the given fields only; every other field stays."""
        add_songs(library, song(**EVERY_FIELD))
        library.songs.create_or_update_song("song-1", "New", "Other", genre="Pop")
        expected = {**EVERY_FIELD, "title": "New", "artist": "Other", "genre": "Pop"}
        assert read(other) == song(**expected, revision=2)

    @rule("S-07")
    def test_an_update_can_clear(self, library: Library, other: Library) -> None:
        """A field that is given as None, False, 0 or empty is stored so: every field can be cleared."""
        add_songs(library, song(**EVERY_FIELD))
        cleared = {name: Song.model_fields[name].default for name in EVERY_FIELD if name not in ("title", "artist")}
        library.songs.create_or_update_song("song-1", "Jóga", "Björk", **cleared)
        assert read(other) == song(**cleared, revision=2)

    @rule("S-08")
    def test_a_favourite_stays_one(self, library: Library, other: Library) -> None:
        """An update of something else leaves a favourite a favourite."""
        add_songs(library, song(favorite=True))
        library.songs.create_or_update_song("song-1", "New", "Björk")
        library.songs.patch_song("song-1", {"year": 2000})
        assert read(other).favorite is True

    @rule("S-09")
    def test_both_spellings(self, library: Library, other: Library) -> None:
        """Fields are named in snake_case or camelCase; naming one in both is `InvalidValue`."""
        library.songs.create_or_update_song("song-1", "Jóga", "Björk", durationMs=1, source_url="u")
        library.songs.patch_song("song-1", {"sourceUrl": "v", "video_id": "w"})
        found = read(other)
        assert (found.duration_ms, found.source_url, found.video_id) == (1, "v", "w")
        with nothing_changes(other), pytest.raises(InvalidValue):
            library.songs.patch_song("song-1", {"sourceUrl": "x", "source_url": "y"})

    @rule("S-10")
    def test_revisions(self, library: Library, other: Library) -> None:
        """A song is at revision 1 when it is new, and one further after each update that changes something."""
        library.songs.create_or_update_song("song-1", "Jóga", "Björk")
        library.songs.patch_song("song-1", {"year": 1})
        library.songs.create_or_update_song("song-1", "Jóga", "Björk", year=2)
        library.songs.update_song_audio_paths("song-1", {"vocals": "v.mp3"})
        assert read(other).revision == 4

    @rule("S-11")
    def test_writes_that_change_nothing(self, library: Library, other: Library) -> None:
        """A write of what is there already changes nothing, not even the revision."""
        add_songs(library, song(**EVERY_FIELD))
        with nothing_changes(other):
            library.songs.create_or_update_song("song-1", **EVERY_FIELD)
            library.songs.patch_song("song-1", EVERY_FIELD)
            library.songs.patch_song("song-1", {})
            library.songs.update_song_audio_paths("song-1", {})
            library.songs.update_song_audio_paths("song-1", {"vocals": "song-1/vocals.mp3", "cdg": None})
            assert library.songs.upsert_songs([song(**EVERY_FIELD)]) == BulkResult(unchanged=1)

    @rule("S-12")
    def test_patch_answers_the_song(self, library: Library, other: Library) -> None:
        """A patch, and metadata, answer the song as it is stored; None clears, and what is not named stays."""
        add_songs(library, song(**EVERY_FIELD))
        assert library.songs.patch_song("song-1", {"year": None, "genre": "x"}) == read(other)
        assert library.songs.update_song_with_metadata("song-1", {"album": None}) == read(other)
        patched = {**EVERY_FIELD, "year": None, "genre": "x", "album": None}
        assert read(other) == song(**patched, revision=3)

    @rule("S-13")
    def test_audio_paths(self, library: Library, other: Library) -> None:
        """Setting paths changes the named kinds, None takes a kind away, and the others stay."""
        add_songs(library, song(media={"vocals": "v.mp3", "video": "v.mp4"}))
        assert library.songs.update_song_audio_paths("song-1", {"vocals": None, "instrumental": "i.mp3"}) is True
        assert read(other).media == {"video": "v.mp4", "instrumental": "i.mp3"}

    @rule("S-14")
    def test_delete(self, library: Library, other: Library) -> None:
        """Deleting a song is True once, False after that, and takes no other song along."""
        add_songs(library, song("song-1"), song("song-10"), song("SONG-1"), song("song_1"), song("song%"))
        assert (library.songs.delete_song("song-1"), library.songs.delete_song("song-1")) == (True, False)
        assert library.songs.delete_song("song%")
        assert sorted(found.id for found in other.songs.get_songs()) == ["SONG-1", "song-10", "song_1"]

    @rule("S-15")
    def test_a_deleted_id_starts_afresh(self, library: Library, other: Library) -> None:
        """A host may store its own deleted id again: it begins at revision 1, with nothing of the old one."""
        add_songs(library, song(**EVERY_FIELD))
        library.songs.patch_song("song-1", {"year": 1})
        library.songs.delete_song("song-1")
        add_songs(library, song(date_added=MOMENT))
        assert read(other) == song(date_added=MOMENT, revision=1, curated=["artist", "title"])

    @rule("S-16")
    def test_dates_are_made_for_each_song(self, open_library: Opener) -> None:
        """The date a song was added is the clock's at that moment, not moved by an update, and the host's if given."""
        library = open_library(clock=Ticking())
        library.songs.create_or_update_song("a", "A", "x")
        library.songs.create_or_update_song("b", "B", "x")
        library.songs.create_or_update_song("a", "A", "changed")
        library.songs.create_or_update_song("c", "C", "x", date_added=MOMENT)
        first, second = read(library, "a").date_added, read(library, "b").date_added
        assert first is not None
        assert second is not None
        assert first < second
        assert read(library, "c").date_added == MOMENT

    @rule("S-17")
    def test_all_songs_newest_first(self, open_library: Opener) -> None:
        """All songs come newest first, and those without a date last."""
        library = open_library(clock=Ticking())
        for song_id in ("b", "c", "a"):
            library.songs.create_or_update_song(song_id, "t", "x")
        add_songs(library, song("undated", date_added=None))
        assert [found.id for found in library.songs.get_songs()] == ["a", "c", "b", "undated"]

    @rule("S-18")
    def test_by_ids(self, library: Library) -> None:
        """Songs asked for by ids come in the order of the ids, each once, absent ones left out."""
        add_songs(library, *songs(5))
        found = library.songs.get_songs_by_ids(["song-003", "no", "song-001", "song-003"])
        assert list(found) == ["song-003", "song-001"]
        assert found["song-001"].title == "Title 001"
        assert library.songs.get_songs_by_ids([]) == {}

    @rule("S-19")
    def test_a_great_many_ids(self, library: Library) -> None:
        """Thousands of ids may be asked for at once."""
        add_songs(library, *songs(50))
        wanted = [f"song-{number:03}" for number in range(40_000)]
        assert list(library.songs.get_songs_by_ids(wanted)) == wanted[:50]


class ManySongRules(Conformance):
    """Many songs at once, artists, and numbers."""

    @rule("S-33")
    def test_a_bulk_upsert_is_whole(self, library: Library, other: Library) -> None:
        """What is refused after a thousand songs leaves none of them behind, also within a transaction that goes on."""
        with library.transaction() as tx:
            with pytest.raises(InvalidValue):
                tx.songs.upsert_songs([*songs(1_000), "no song"])  # type: ignore[list-item]
            assert tx.songs.count_songs() == 0
        assert other.songs.count_songs() == 0

    @rule("S-20")
    def test_bulk(self, library: Library, other: Library) -> None:
        """Storing many songs answers how many were new, changed and the same."""
        add_songs(library, song("a"), song("b", year=1))
        result = library.songs.upsert_songs([song("a"), song("b", year=2), song("c"), song("d")])
        assert result == BulkResult(inserted=2, updated=1, unchanged=1)
        assert len(other.songs.get_songs()) == 4

    @rule("S-21")
    def test_bulk_keeps_what_it_was_not_given(self, library: Library, other: Library) -> None:
        """Of songs that are there, storing many changes what each was given, though each was given other fields."""
        add_songs(library, song("a", year=1, genre="g"), song("b", year=2, genre="h"))
        add_songs(library, song("a", year=None), song("b", genre="i"))
        found = other.songs.get_songs_by_ids(["a", "b"])
        assert [(each.year, each.genre) for each in found.values()] == [(None, "g"), (2, "i")]

    @rule("S-22")
    def test_bulk_of_thousands(self, library: Library, other: Library) -> None:
        """Thousands of songs are stored at once from any iterable, and the progress is told on the way."""
        told: list[int] = []
        result = library.songs.upsert_songs((each for each in songs(2_500)), progress=told.append)
        assert result == BulkResult(inserted=2_500)
        assert told == [1_000, 2_000, 2_500]
        assert other.songs.count_songs() == 2_500

    @rule("S-23")
    def test_bulk_is_all_or_nothing(self, library: Library, other: Library) -> None:
        """When the last of thousands of songs is refused, or its source fails, none is stored."""
        with nothing_changes(other), pytest.raises(InvalidValue):
            library.songs.upsert_songs([*songs(1_500), song("song-1499")])
        with nothing_changes(other), pytest.raises(InvalidValue):
            library.songs.upsert_songs(song(f"{number}", "t" if number < 1_400 else "") for number in range(1_500))
        assert contents(library) == {}

    @rule("S-24")
    def test_bulk_of_nothing(self, library: Library) -> None:
        """Storing no songs does nothing."""
        assert library.songs.upsert_songs([]) == BulkResult()

    @rule("S-25")
    def test_artists(self, library: Library) -> None:
        """Artists come alphabetically with the number of their songs, each spelling being one artist."""
        for number, artist in enumerate(["Zoé", "abba", "Ärzte", "ABBA", "Abba", "abba", "日本"]):
            add_songs(library, song(f"{number}", artist=artist))
        expected = [("ABBA", 1), ("Abba", 1), ("abba", 2), ("Ärzte", 1), ("Zoé", 1), ("日本", 1)]
        assert library.songs.get_artists_with_counts() == expected
        assert library.songs.get_artists_with_counts(limit=2, offset=1) == expected[1:3]

    @rule("S-26")
    def test_artists_by_part_of_the_name(self, library: Library) -> None:
        """Artists are found by a part of the name, case and accents forgiven, and metacharacters taken as they are."""
        for number, artist in enumerate(["Björk", "BJORN", "100%", "a_b", "axb", "日本語"]):
            add_songs(library, song(f"{number}", artist=artist))
        queries = ("bjor", "%", "_", "本", "\\")
        found = [[artist for artist, _ in library.songs.get_artists_with_counts(search=query)] for query in queries]
        assert found == [["Björk", "BJORN"], ["100%"], ["a_b"], ["日本語"], []]

    @rule("S-27")
    def test_artist_pages(self, library: Library) -> None:
        """A page of artists tells how many there are in all, as the search finds them."""
        add_songs(library, *(song(f"{number}", artist=f"Artist {number % 7}") for number in range(20)))
        page = library.songs.get_artists_page(limit=3, offset=5)
        assert ([tuple(item) for item in page.items], page.total) == ([("Artist 5", 3), ("Artist 6", 2)], 7)
        assert library.songs.get_artists_page(search="artist 6").total == 1

    @rule("S-28")
    def test_songs_of_an_artist(self, library: Library) -> None:
        """The songs of an artist are those of exactly this spelling, in the order asked for."""
        add_songs(library, song("a", "B", "Abba"), song("b", "A", "Abba", year=1), song("c", "C", "ABBA"))
        at = library.songs
        assert [found.id for found in at.get_songs_by_artist("Abba")] == ["b", "a"]
        assert [found.id for found in at.get_songs_by_artist("Abba", sort_by="year", descending=True)] == ["b", "a"]
        assert [found.id for found in at.get_songs_by_artist("Abba", limit=1, offset=1)] == ["a"]
        assert [found.id for found in at.get_songs_page(artist="ABBA").items] == ["c"]
        assert at.get_songs_by_artist("%") == []

    @rule("S-29")
    def test_counts(self, library: Library) -> None:
        """Songs are counted in all and by artist."""
        add_songs(library, *songs(7), song("x", artist="X"))
        assert (library.songs.count_songs(), library.songs.count_songs(artist="X")) == (8, 1)
        assert library.songs.count_songs(artist="x") == 0

    @rule("S-30")
    def test_statistics(self, library: Library) -> None:
        """Statistics count what is known and leave out what is not."""
        add_songs(library, song("a", artist="A", album="L", duration_ms=10, plain_lyrics="la", date_added=MOMENT))
        add_songs(library, song("b", artist="A", album="L", duration_ms=5, synced_lyrics="[00:00]la", date_added=None))
        add_songs(library, song("c", artist="B", media={"thumbnail": "t", "lyrics": "l"}, date_added=None))
        found = library.songs.get_song_statistics()
        assert (found.songs, found.artists, found.albums, found.duration_ms) == (3, 2, 1, 15)
        assert (found.with_lyrics, found.with_synced_lyrics, found.with_thumbnail) == (3, 1, 1)
        assert found.newest == MOMENT

    @rule("S-31")
    def test_statistics_of_nothing(self, library: Library) -> None:
        """The statistics of an empty library are zeros."""
        found = library.songs.get_song_statistics()
        assert (found.songs, found.artists, found.duration_ms, found.newest) == (0, 0, 0, None)

    @rule("S-32")
    def test_songs_that_lack_something(self, library: Library) -> None:
        """Songs without lyrics of any sort, or without a thumbnail, come by title, page by page."""
        add_songs(library, song("a", "C"), song("b", "B", plain_lyrics="la"), song("c", "A", media={"thumbnail": "t"}))
        add_songs(library, song("d", "D", synced_lyrics="la", media={"vocals": "thumbnail"}))
        lacking = library.songs.get_songs_lacking("lyrics", limit=1)
        assert [found.id for found in lacking.items] == ["c"]
        rest = library.songs.get_songs_lacking("lyrics", cursor=lacking.cursor)
        assert [found.id for found in rest.items] == ["a"]
        assert [found.id for found in library.songs.get_songs_lacking("thumbnail").items] == ["b", "a", "d"]
        with pytest.raises(InvalidValue):
            library.songs.get_songs_lacking("title")  # type: ignore[arg-type]
