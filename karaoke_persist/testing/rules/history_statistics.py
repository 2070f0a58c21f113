"""The history: pages of performances, and what is counted over them."""

from __future__ import annotations

import random
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest

from karaoke_persist import InvalidValue, Library
from karaoke_persist.models import Performance
from karaoke_persist.testing.evenings import EIGHT, SONG_LENGTH, STAGE, Evening
from karaoke_persist.testing.handles import add_songs
from karaoke_persist.testing.rule import rule
from karaoke_persist.testing.rules.history import Evenings
from karaoke_persist.testing.samples import song

DAY = timedelta(days=1)


class StatisticsRules(Evenings):
    """Looking back."""

    @rule("H-20")
    def test_pages_of_performances(self, evening: Evening, other: Library) -> None:
        """Performances come newest first, in pages that repeat and skip nothing, whatever they are looked for by."""
        evening.rooms("other")
        played = [_some(evening, number) for number in range(14)]
        for filters, meets in (
            ({}, lambda _: True),
            ({"room_id": "other"}, lambda p: p.room_id == "other"),
            ({"song_id": "song-001"}, lambda p: p.song_id == "song-001"),
            ({"status": "skipped"}, lambda p: p.status == "skipped"),
            ({"night_id": played[3].night_id}, lambda p: p.night_id == played[3].night_id),
            ({"since": played[4].started_at, "until": played[9].started_at}, lambda p: p in played[4:9]),
            ({"room_id": STAGE, "song_id": "song-002"}, lambda p: p.room_id == STAGE and p.song_id == "song-002"),
            ({"room_id": STAGE, "status": "skipped"}, lambda p: p.room_id == STAGE and p.status == "skipped"),
        ):
            expected = [each for each in reversed(played) if meets(each)]
            assert _pages(other, **filters) == expected != []

    @rule("H-21")
    def test_pages_of_a_singer(self, evening: Evening, other: Library) -> None:
        """What one singer sang comes newest first too, duets among it, by every other filter as well."""
        evening.rooms("other")
        played = [_some(evening, number) for number in range(14)]
        duets = [played[number] for number in range(0, 14, 2)]
        for filters, meets in (
            ({}, lambda _: True),
            ({"room_id": "other"}, lambda p: p.room_id == "other"),
            ({"song_id": "song-002"}, lambda p: p.song_id == "song-002"),
            ({"status": "skipped"}, lambda p: p.status == "skipped"),
            ({"night_id": played[6].night_id}, lambda p: p.night_id == played[6].night_id),
            ({"since": played[4].started_at, "until": played[9].started_at}, lambda p: p in played[4:9]),
        ):
            expected = [each for each in reversed(duets) if meets(each)]
            assert _pages(other, singer="name:even", **filters) == expected != []
        page = other.history.get_performances_page(singer="name:even", limit=1)
        assert [each.name for each in page.items[0].singers] == ["Everybody", "Even"]

    @rule("H-22")
    def test_what_cannot_be_looked_for(self, evening: Evening, other: Library) -> None:
        """An unknown filter or status, a time without zone, an empty page or a strange cursor is `InvalidValue`."""
        evening.play("song-000", "Ana")
        evening.play("song-000", "Ana")
        cursor = other.history.get_performances_page(limit=1).cursor
        wrongs: list[dict[str, Any]] = [
            {"rom_id": STAGE},
            {"status": "sung"},
            {"since": datetime(2024, 1, 1)},
            {"limit": 0},
            {"cursor": "nonsense"},
            {"cursor": cursor, "room_id": STAGE},
        ]
        for wrong in wrongs:
            with pytest.raises(InvalidValue):
                other.history.get_performances_page(**wrong)
        for count in (other.history.get_top_songs, other.history.get_top_artists, other.history.get_top_singers):
            with pytest.raises(InvalidValue):
                count(limit=-1)
            with pytest.raises(InvalidValue):
                count(since=datetime(2024, 1, 1))

    @rule("H-23")
    def test_duets_count_once_for_the_song(self, evening: Evening, other: Library) -> None:
        """A song that two sing counts once for the song, once for its artist, and once for each of them."""
        add_songs(evening.library, song("song-9", "Islands", "Kenny & Dolly"))
        evening.play("song-9", "Ana", "Bob")
        evening.play("song-9", "Ana")
        evening.play("song-9", "Bob", "Cy", "bob")
        at = other.history
        assert at.get_top_songs() == [("song-9", "Islands", "Kenny & Dolly", 3)]
        assert at.get_top_artists() == [("Kenny & Dolly", 3)]
        assert at.get_top_singers() == [("name:ana", "Ana", 2), ("name:bob", "Bob", 2), ("name:cy", "Cy", 1)]

    @rule("H-24")
    def test_statistics_of_a_part(self, evening: Evening, other: Library) -> None:
        """What is counted of a night, of a period, or of all time is what was completed in it, and nothing else."""
        rng = random.Random(4)
        singers = [f"Singer {number}" for number in range(6)]
        for _ in range(40):
            performance = evening.begin(f"song-00{rng.randrange(5)}", *rng.sample(singers, rng.choice((1, 1, 2, 3))))
            (evening.complete if rng.random() < 0.8 else evening.skip)(performance)
            evening.clock.pass_by(rng.choice((SONG_LENGTH, timedelta(hours=7))))
        rows = _rows(other)
        moments = sorted(performance.started_at for performance, _ in rows)
        night = rows[20][0].night_id
        since, until = moments[7], moments[29]
        for part, meets in (
            ({}, lambda _: True),
            ({"night_id": night}, lambda p: p.night_id == night),
            ({"since": since}, lambda p: p.started_at >= since),
            ({"since": since, "until": until}, lambda p: since <= p.started_at < until),
            ({"night_id": night, "until": until}, lambda p: p.night_id == night and p.started_at < until),
        ):
            sung = [(performance, names) for performance, names in rows if meets(performance)]
            assert _shown(other, **part) == _expected([each for each in sung if each[0].status == "completed"])

    @rule("H-25")
    def test_ties_are_settled(self, evening: Evening, other: Library) -> None:
        """What was sung as often comes in a fixed order: songs by id, artists by alphabet, singers by key."""
        for number, (artist, name) in enumerate((("Zoe", "Zed"), ("Élan", "bob"), ("Abba", "Ana"))):
            add_songs(evening.library, song(f"song-9{number}", "Title", artist))
            evening.play(f"song-9{number}", name)
        at = other.history
        assert [each.song_id for each in at.get_top_songs()] == ["song-90", "song-91", "song-92"]
        assert [each.artist for each in at.get_top_artists()] == ["Abba", "Élan", "Zoe"]
        assert [each.name for each in at.get_top_singers()] == ["Ana", "bob", "Zed"]
        assert [each.artist for each in at.get_top_artists(limit=2)] == ["Abba", "Élan"]
        assert at.get_top_singers(limit=0) == []

    @rule("H-26")
    def test_names_are_the_latest(self, evening: Evening, other: Library) -> None:
        """A singer is shown by the name used last, and a song as it is called now, or was called last if it is gone."""
        evening.play("song-000", "BOB")
        evening.play("song-001", "ana")
        evening.skip(evening.begin("song-001", "Bob"))
        evening.library.songs.patch_song("song-000", {"title": "New title"})
        evening.library.songs.delete_song("song-001")
        assert [each.name for each in other.history.get_top_singers()] == ["ana", "Bob"]
        assert [each.title for each in other.history.get_top_songs()] == ["New title", "Title 001"]
        assert [each.title for each in other.history.get_songs_of_singer("name:bob")] == ["New title"]
        assert [each.title for each in other.history.get_songs_of_singer("name:ana")] == ["Title 001"]

    @rule("H-27")
    def test_songs_of_a_singer(self, evening: Evening, other: Library) -> None:
        """A singer's songs come with how often they were completed, when last, and at which key then; newest first."""
        evening.play("song-000", "Ana", key_shift=2)
        evening.play("song-001", "Ana", "Bob", key_shift=-1)
        evening.play("song-000", "Bob", key_shift=7)
        evening.clock.pass_by(DAY)
        last = evening.play("song-000", "ANA", key_shift=3)
        evening.skip(evening.begin("song-000", "Ana", key_shift=9))
        evening.skip(evening.begin("song-002", "Ana"))
        found = other.history.get_songs_of_singer("name:ana")
        assert [(each.song_id, each.title, each.times, each.key_shift) for each in found] == [
            ("song-000", "Title 000", 2, 3),
            ("song-001", "Title 001", 1, -1),
        ]
        assert [each.last_sung_at for each in found] == [last.started_at, EIGHT + SONG_LENGTH]


