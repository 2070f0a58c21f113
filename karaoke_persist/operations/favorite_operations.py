"""What users like: songs, and artists."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, Literal

from karaoke_persist.contract import Aggregate, And, Condition, Eq, In, Order, Query
from karaoke_persist.errors import InvalidValue, NotFound
from karaoke_persist.models import FavoriteArtist, FavoriteSong, Record, Song, User, key_fold
from karaoke_persist.operations.answers import Page
from karaoke_persist.operations.base import Operations, no, operation, zero
from karaoke_persist.operations.favorite_pages import page_by_date, page_by_title
from karaoke_persist.operations.guest_view import of_favorites
from karaoke_persist.operations.paging import page_of
from karaoke_persist.operations.redirects import merged
from karaoke_persist.operations.user_answers import LikedSong
from karaoke_persist.session import Session

LikedOrder = Literal["title", "added_at"]
PAGES: Final = {"title": page_by_title, "added_at": page_by_date}


class FavoriteOperations(Operations):
    """What users like: songs, and artists whatever the spelling. Guests are users here.

    Liking twice is liking once, and the first date stays. The id of a song that was merged stands for the one kept.
    """

    # songs

    @operation("write")
    def add_song(self, user_id: str, song_id: str) -> bool:
        """Let a user like a song; False if that was so before."""
        self._check_there(User, user_id)
        kept = self._kept([song_id])[song_id]
        self._check_there(Song, kept)
        return self._add(_liked_song(user_id, kept), FavoriteSong, user_id=user_id, song_id=kept)

    @operation("write")
    def remove_song(self, user_id: str, song_id: str) -> bool:
        """Let a user like a song no more; False if that was so before."""
        kept = self._kept([song_id])[song_id]
        return self.session.delete_where(Query(FavoriteSong, _liked_song(user_id, kept))) > 0

    @operation("write")
    def toggle_song(self, user_id: str, song_id: str) -> bool:
        """Turn it round; whether the user likes the song now."""
        return not self.remove_song(user_id, song_id) and self.add_song(user_id, song_id)

    @operation("read", no)
    def is_favorite(self, user_id: str, song_id: str) -> bool:
        """Whether a user likes a song."""
        return self.are_favorites(user_id, [song_id])[song_id]

    @operation("read", dict)
    def are_favorites(self, user_id: str, song_ids: Iterable[str]) -> dict[str, bool]:
        """For each of many songs whether a user likes it."""
        kept = self._kept(_several("song_ids", song_ids))
        liked = And(Eq("user_id", user_id), In("song_id", tuple(kept.values())))
        found = {song_id for (song_id,) in self.session.rows(Query(FavoriteSong, liked), ("song_id",))}
        return {asked: song_id in found for asked, song_id in kept.items()}

    @operation("read")
    def get_songs_page(
        self,
        user_id: str,
        *,
        sort_by: LikedOrder = "title",
        descending: bool | None = None,
        limit: int = 50,
        cursor: str | None = None,
        guest: bool = False,
    ) -> Page[LikedSong]:
        """A page of the songs that a user likes, and the cursor of the next. Dates run newest first.

        It costs what the user likes, not what the library holds. For a guest hidden songs are left out.
        """
        backwards = sort_by == "added_at" if descending is None else descending
        if sort_by not in PAGES:
            raise InvalidValue("sort_by", sort_by, f"choose one of {', '.join(PAGES)}")
        return PAGES[sort_by](self.session, of_favorites(guest, user_id), Order(sort_by, backwards), limit, cursor)

    @operation("single", zero)
    def count_songs(self, user_id: str, *, guest: bool = False) -> int:
        """How many songs a user likes; for a guest, of those that are not hidden."""
        return self._count(FavoriteSong, of_favorites(guest, user_id))

    @operation("read", dict)
    def get_song_counts(self, song_ids: Iterable[str]) -> dict[str, int]:
        """For each of many songs how many users like it."""
        kept = self._kept(_several("song_ids", song_ids))
        counts = self._counts(FavoriteSong, "song_id", kept.values())
        return {asked: counts.get(song_id, 0) for asked, song_id in kept.items()}

    # artists

    @operation("write")
    def add_artist(self, user_id: str, artist: str) -> bool:
        """Let a user like an artist, who need not be in the library; False if that was so before."""
        self._check_there(User, user_id)
        given = {"user_id": user_id, "artist": artist, "artist_key": _key_of(artist)}
        return self._add(_liked_artist(user_id, artist), FavoriteArtist, **given)

    @operation("write")
    def remove_artist(self, user_id: str, artist: str) -> bool:
        """Let a user like an artist no more; False if that was so before."""
        return self.session.delete_where(Query(FavoriteArtist, _liked_artist(user_id, artist))) > 0

    @operation("write")
    def toggle_artist(self, user_id: str, artist: str) -> bool:
        """Turn it round; whether the user likes the artist now."""
        return not self.remove_artist(user_id, artist) and self.add_artist(user_id, artist)

    @operation("single", no)
    def is_favorite_artist(self, user_id: str, artist: str) -> bool:
        """Whether a user likes an artist."""
        return bool(self.session.find(Query(FavoriteArtist, _liked_artist(user_id, artist))))

    @operation("single")
    def get_artists_page(
        self, user_id: str, *, descending: bool = False, limit: int = 50, cursor: str | None = None
    ) -> Page[FavoriteArtist]:
        """A page of the artists that a user likes, by name, and the cursor of the next."""
        query = Query(FavoriteArtist, Eq("user_id", user_id), Order("artist", descending))
        return page_of(self.session, query, limit, cursor)

    @operation("single", zero)
    def count_artists(self, user_id: str) -> int:
        """How many artists a user likes."""
        return self._count(FavoriteArtist, Eq("user_id", user_id))

    @operation("single", dict)
    def get_artist_counts(self, artists: Iterable[str]) -> dict[str, int]:
        """For each of many artists how many users like them."""
        keys = {artist: _key_of(artist) for artist in _several("artists", artists)}
        counts = self._counts(FavoriteArtist, "artist_key", keys.values())
        return {artist: counts.get(key, 0) for artist, key in keys.items()}

    # helpers

    def _check_there(self, model: type[Record], key: str) -> None:
        if self.session.get(model, key) is None:
            raise NotFound(model.__name__, key)

    def _kept(self, song_ids: Iterable[str]) -> dict[str, str]:
        """For each id its own or, if that song was merged, that of the song that was kept."""
        wanted = list(song_ids)
        return {**dict(zip(wanted, wanted, strict=True)), **merged(self.session, wanted)}

    def _add(self, same: Condition, model: type[FavoriteSong | FavoriteArtist], **fields: Any) -> bool:
        if self.session.find(Query(model, same)):
            return False
        self.session.insert(model(id=self.session.context.new_id(), **fields))
        return True

    def _count(self, model: type[Record], liked: Condition) -> int:
        return int(self.session.aggregate(Aggregate(model, liked))[0][0])

    def _counts(self, model: type[Record], field: str, values: Iterable[str]) -> dict[str, int]:
        return dict(self.session.aggregate(Aggregate(model, In(field, tuple(values)), by=(field,))))


def move_favorites(session: Session, from_song_ids: Iterable[str], to_song_id: str) -> int:
    """Let who likes these songs like another instead, since the earliest date; how many moved."""
    return _unite(session, FavoriteSong, ("song_id", "user_id"), tuple(from_song_ids), to_song_id)


def move_user_favorites(session: Session, from_user_id: str, to_user_id: str) -> int:
    """Let one user like what another does, since the earlier date; how many songs and artists moved."""
    songs = _unite(session, FavoriteSong, ("user_id", "song_id"), (from_user_id,), to_user_id)
    return songs + _unite(session, FavoriteArtist, ("user_id", "artist_key"), (from_user_id,), to_user_id)


def _unite(
    session: Session, model: type[Record], fields: tuple[str, str], sources: tuple[str, ...], target: str
) -> int:
    """Put the target in the first field, in place of the sources; rows that are equal in the second become one."""
    moving, other = fields
    groups: dict[str, list[Any]] = {}
    for row in session.find(Query(model, In(moving, (*sources, target)))):
        groups.setdefault(getattr(row, other), []).append(row)
    kept = [_united(rows, moving, target) for rows in groups.values()]
    stay = {row.key for row in kept}
    doomed = [row.key for rows in groups.values() for row in rows if row.key not in stay]
    session.delete_where(Query(model, In("id", doomed)))
    session.upsert(kept)
    return len([row for rows in groups.values() for row in rows if getattr(row, moving) != target])


def _united(rows: list[Any], moving: str, target: str) -> Record:
    """The row that stays: the target's own, or else the first, since the earliest date that is known."""
    own = next((row for row in rows if getattr(row, moving) == target), rows[0])
    dates = [row.added_at for row in rows if row.added_at is not None]
    united: Record = own.replaced({moving: target, "added_at": min(dates, default=None)})
    return united


def _liked_song(user_id: str, song_id: str) -> Condition:
    return And(Eq("user_id", user_id), Eq("song_id", song_id))


def _liked_artist(user_id: str, artist: str) -> Condition:
    return And(Eq("user_id", user_id), Eq("artist_key", _key_of(artist)))


def _key_of(artist: object) -> str:
    if not isinstance(artist, str):
        raise InvalidValue("artist", artist, "a text is expected")
    return key_fold(artist)


def _several(where: str, keys: Iterable[str]) -> tuple[str, ...]:
    """Each of several keys once, in their order."""
    if isinstance(keys, str):
        raise InvalidValue(where, keys, "several are expected, such as a list with this one in it")
    return tuple(dict.fromkeys(keys))
