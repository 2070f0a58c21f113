"""Everything an application does with songs, written once for every backend."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal

from karaoke_persist.batches import batched
from karaoke_persist.contract import (
    COUNT,
    Aggregate,
    And,
    Condition,
    Eq,
    FoldedContains,
    Has,
    IsNull,
    Measure,
    Not,
    Order,
    Query,
    Written,
)
from karaoke_persist.contract.checks import check_page
from karaoke_persist.errors import InvalidValue
from karaoke_persist.models import Song
from karaoke_persist.models.record import named_fields
from karaoke_persist.operations.answers import ArtistCount, ArtistPage, BulkResult, Page, SongStatistics
from karaoke_persist.operations.base import no, none, operation, zero
from karaoke_persist.operations.curation import changes_by_hand, new_song, said_by_hand, upserted_by_hand
from karaoke_persist.operations.guest_view import of_songs
from karaoke_persist.operations.paging import page_of
from karaoke_persist.operations.playlist_songs import remove_song_everywhere
from karaoke_persist.operations.queue.songs import leave_queues
from karaoke_persist.operations.redirects import find_song, find_songs, refuse_merged
from karaoke_persist.operations.searching import SearchingOperations

SortField = Literal["date_added", "title", "artist", "album", "year"]
Lacking = Literal["lyrics", "thumbnail"]
Progress = Callable[[int], object]

BATCH = 1_000
_NO_LYRICS = And(IsNull("plain_lyrics"), IsNull("synced_lyrics"), Not(Has("media", "lyrics")))
_LACKING: dict[str, Condition] = {"lyrics": _NO_LYRICS, "thumbnail": Not(Has("media", "thumbnail"))}


class SongOperations(SearchingOperations):
    """Songs, and what hangs on them: artists and search.

    On `library.songs` each call is a transaction of its own; on `tx.songs` it is part of that transaction. What is not
    there is None, False or empty, never an exception. A mistake of the caller raises and changes nothing. An id that
    was merged into another song finds that one; writing to it is `AlreadyExists`. What lists songs leaves the hidden
    ones out with `guest=True`, also of its counts.
    """

    # one song

    @operation("single", none)
    def get_song(self, song_id: str) -> Song | None:
        """The song with this id, or None."""
        return find_song(self.session, song_id)

    @operation("single", none)
    def get_song_as_dict(self, song_id: str) -> dict[str, Any] | None:
        """The song as a camelCase dictionary ready for JSON, or None."""
        song = find_song(self.session, song_id)
        return None if song is None else song.to_dict()

    @operation("write")
    def create_song(self, /, title: str, artist: str, *, song_id: str | None = None, **fields: Any) -> Song:
        """Store a new song and return it; an id is made if none is given. A taken id is `AlreadyExists`."""
        given = _given(title=title, artist=artist, **fields)
        new_id = self.session.context.new_id() if song_id is None else song_id
        song = Song(id=new_id, **given)
        if song_id is not None:
            refuse_merged(self.session, song_id)
        self.session.insert(new_song(song))
        return self._stored(new_id)

    @operation("write", none)
    def create_or_update_song(self, /, song_id: str, title: str, artist: str, **fields: Any) -> Song | None:
        """Store a song under this id and return it.

        If it is there, only the given fields change: what is not named stays, and None clears. Unknown fields are
        `InvalidValue`.
        """
        song = Song(id=song_id, **_given(title=title, artist=artist, **fields))
        refuse_merged(self.session, song_id)
        self.session.upsert([said_by_hand(song, self.session.get(Song, song_id))])
        return self._stored(song_id)

    @operation("write", none)
    def patch_song(self, song_id: str, changes: Mapping[str, Any], *, expect: int | None = None) -> Song | None:
        """Change the named fields (in either spelling; None clears) and return the song, or None if it is not there.

        With `expect`, a song that has moved on from that revision is `StaleWrite`, and nothing changes.
        """
        checked = Song.checked(changes)
        song = self.session.get(Song, song_id)
        if song is None:
            refuse_merged(self.session, song_id)
            return None
        return self._patched(song, checked, expect)

    @operation("write", none)
    def update_song_with_metadata(self, song_id: str, metadata: Mapping[str, Any]) -> Song | None:
        """Change the fields that the metadata names and return the song, or None if it is not there."""
        return self.patch_song(song_id, metadata)

    @operation("write", no)
    def update_song_audio_paths(self, song_id: str, paths: Mapping[str, str | None]) -> bool:
        """Set the path of each named kind of media; None takes it away, others stay. False if there is no song."""
        if not isinstance(paths, Mapping):
            raise InvalidValue("paths", paths, "a mapping from kind to path is expected, such as {'vocals': 'a/b.mp3'}")
        song = self.session.get(Song, song_id)
        if song is None:
            refuse_merged(self.session, song_id)
            return False
        media = {kind: path for kind, path in {**song.media, **paths}.items() if path is not None}
        self._patched(song, Song.checked({"media": media}))
        return True

    @operation("write", no)
    def delete_song(self, song_id: str) -> bool:
        """Delete a song, and take it out of every playlist and queue; False if it was not there.

        While it plays, it is `IllegalState`. Its files are not touched.
        """
        with self.session.savepoint():
            leave_queues(self.session, song_id)
            remove_song_everywhere(self.session, song_id)
            if self.session.delete(Song, song_id):
                return True
        refuse_merged(self.session, song_id)
        return False

    # many songs

    @operation("single", list)
    def get_songs(self, *, guest: bool = False) -> list[Song]:
        """All songs, newest first. For a large library, read pages."""
        return self.session.find(Query(Song, of_songs(guest), Order("date_added", descending=True)))

    @operation("single", dict)
    def get_songs_by_ids(self, song_ids: Iterable[str]) -> dict[str, Song]:
        """The songs by these ids, in that order; ids that are not there are left out."""
        if isinstance(song_ids, str):
            raise InvalidValue("song_ids", song_ids, "several ids are expected; for one use get_song")
        return find_songs(self.session, song_ids)

    @operation("single")
    def get_songs_page(
        self,
        *,
        sort_by: SortField = "date_added",
        descending: bool | None = None,
        limit: int = 50,
        cursor: str | None = None,
        artist: str | None = None,
        guest: bool = False,
    ) -> Page[Song]:
        """A page in a total order, and the cursor of the next; as quick at the end as at the start.

        Dates run newest first unless told otherwise, everything else upwards; absent values come last either way.
        """
        backwards = sort_by == "date_added" if descending is None else descending
        where = of_songs(guest, _by(artist))
        return page_of(self.session, Query(Song, where, Order(sort_by, backwards)), limit, cursor)

    @operation("single")
    def get_songs_lacking(self, what: Lacking, *, limit: int = 50, cursor: str | None = None) -> Page[Song]:
        """A page of the songs that have no lyrics, or no thumbnail, in the order of their titles."""
        if what not in _LACKING:
            raise InvalidValue("what", what, f"choose one of {', '.join(_LACKING)}")
        return page_of(self.session, Query(Song, _LACKING[what], Order("title")), limit, cursor)

    @operation("write")
    def upsert_songs(self, songs: Iterable[Song], *, progress: Progress | None = None) -> BulkResult:
        """Store many songs, all or none. Of a song that is there, only the fields given to its `Song(…)` change.

        `progress` is called with the number done so far after each thousand.
        """
        counts, done = Counter[str](), 0
        with self.session.savepoint():
            for batch in batched(songs, BATCH):
                for written in self.session.upsert(self._by_hand(batch)):
                    counts[_outcome(written)] += 1
                done += len(batch)
                if progress is not None:
                    progress(done)
        return BulkResult(**counts)

    @operation("single", zero)
    def count_songs(self, *, artist: str | None = None, guest: bool = False) -> int:
        """The number of songs, of one artist or of all."""
        return _one(self.session.aggregate(Aggregate(Song, of_songs(guest, _by(artist)))))

    @operation("read")
    def get_song_statistics(self) -> SongStatistics:
        """The library in numbers, all of one moment."""
        measures = (
            COUNT,
            Measure("count_distinct", "artist"),
            Measure("count_distinct", "album"),
            Measure("sum", "duration_ms"),
            Measure("count", "synced_lyrics"),
            Measure("max", "date_added"),
        )
        (row,) = self.session.aggregate(Aggregate(Song, measures=measures))
        songs, artists, albums, duration, synced, newest = row
        return SongStatistics(
            songs=songs,
            artists=artists,
            albums=albums,
            duration_ms=duration or 0,
            with_lyrics=self._count(Not(_NO_LYRICS)),
            with_synced_lyrics=synced,
            with_thumbnail=self._count(Has("media", "thumbnail")),
            newest=newest,
        )

    # artists

    @operation("single", list)
    def get_artists_with_counts(
        self, *, search: str = "", limit: int | None = None, offset: int = 0, guest: bool = False
    ) -> list[tuple[str, int]]:
        """Artists and the number of their songs, in alphabetical order; `search` forgives case and accents."""
        where = of_songs(guest, _artist_like(search))
        return [(artist, songs) for artist, songs in self._artists(where, limit, offset)]

    @operation("read")
    def get_artists_page(
        self, *, search: str = "", limit: int = 100, offset: int = 0, guest: bool = False
    ) -> ArtistPage:
        """A page of the same, with the number of all artists that match."""
        check_page(limit, offset)
        where = of_songs(guest, _artist_like(search))
        items = tuple(ArtistCount(artist, songs) for artist, songs in self._artists(where, limit, offset))
        total = Aggregate(Song, where, measures=(Measure("count_distinct", "artist"),))
        return ArtistPage(items, _one(self.session.aggregate(total)))

    @operation("single", list)
    def get_songs_by_artist(
        self,
        artist: str,
        *,
        sort_by: SortField = "title",
        descending: bool = False,
        limit: int | None = None,
        offset: int = 0,
        guest: bool = False,
    ) -> list[Song]:
        """The songs of exactly this artist, in the order asked for."""
        order = Order(sort_by, descending)
        where = of_songs(guest, Eq("artist", artist))
        return self.session.find(Query(Song, where, order, limit=limit, offset=offset))

    # helpers

    def _patched(self, song: Song, checked: Mapping[str, Any], expect: int | None = None) -> Song:
        """Write changes by hand over a song as it stands, and return it as it stands then."""
        changes = changes_by_hand(song, checked)
        written = self.session.patch(Song, song.id, changes, expect=expect)
        return song.replaced({**changes, **Song.integrity.derive(changes), "revision": written.after})

    def _by_hand(self, batch: list[Song]) -> list[Song]:
        ids = [song.id for song in batch if isinstance(song, Song)]
        refuse_merged(self.session, *ids)
        stored = self.session.get_many(Song, ids)
        return [upserted_by_hand(song, stored.get(song.id)) if isinstance(song, Song) else song for song in batch]

    def _stored(self, song_id: str) -> Song:
        song = self.session.get(Song, song_id)
        assert song is not None, "a song that was just written is there"
        return song

    def _artists(self, where: Condition | None, limit: int | None, offset: int) -> list[tuple[Any, ...]]:
        request = Aggregate(Song, where, by=("artist",), order=Order("artist"), limit=limit, offset=offset)
        return self.session.aggregate(request)

    def _count(self, where: Condition) -> int:
        return _one(self.session.aggregate(Aggregate(Song, where)))


def _given(**fields: Any) -> dict[str, Any]:
    return named_fields(Song, fields)


def _by(artist: str | None) -> Condition | None:
    return None if artist is None else Eq("artist", artist)


def _artist_like(search: str) -> Condition | None:
    return FoldedContains("artist", search) if search else None


def _outcome(written: Written) -> str:
    if written.before == written.after:
        return "unchanged"
    return "inserted" if written.before == 0 else "updated"


def _one(answers: list[tuple[Any, ...]]) -> int:
    return int(answers[0][0])