def _some(evening: Evening, number: int) -> Performance:
    """The performance of a number: every kind of room, song, singer, ending and night comes in turn."""
    names = ("Everybody", "Even") if number % 2 == 0 else ("Everybody",)
    opened = evening.begin(f"song-00{number % 3}", *names, room="other" if number % 5 == 0 else STAGE)
    ended = evening.skip(opened) if number % 4 == 2 else evening.complete(opened)
    evening.clock.pass_by(timedelta(hours=7) if number % 6 == 5 else SONG_LENGTH)
    return ended


def _pages(other: Library, **filters: object) -> list[Performance]:
    found, cursor = [], None
    while True:
        page = other.history.get_performances_page(limit=2, cursor=cursor, **filters)  # type: ignore[arg-type]
        found += [each.performance for each in page.items]
        cursor = page.cursor
        if cursor is None:
            return found


def _rows(other: Library) -> list[tuple[Performance, tuple[str, ...]]]:
    page = other.history.get_performances_page(limit=1_000)
    return [(each.performance, tuple(singer.singer for singer in each.singers)) for each in page.items]


def _shown(other: Library, **part: object) -> tuple[dict[str, int], ...]:
    at = other.history
    return (
        {each.song_id: each.times for each in at.get_top_songs(**part)},  # type: ignore[arg-type]
        {each.artist: each.times for each in at.get_top_artists(**part)},  # type: ignore[arg-type]
        {each.singer: each.times for each in at.get_top_singers(**part)},  # type: ignore[arg-type]
    )


def _expected(rows: list[tuple[Performance, tuple[str, ...]]]) -> tuple[Counter[str], ...]:
    return (
        Counter(performance.song_id for performance, _ in rows),
        Counter(performance.artist for performance, _ in rows),
        Counter(name for _, names in rows for name in names),
    )
