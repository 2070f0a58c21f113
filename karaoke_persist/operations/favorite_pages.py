"""Pages of the songs that a user likes. They cost what the user likes, not what the library holds."""

from __future__ import annotations

from collections.abc import Iterable

from karaoke_persist.contract import Condition, Exists, In, Order, Query
from karaoke_persist.contract.cursor import decode_cursor, encode_cursor
from karaoke_persist.models import FavoriteSong, Song, key_fold
from karaoke_persist.operations.answers import Page
from karaoke_persist.operations.paging import check_page_size, page_of
from karaoke_persist.operations.user_answers import LikedSong
from karaoke_persist.session import Session


def page_by_date(session: Session, liked: Condition, order: Order, limit: int, cursor: str | None) -> Page[LikedSong]:
    """By when they came to like them."""
    page = page_of(session, Query(FavoriteSong, liked, order), limit, cursor)
    songs = _songs(session, (each.song_id for each in page.items))
    items = (LikedSong(songs[each.song_id], each.added_at) for each in page.items if each.song_id in songs)
    return Page(tuple(items), page.cursor)


def page_by_title(session: Session, liked: Condition, order: Order, limit: int, cursor: str | None) -> Page[LikedSong]:
    """By title: first what the user likes, then only the titles of these songs, then the songs of the page."""
    check_page_size(limit)
    query = Query(Song, Exists(FavoriteSong, {"id": "song_id"}, liked), order)
    dates = dict(session.rows(Query(FavoriteSong, liked), ("song_id", "added_at")))
    places = _places(session, dates, order)
    if cursor is not None:
        last = _place(*decode_cursor(query, cursor))
        places = [place for place in places if (place < last if order.descending else place > last)]
    shown = places[:limit]
    songs = _songs(session, (song_id for _, _, song_id in shown))
    items = (LikedSong(songs[song_id], dates[song_id]) for _, _, song_id in shown if song_id in songs)
    more = encode_cursor(query, shown[-1][1:]) if len(places) > limit else None
    return Page(tuple(items), more)


def _places(session: Session, song_ids: Iterable[str], order: Order) -> list[tuple[str, str, str]]:
    titles = session.rows(Query(Song, In("id", tuple(song_ids))), ("title", "id"))
    return sorted((_place(title, song_id) for title, song_id in titles), reverse=order.descending)


def _place(title: str, song_id: str) -> tuple[str, str, str]:
    """What the contract sorts a title by."""
    return key_fold(title), title, song_id


def _songs(session: Session, song_ids: Iterable[str]) -> dict[str, Song]:
    """A listing, in which a song that cannot be read is left out and hides no other."""
    return {song.id: song for song in session.find(Query(Song, In("id", tuple(song_ids))))}
