"""What users like."""

from __future__ import annotations

from typing import cast

from karaoke_persist.contract import And, Eq, Query
from karaoke_persist.contract.importing import NewLike
from karaoke_persist.models import FavoriteArtist, FavoriteSong, Record, User, key_fold
from karaoke_persist.session import Session
from karaoke_persist.transfer.importing.kinds.deciding import (
    Decision,
    Item,
    Planned,
    each,
    is_here,
    known_songs,
    new,
    refused,
    stays,
)


def decide_likes(session: Session, items: list[Item], planned: Planned) -> list[Decision]:
    """Decide about favourites."""
    drafts = [cast(NewLike, item.draft) for item in items]
    songs = known_songs(session, [draft.song_id for draft in drafts if draft.song_id is not None], planned)
    users = session.get_many(User, [draft.user_id for draft in drafts])

    def decide(item: Item) -> Decision:
        draft = cast(NewLike, item.draft)
        if item.entry is not None:
            return stays(item, "it was imported before, and stays as it is here")
        if draft.user_id not in users and draft.user_id not in planned.users:
            return refused(item, f"the user {draft.user_id!r} is not there")
        if draft.song_id is not None and draft.song_id not in songs:
            return refused(item, f"the song {draft.song_id!r} is not there")
        like = _liked_artist(item, draft) if draft.song_id is None else _liked_song(item, draft, songs[draft.song_id])
        if _says(like) in planned.others or session.rows(_same(like), ("id",)):
            return is_here(item, like)
        planned.others.add(_says(like))
        return new(item, like)

    return each(items, decide)


def _liked_song(item: Item, draft: NewLike, song_id: str) -> FavoriteSong | FavoriteArtist:
    return FavoriteSong(id=item.entry_id, user_id=draft.user_id, song_id=song_id)


def _liked_artist(item: Item, draft: NewLike) -> FavoriteSong | FavoriteArtist:
    artist = draft.artist or ""
    return FavoriteArtist(id=item.entry_id, user_id=draft.user_id, artist=artist, artist_key=key_fold(artist))


def _same(like: FavoriteSong | FavoriteArtist) -> Query:
    what = Eq("song_id", like.song_id) if isinstance(like, FavoriteSong) else Eq("artist_key", like.artist_key)
    model: type[Record] = type(like)
    return Query(model, And(Eq("user_id", like.user_id), what), limit=1)


def _says(like: FavoriteSong | FavoriteArtist) -> str:
    what = f"song:{like.song_id}" if isinstance(like, FavoriteSong) else f"artist:{like.artist_key}"
    return f"{like.user_id} {what}"
