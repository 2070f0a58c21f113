"""D: several songs become one, and nothing that hung on them is lost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

import pytest

from karaoke_persist import AlreadyExists, InvalidValue, Library, NotFound, Song
from karaoke_persist.contract import Capability, Query
from karaoke_persist.models import (
    FavoriteSong,
    Night,
    Performance,
    PerformanceSinger,
    Playlist,
    PlaylistEntry,
    QueueEntry,
    QueueSinger,
    Record,
    Room,
    SongRedirect,
    User,
)
from karaoke_persist.models.singer import singer_key
from karaoke_persist.testing.domain_workers import merge_both
from karaoke_persist.testing.handles import Conformance, Place, add_songs, nothing_changes, probing, require, stored
from karaoke_persist.testing.processes import in_processes
from karaoke_persist.testing.rule import rule
from karaoke_persist.testing.rules.values import read
from karaoke_persist.testing.rules.versions import offered
from karaoke_persist.testing.samples import EVERY_FIELD, MOMENT, song
from karaoke_persist.testing.threads import outcome_of, together

EARLY: Final = MOMENT - timedelta(days=9)


def rows(library: Library, model: type[Record], *fields: str) -> list[tuple[Any, ...]]:
    """Chosen fields of every row of a model, in the order of the keys."""
    with probing(library, read_only=True) as probe:
        return probe.rows(Query(model), fields)


def redirects(library: Library) -> dict[str, str]:
    """Where merged ids lead."""
    return dict(rows(library, SongRedirect, "id", "song_id"))


def three_songs(library: Library) -> None:
    """The song that is kept, and two that are merged into it."""
    add_songs(library, song("keep"), song("b", "Yoga"), song("c", "JÓGA", "Bjork"))


def merge(library: Library, keep: str = "keep", others: Sequence[str] = ("b", "c")) -> Song:
    """Merge songs."""
    return library.versions.merge_songs(keep, others)


class MergingRules(Conformance):
    """Merging songs, and what the merged ids are then."""

    @rule("D-20")
    def test_what_is_empty_is_filled(self, library: Library, other: Library) -> None:
        """A merge fills the empty fields of the kept song from the others in their order; those that are set stay."""
        own: dict[str, Any] = {
            "year": 1,
            "itunes_explicit": False,
            "date_added": None,
            "album": "Mine",
            "tags": ["mine"],
        }
        add_songs(library, song("keep", media={"vocals": "mine.mp3"}, extra={"a": 1}, aliases=["Mine"], **own))
        add_songs(library, song("b", "Yoga", genre="first", aliases=["yóga", "B"]), song("c", **EVERY_FIELD))
        kept = merge(library)
        assert kept == read(other, "keep")
        wanted = {**EVERY_FIELD, **own, "genre": "first", "hidden": False, "favorite": True}
        wanted |= {"aliases": ["Mine", "Yoga", "B", "ヨガ"], "tags": ["mine", "duet", "slow"]}
        wanted |= {"media": {**EVERY_FIELD["media"], "vocals": "mine.mp3"}, "extra": {**EVERY_FIELD["extra"], "a": 1}}
        wanted |= {"date_added": read(other, "keep").date_added, "missing_since": None}
        wanted |= {"youtube_thumbnail_urls": None, "youtube_categories": None}  # what is empty fills nothing
        assert kept == song("keep", **wanted, revision=2)

    @rule("D-21")
    def test_favourites_are_united(self, library: Library, other: Library) -> None:
        """Who liked one of the songs likes the kept one, once, since the earliest date."""
        three_songs(library)
        likes = [("u", "keep", MOMENT), ("u", "b", EARLY), ("v", "b", MOMENT), ("v", "c", EARLY), ("w", "keep", None)]
        likes += [("x", "c", MOMENT)]
        stored(library, *(User(id=user, username=user * 3, username_key=user * 3) for user in "uvwx"))
        for number, (user, song_id, at) in enumerate(likes):
            stored(library, FavoriteSong(id=f"{number}", user_id=user, song_id=song_id, added_at=at))
        merge(library)
        found = sorted(rows(other, FavoriteSong, "user_id", "song_id", "added_at"))
        dates = [EARLY, EARLY, None, MOMENT]
        assert found == [(user, "keep", at) for user, at in zip("uvwx", dates, strict=True)]

    @rule("D-22")
    @pytest.mark.parametrize("policy", ["allow", "skip", "refuse"])
    def test_playlists(self, library: Library, other: Library, policy: Any) -> None:
        """In playlists the kept song stands where the others did; where that is too often, the first entry stays."""
        three_songs(library)
        add_songs(library, song("else"))
        stored(library, *(Playlist(id=key, name=key, duplicates=policy) for key in ("p", "q", "untouched")))
        lists = {"p": ["b", "else", "keep", "c"], "q": ["else", "c"], "untouched": ["else", "keep"]}
        for list_id, songs in lists.items():
            for rank, song_id in zip("ijkl", songs, strict=False):
                entry = PlaylistEntry(id=f"{list_id}{rank}", playlist_id=list_id, rank=rank, song_id=song_id)
                stored(library, entry)
        merge(library)
        entries = dict(rows(other, PlaylistEntry, "id", "song_id"))
        gone = {} if policy == "allow" else {"pk", "pl"}
        wanted = {"pi": "keep", "pj": "else", "pk": "keep", "pl": "keep", "qi": "else", "qj": "keep"}
        wanted |= {"untouchedi": "else", "untouchedj": "keep"}
        assert entries == {key: value for key, value in wanted.items() if key not in gone}
        assert rows(other, Playlist, "id", "rev") == [("p", 1), ("q", 1), ("untouched", 0)]

    @rule("D-23")
    def test_queues(self, library: Library, other: Library) -> None:
        """Every entry of a queue stays, with its singers, and is an entry of the kept song."""
        three_songs(library)
        stored(library, Room(id="r", name="Room"), Room(id="s", name="Other"))
        for rank, song_id in zip("ijkl", ("b", "keep", "c", "b"), strict=True):
            stored(library, QueueEntry(id=rank, room_id="r", rank=rank, song_id=song_id))
            stored(library, QueueSinger(id=rank, entry_id=rank, place=0, name="Ana", singer=singer_key("Ana")))
        merge(library)
        assert rows(other, QueueEntry, "id", "rank", "song_id") == [(rank, rank, "keep") for rank in "ijkl"]
        assert rows(other, QueueSinger, "entry_id") == [(rank,) for rank in "ijkl"]
        assert rows(other, Room, "id", "queue_rev") == [("r", 1), ("s", 0)]

    @rule("D-24")
    def test_history(self, library: Library, other: Library) -> None:
        """What was sung counts for the kept song, as it was called; plays are summed, the latest is the last."""
        three_songs(library)
        stored(library, Room(id="r", name="Room"))
        stored(library, Night(id="n", room_id="r", opened_at=EARLY, active_at=MOMENT))
        stored(library, *(performance(song_id) for song_id in ("b", "c", "keep")))
        stored(library, *(singer_of(song_id) for song_id in ("b", "c", "keep")))
        plays(library, {"keep": (2, EARLY), "b": (3, MOMENT), "c": (0, None)})
        kept = merge(library)
        assert (kept.play_count, kept.last_played_at) == (5, MOMENT)
        wanted = [("keep", f"was {name}") for name in ("b", "c", "keep")]
        assert rows(other, Performance, "song_id", "title") == wanted
        assert rows(other, PerformanceSinger, "song_id") == [("keep",)] * 3
        assert kept == read(other, "keep")

    @rule("D-25")
    def test_jobs_and_preferences(self, library: Library, other: Library) -> None:
        """Jobs of the others are of the kept song; who preferred them prefers it, unless he prefers another version."""
        three_songs(library)
        add_songs(library, song("d", "joga"))
        ana, bob, cleo = (singer_key(name) for name in ("Ana", "Bob", "Cleo"))
        library.jobs.create("split", job_id="j", song_id="b")
        library.versions.prefer("b")
        library.versions.prefer("c", singer=ana)
        library.versions.prefer("b", singer=bob)
        library.versions.prefer("d", singer=bob)
        library.versions.prefer("b", singer=cleo)
        library.versions.prefer("c", singer=cleo)
        merge(library)
        job = other.jobs.get("j")
        assert job is not None
        assert job.song_id == "keep"
        assert [offered(other, "d", who) for who in (None, ana, bob, cleo)] == ["keep", "keep", "d", "keep"]

    @rule("D-26")
    def test_reads_follow(self, library: Library, other: Library) -> None:
        """A merged id finds the kept song, in one-shot calls and in transactions, and after further merges too."""
        three_songs(library)
        add_songs(library, song("last", "Last"))
        merge(library, "b", ["c"])
        merge(library, "keep", ["b"])
        assert redirects(other) == {"b": "keep", "c": "keep"}
        merge(library, "last", ["keep"])
        kept = read(other, "last")
        for song_id in ("keep", "b", "c"):
            assert other.songs.get_song(song_id) == kept
            assert other.songs.get_song_as_dict(song_id) == kept.to_dict()
        with other.transaction(read_only=True) as tx:
            found = tx.songs.get_songs_by_ids(["c", "nowhere", "last", "b"])
        assert found == other.songs.get_songs_by_ids(["c", "nowhere", "last", "b"])
        assert list(found.items()) == [("c", kept), ("last", kept), ("b", kept)]
        assert redirects(other) == dict.fromkeys(("keep", "b", "c"), "last")
        assert [each.id for each in other.versions.get_versions("b")] == ["last"]

    @rule("D-27")
    def test_writes_are_refused(self, library: Library, other: Library) -> None:
        """Whatever is written to a merged id is `AlreadyExists`, which names the kept song, and changes nothing."""
        three_songs(library)
        merge(library)
        at = library.songs
        writes: list[Callable[[], object]] = [
            lambda: at.create_song("New", "x", song_id="b"),
            lambda: at.create_or_update_song("b", "New", "x"),
            lambda: at.patch_song("b", {"title": "New"}),
            lambda: at.update_song_with_metadata("b", {"title": "New"}),
            lambda: at.update_song_audio_paths("b", {"vocals": "v.mp3"}),
            lambda: at.delete_song("b"),
            lambda: at.upsert_songs([song("new"), song("b", "New")]),
            lambda: library.versions.prefer("b"),
            lambda: library.versions.merge_songs("b", ["keep"]),
        ]
        with nothing_changes(other):
            for write in writes:
                with pytest.raises(AlreadyExists, match="was merged into 'keep'") as caught:
                    write()
                assert (caught.value.value, caught.value.merged_into) == ("b", "keep")

    @rule("D-28")
    def test_deleting_what_was_kept(self, library: Library, other: Library) -> None:
        """When the kept song is deleted, the merged ids are free: nothing leads to what is not there."""
        three_songs(library)
        merge(library)
        library.songs.delete_song("keep")
        assert (redirects(other), other.songs.get_song("b"), library.songs.delete_song("b")) == ({}, None, False)
        assert library.songs.create_song("New", "x", song_id="b").title == "New"

    @rule("D-34")
    def test_a_merged_id_elsewhere(self, library: Library, other: Library) -> None:
        """Playlists, jobs and the history take a merged id for the kept song, for whose sake nothing comes twice."""
        three_songs(library)
        merge(library)
        library.playlists.create("List", playlist_id="p", duplicates="skip")
        added = [library.playlists.add("p", song_id) for song_id in ("b", "keep", "b")]
        library.playlists.add_many("p", ["b"])
        assert [entry.song_id for entry in added] == ["keep"] * 3
        assert len(other.playlists.get_contents("p").items) == 1
        assert [each.id for each in other.playlists.get_page_holding("b").items] == ["p"]
        job = library.jobs.create("split", song_id="b")
        assert (job.song_id, library.jobs.patch(job.id, {"song_id": "b"}).song_id) == ("keep", "keep")
        library.queue.add("b", singer="Ana", entry_id="e")
        library.queue.play("e")
        assert [each.performance.id for each in other.history.get_performances_page(song_id="b").items] == ["e"]

    @rule("D-29")
    def test_merging_mistakes(self, library: Library, other: Library) -> None:
        """A merge of what is not there, of a song with itself or of nothing changes nothing; one done twice neither."""
        three_songs(library)
        add_songs(library, song("d"), song("e"))
        merge(library, "keep", ["b", "b"])
        merge(library, "d", ["e"])
        with nothing_changes(other):
            merge(library, "keep", ["b"])
            for keep, others, error in (
                ("nowhere", ["c"], NotFound),
                ("keep", ["c", "nowhere"], NotFound),
                ("keep", ["c", "keep"], InvalidValue),
                ("keep", [], InvalidValue),
                ("keep", "c", InvalidValue),
                ("keep", ["c", "e"], AlreadyExists),
            ):
                with library.transaction() as tx, pytest.raises(error):
                    tx.versions.merge_songs(keep, others)

    @rule("D-30")
    def test_merging_is_whole(self, library: Library, other: Library) -> None:
        """A merge that is undone, with its savepoint or its transaction, leaves every song and what hangs on it."""
        three_songs(library)
        library.jobs.create("split", song_id="b")
        with nothing_changes(other):
            with library.transaction() as tx:
                with tx.savepoint() as savepoint:
                    tx.versions.merge_songs("keep", ["b"])
                    savepoint.rollback()
                assert tx.songs.get_song("b") != tx.songs.get_song("keep")
            with pytest.raises(ZeroDivisionError), library.transaction() as tx:
                tx.versions.merge_songs("keep", ["b"])
                raise ZeroDivisionError

    @rule("D-31")
    def test_merging_crosswise(self, library: Library, other: Library) -> None:
        """Of threads that merge two songs into each other, one wins; the other is told which song was kept."""
        for number in range(5):
            one, two = f"one{number}", f"two{number}"
            add_songs(library, song(one), song(two))
            outcomes = together(
                outcome_of(partial(merge, library, one, [two])), outcome_of(partial(merge, other, two, [one]))
            )
            check_crossing(library, one, two, outcomes)

    @rule("D-32")
    def test_merging_in_a_ring(self, library: Library, other: Library) -> None:
        """However threads merge a ring of songs at once, every merged id leads to a song, and none in a circle."""
        names = [f"{number}" for number in range(8)]
        add_songs(library, *map(song, names))
        pairs = zip(names, names[1:] + names[:1], strict=True)
        together(*(outcome_of(partial(merge, (library, other)[int(a) % 2], a, [b])) for a, b in pairs))
        left = {each.id for each in library.songs.get_songs()}
        found = redirects(other)
        assert found.keys() | left == set(names)
        assert not found.keys() & left
        assert left
        assert set(found.values()) <= left

    @rule("D-33")
    def test_merging_between_processes(self, library: Library, place: Place) -> None:
        """Of processes that merge two songs into each other, one side wins; the other is told which song was kept."""
        require(library, Capability.MULTI_PROCESS)
        add_songs(library, song("one"), song("two"))
        outcomes = in_processes(merge_both, [(place, "one", "two"), (place, "two", "one")] * 2)
        check_crossing(library, "one", "two", outcomes)


def check_crossing(library: Library, one: str, two: str, outcomes: Sequence[object]) -> None:
    """Exactly one of two songs is left, the other leads to it, and each caller got one or the error that names it."""
    kept, gone = (one, two) if redirects(library).get(two) == one else (two, one)
    found = library.songs.get_songs_by_ids([gone, kept])
    assert {each.id for each in found.values()} == {kept}
    assert redirects(library)[gone] == kept
    for outcome in outcomes:
        assert isinstance(outcome, Song | AlreadyExists), outcome
        assert (outcome.id if isinstance(outcome, Song) else outcome.merged_into) == kept


def performance(song_id: str) -> Performance:
    """A song as it was sung once."""
    return Performance(
        id=song_id, night_id="n", room_id="r", song_id=song_id, title=f"was {song_id}", artist="x", started_at=MOMENT
    )


def singer_of(song_id: str) -> PerformanceSinger:
    """Who sang it."""
    names = {"place": 0, "name": "Ana", "singer": singer_key("Ana"), "started_at": MOMENT}
    return PerformanceSinger(id=song_id, performance_id=song_id, night_id="n", song_id=song_id, **names)


def plays(library: Library, counts: dict[str, tuple[int, datetime | None]]) -> None:
    """Let songs have been sung so often, and last then."""
    with probing(library) as probe:
        for song_id, (count, last) in counts.items():
            probe.maintain(Song, song_id, {"play_count": count, "last_played_at": last})
