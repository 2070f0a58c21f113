"""The history: how performances open and close, and what belongs to one night."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from karaoke_persist import IllegalState, InvalidValue, Library, NotFound
from karaoke_persist.contract import Capability, Query
from karaoke_persist.models import PerformanceSinger, User
from karaoke_persist.operations.performances import (
    close_performance,
    last_settings,
    move_history,
    songs_tonight,
    sung_tonight,
    turns_tonight,
)
from karaoke_persist.testing.domain_workers import complete_songs
from karaoke_persist.testing.evenings import EIGHT, SONG_LENGTH, STAGE, Evening, SetClock
from karaoke_persist.testing.handles import Conformance, Opener, Place, add_songs, nothing_changes, require, stored
from karaoke_persist.testing.processes import in_processes
from karaoke_persist.testing.rule import rule
from karaoke_persist.testing.rules.values import read
from karaoke_persist.testing.samples import song, songs
from karaoke_persist.testing.threads import together

SIX_HOURS = timedelta(hours=6)
TICK = timedelta(microseconds=1)


class Evenings(Conformance):
    """What the rules of the history are told with."""

    @pytest.fixture
    def evening(self, open_library: Opener) -> Evening:
        """Give a room with a stage, five songs, and a clock that stands at eight."""
        clock = SetClock()
        evening = Evening(open_library(clock=clock), clock)
        evening.rooms(STAGE)
        add_songs(evening.library, *songs(5))
        return evening


class HistoryRules(Evenings):
    """Performances and nights."""

    @rule("H-01")
    def test_a_performance_opens(self, evening: Evening, other: Library) -> None:
        """A performance opens with the song and its singers as they are called then, its key, tempo and length."""
        add_songs(evening.library, song("song-1", "Jóga", "Björk", duration_ms=305_000))
        opened = evening.begin("song-1", "Ana", "Bob", key_shift=-2, tempo=90)
        (sung,) = other.history.get_performances_page().items
        assert sung.performance == opened
        assert (opened.title, opened.artist, opened.duration_ms) == ("Jóga", "Björk", 305_000)
        assert (opened.status, opened.key_shift, opened.tempo) == ("playing", -2, 90)
        assert (opened.room_id, opened.song_id, opened.started_at, opened.ended_at) == (STAGE, "song-1", EIGHT, None)
        assert [(each.name, each.place, each.completed) for each in sung.singers] == [
            ("Ana", 0, False),
            ("Bob", 1, False),
        ]

    @rule("H-02")
    def test_a_performance_is_completed(self, evening: Evening, other: Library) -> None:
        """A completed performance has its end, and counts for its song without a new revision of that."""
        before = read(other, "song-000")
        closed = evening.play("song-000", "Ana")
        after = read(other, "song-000")
        assert (closed.status, closed.ended_at) == ("completed", EIGHT + SONG_LENGTH)
        assert (after.play_count, after.last_played_at) == (1, EIGHT + SONG_LENGTH)
        assert after.revision == before.revision
        evening.play("song-000", "Bob")
        assert read(other, "song-000").play_count == 2

    @rule("H-03")
    def test_a_performance_is_skipped(self, evening: Evening, other: Library) -> None:
        """A skipped performance is listed, is no turn, and counts nowhere."""
        closed = evening.skip(evening.begin("song-000", "Ana"))
        assert (closed.status, closed.ended_at) == ("skipped", EIGHT + SONG_LENGTH / 2)
        assert _counted(evening, other) == ([], [], [], [], 0, False)
        assert [each.performance for each in other.history.get_performances_page().items] == [closed]

    @rule("H-04")
    def test_a_performance_is_abandoned(self, evening: Evening, other: Library) -> None:
        """A performance that was left open is abandoned at the next play in its room: it ended when it started."""
        evening.rooms("other")
        elsewhere = evening.begin("song-001", "Eve", room="other")
        left_open = evening.begin("song-000", "Ana")
        evening.clock.pass_by(SONG_LENGTH)
        evening.skip(evening.begin("song-000", "Bob"))
        found = {each.performance.id: each.performance for each in other.history.get_performances_page().items}
        assert (found[left_open.id].status, found[left_open.id].ended_at) == ("abandoned", left_open.started_at)
        assert found[elsewhere.id].status == "playing"
        assert _counted(evening, other) == ([], [], [], [], 0, False)

    @rule("H-05")
    def test_what_cannot_close(self, evening: Evening, other: Library) -> None:
        """What has ended cannot end again, what never began not at all, and there are two ways to end only."""
        ended = evening.play("song-000", "Ana")
        playing = evening.begin("song-001", "Ana")
        wrong: dict[str, Any] = {"performance_id": playing.id, "status": "abandoned"}
        with nothing_changes(other), pytest.raises(InvalidValue):
            evening.within(partial(close_performance, **wrong))
        with nothing_changes(other), pytest.raises(IllegalState):
            evening.within(partial(close_performance, performance_id=ended.id, status="skipped"))
        with nothing_changes(other), pytest.raises(NotFound):
            evening.within(partial(close_performance, performance_id="nobody", status="completed"))

    @rule("H-06")
    def test_quiet_ends_a_night(self, evening: Evening, other: Library) -> None:
        """After more than six hours of quiet the next song closes the night, dated back, and opens another."""
        first = evening.play("song-000", "Ana")
        evening.clock.pass_by(SIX_HOURS)
        same = evening.play("song-001", "Ana")
        assert same.night_id == first.night_id
        quiet_since = evening.clock()
        evening.clock.pass_by(SIX_HOURS + TICK)
        assert [night.closed_at for night in other.history.get_nights_page().items] == [None]
        next_one = evening.begin("song-002", "Ana")
        new, old = other.history.get_nights_page().items
        assert (old.id, old.opened_at, old.active_at, old.closed_at) == (
            first.night_id,
            EIGHT,
            quiet_since,
            quiet_since,
        )
        assert (new.id, new.opened_at, new.closed_at) == (next_one.night_id, next_one.started_at, None)

    @rule("H-07")
    def test_nights_belong_to_rooms(self, evening: Evening, open_library: Opener) -> None:
        """Each room has its own night, and what is sung in one is not sung in another."""
        evening.rooms("other")
        here, there = evening.play("song-000", "Ana"), evening.play("song-001", "Bob", room="other")
        assert here.night_id != there.night_id
        at = open_library(clock=evening.clock).history
        assert at.get_current_night(STAGE) == at.get_night(here.night_id)
        assert [night.id for night in at.get_nights_page(room_id="other").items] == [there.night_id]
        assert [each.performance for each in at.get_sung_tonight("other")] == [there]
        assert evening.within(lambda session: sung_tonight(session, STAGE, "song-001")) is False

    @rule("H-08")
    def test_the_turns_of_a_night(self, evening: Evening) -> None:
        """The turns of a night are the singers of what was completed, in order, then of what is on stage."""
        assert _turns(evening) == []
        evening.play("song-000", "Bob", "Ana")
        evening.skip(evening.begin("song-001", "Cy"))
        evening.play("song-002", "Ana")
        evening.begin("song-003", "Dee")
        assert _turns(evening) == [("name:bob", "name:ana"), ("name:ana",), ("name:dee",)]
        evening.clock.pass_by(SIX_HOURS + TICK)
        assert _turns(evening) == []

    @rule("H-09")
    def test_turns_do_not_need_the_clock(self, evening: Evening, other: Library) -> None:
        """Turns and lists stay in the order in which songs were sung, though the clock stands still or is put back."""
        back = timedelta(0)
        names = [f"Singer {number}" for number in range(12)]
        for name in names:
            performance = evening.begin("song-000", name)
            evening.within(partial(close_performance, performance_id=performance.id, status="completed"))
            evening.clock.pass_by(back)
            back = -SONG_LENGTH - back
        assert _turns(evening) == [(f"name:{name.lower()}",) for name in names]
        newest_first = [each.singers[0].name for each in other.history.get_performances_page().items]
        assert newest_first == names[::-1]

    @rule("H-10")
    def test_what_was_sung_tonight(self, evening: Evening) -> None:
        """Tonight's songs, of a room and of a singer, are those completed and that on stage; a new night has none."""
        evening.play("song-000", "Ana")
        evening.play("song-000", "Ana", "Bob")
        evening.skip(evening.begin("song-001", "Ana"))
        evening.begin("song-002", "Bob")
        assert _tonight(evening) == ([True, False, True], [2, 2, 0])
        evening.clock.pass_by(SIX_HOURS + TICK)
        assert _tonight(evening) == ([False, False, False], [0, 0, 0])

    @rule("H-11")
    def test_the_last_settings(self, evening: Evening) -> None:
        """A singer's last key and tempo with a song are remembered, also from another night; without one, None."""
        evening.play("song-000", "Ana", key_shift=1)
        evening.clock.pass_by(timedelta(days=30))
        evening.skip(evening.begin("song-000", "Ána", "Bob", key_shift=-3, tempo=95))
        evening.play("song-001", "Ana", key_shift=5)
        evening.play("song-000", "Cy", key_shift=4)
        for singer, expected in (
            ("name:ana", (-3, 95)),
            ("name:bob", (-3, 95)),
            ("name:cy", (4, 100)),
            ("name:d", None),
        ):
            assert evening.within(partial(last_settings, singer=singer, song_id="song-000")) == expected

    @rule("H-12")
    def test_the_history_outlives_what_it_is_about(self, evening: Evening, other: Library) -> None:
        """A performance stays as it was when its song is renamed or deleted, or its singer's user."""
        performance = evening.play("song-000", "Ana")
        stored(evening.library, User(id="ana", username="ana", username_key="ana"))
        singer = evening.within(lambda session: session.find(Query(PerformanceSinger))[0])
        evening.within(lambda session: session.patch(PerformanceSinger, singer.id, {"user_id": "ana"}))
        evening.library.songs.patch_song("song-000", {"title": "Renamed"})
        evening.library.songs.delete_song("song-000")
        evening.within(lambda session: session.delete(User, "ana"))
        (sung,) = other.history.get_performances_page().items
        assert sung.performance == performance
        assert [(each.name, each.user_id) for each in sung.singers] == [("Ana", None)]
        playing = evening.begin("song-001", "Ana")
        evening.library.songs.delete_song("song-001")
        assert evening.complete(playing).status == "completed"

    @rule("H-13")
    def test_a_night_is_closed(self, evening: Evening, other: Library) -> None:
        """A night is closed now, or if it has long been quiet, then; the next song opens another."""
        first = evening.play("song-000", "Ana")
        evening.clock.pass_by(SONG_LENGTH)
        closed = evening.library.history.close_night(first.night_id)
        assert closed.closed_at == evening.clock()
        evening.clock.pass_by(SONG_LENGTH)
        assert evening.library.history.close_night(first.night_id) == closed == other.history.get_night(first.night_id)
        assert evening.library.history.get_current_night(STAGE) is None
        second = evening.play("song-000", "Ana")
        assert second.night_id != first.night_id
        quiet_since = evening.clock()
        evening.clock.pass_by(SIX_HOURS + TICK)
        assert evening.library.history.close_night(second.night_id).closed_at == quiet_since

    @rule("H-14")
    def test_a_night_with_a_song_on_stage_stays_open(self, evening: Evening, other: Library) -> None:
        """A night is not closed while a song is on stage, nor one that is not there."""
        playing = evening.begin("song-000", "Ana")
        with nothing_changes(other), pytest.raises(IllegalState):
            evening.library.history.close_night(playing.night_id)
        with nothing_changes(other), pytest.raises(NotFound):
            evening.library.history.close_night("nobody")
        evening.skip(playing)
        assert evening.library.history.close_night(playing.night_id).closed_at is not None

    @rule("H-15")
    def test_what_is_not_there_in_the_history(self, library: Library) -> None:
        """What is not in the history is None or empty, never an exception."""
        at = library.history
        assert (at.get_performance("x"), at.get_night("x"), at.get_current_night("x")) == (None, None, None)
        assert (at.get_sung_tonight("x"), at.get_songs_of_singer("x")) == ([], [])
        assert (at.get_top_songs(), at.get_top_artists(night_id="x"), at.get_top_singers()) == ([], [], [])
        assert (at.get_performances_page(room_id="x").items, at.get_nights_page().items) == ((), ())

    @rule("H-16")
    def test_songs_that_are_merged(self, evening: Evening, other: Library) -> None:
        """The performances of merged songs go over to the one that stays, each once, with what they were called."""
        evening.play("song-000", "Ana")
        latest = evening.play("song-001", "Ana", "Bob")
        evening.play("song-001", "Bob")
        evening.within(lambda session: move_history(session, ["song-001", "song-002", "song-000"], "song-000"))
        kept, gone = read(other, "song-000"), read(other, "song-001")
        assert (kept.play_count, kept.last_played_at) == (3, evening.clock())
        assert (gone.play_count, gone.last_played_at) == (0, None)
        sung = other.history.get_performance(latest.id)
        assert sung is not None
        assert sung.performance.title == latest.title
        assert [(each.song_id, each.times) for each in other.history.get_top_songs()] == [("song-000", 3)]
        assert [each.times for each in other.history.get_songs_of_singer("name:ana")] == [2]
        with nothing_changes(other), pytest.raises(NotFound):
            evening.within(lambda session: move_history(session, ["song-000"], "nobody"))

    @rule("H-17")
    def test_plays_by_threads(self, evening: Evening, other: Library) -> None:
        """Plays by eight threads in eight rooms all count; in one room, at most one song is on stage in one night."""
        rooms = [f"room-{number}" for number in range(8)]
        evening.rooms(*rooms)
        together(*[partial(_play_thrice, evening, room) for room in rooms])
        assert read(other, "song-000").play_count == 24
        assert [(each.song_id, each.times) for each in other.history.get_top_songs()] == [("song-000", 24)]
        together(*[partial(evening.begin, "song-001", room) for room in rooms])
        page = other.history.get_performances_page(room_id=STAGE)
        assert sorted(each.performance.status for each in page.items) == ["abandoned"] * 7 + ["playing"]
        assert len({each.performance.night_id for each in page.items}) == 1

    @rule("H-18")
    def test_plays_by_processes(self, evening: Evening, place: Place, other: Library) -> None:
        """Plays by four processes all count."""
        require(evening.library, Capability.MULTI_PROCESS)
        rooms = [f"room-{number}" for number in range(4)]
        evening.rooms(*rooms)
        in_processes(complete_songs, [(place, room, 5) for room in rooms])
        assert read(other, "song-000").play_count == 20
        assert [each.times for each in other.history.get_top_singers()] == [5, 5, 5, 5]


def _counted(evening: Evening, other: Library) -> tuple[object, ...]:
    """All places where a performance of the first song by Ana could count."""
    at, found = other.history, read(other, "song-000")
    sung = evening.library.history.get_sung_tonight(STAGE)
    tonight = evening.within(lambda session: sung_tonight(session, STAGE, "song-000"))
    return at.get_top_songs(), at.get_top_artists(), at.get_top_singers(), sung, found.play_count, tonight


def _tonight(evening: Evening) -> tuple[list[bool], list[int]]:
    """Which of the first three songs were sung tonight, and how many songs Ana, Bob and Cy sang."""
    sung = [evening.within(partial(sung_tonight, room_id=STAGE, song_id=each.id)) for each in songs(3)]
    keys = ("name:ana", "name:bob", "name:cy")
    return sung, [evening.within(partial(songs_tonight, room_id=STAGE, singer=key)) for key in keys]


def _turns(evening: Evening) -> list[tuple[str, ...]]:
    return evening.within(partial(turns_tonight, room_id=STAGE))


def _play_thrice(evening: Evening, room: str) -> None:
    for _ in range(3):
        evening.play("song-000", room, room=room)
