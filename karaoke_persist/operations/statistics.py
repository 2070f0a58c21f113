"""What is counted over the history: completed performances only, each once for its song and once for each singer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from karaoke_persist.contract import Aggregate, And, Condition, Eq, In, Order, Query
from karaoke_persist.contract.checks import check_page
from karaoke_persist.models import Performance, PerformanceSinger, Record, Song
from karaoke_persist.operations.history_answers import SingerSong, TopArtist, TopSinger, TopSong
from karaoke_persist.operations.performance_pages import NEWEST, period, unindexed
from karaoke_persist.session import Session

_COMPLETED: Final[dict[type[Record], Condition]] = {
    Performance: Eq("status", "completed"),
    PerformanceSinger: Eq("completed", True),
}


@dataclass(frozen=True, slots=True)
class Span:
    """The part of the history that is counted: a night, or what began from `since` on and before `until`, or all."""

    night_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def completed(self, model: type[Record]) -> Condition:
        """What was completed in it.

        A night is small, and found by its index. All else is counted in one pass over the index that has the groups in
        their order and the times beside them; reading a long period by its times would cost several such passes.
        """
        times = map(unindexed, period(self.since, self.until))
        if self.night_id is None:
            return And(_COMPLETED[model], *times)
        return And(Eq("night_id", self.night_id), unindexed(_COMPLETED[model]), *times)


def top_songs(session: Session, span: Span, limit: int) -> list[TopSong]:
    """Those that were sung most; of as many, the lower id first."""
    counted = _most(session, Performance, "song_id", span, limit)
    names = _names_now(session, [song_id for song_id, _ in counted])
    return [
        TopSong(song_id, *(names.get(song_id) or _last_names(session, song_id)), times) for song_id, times in counted
    ]


def top_artists(session: Session, span: Span, limit: int) -> list[TopArtist]:
    """Those whose songs were sung most; of as many, in alphabetical order."""
    return [TopArtist(artist, times) for artist, times in _most(session, Performance, "artist", span, limit)]


def top_singers(session: Session, span: Span, limit: int) -> list[TopSinger]:
    """Those who sang most; of as many, in the order of their keys."""
    counted = _most(session, PerformanceSinger, "singer", span, limit)
    return [TopSinger(singer, _latest_name(session, singer), times) for singer, times in counted]


def songs_of(session: Session, singer: str) -> list[SingerSong]:
    """The songs that a singer has completed, the one that was sung last first."""
    own = And(Eq("singer", singer), unindexed(Eq("completed", True)))
    sung = session.rows(Query(PerformanceSinger, own, NEWEST), ["song_id", "performance_id"])
    times = Counter(song_id for song_id, _ in sung)
    latest = dict(reversed(sung))
    performances = session.get_many(Performance, [latest[song_id] for song_id in times])
    names = _names_now(session, times)
    return [_song_of_singer(each, names, times[each.song_id]) for each in performances.values()]


def _most(session: Session, model: type[Record], field: str, span: Span, limit: int) -> list[tuple[Any, ...]]:
    check_page(limit)
    most = Order("count", descending=True)
    return session.aggregate(Aggregate(model, span.completed(model), by=(field,), order=most, limit=limit))


def _song_of_singer(last: Performance, names: Mapping[str, tuple[str, str]], times: int) -> SingerSong:
    title, artist = names.get(last.song_id, (last.title, last.artist))
    return SingerSong(last.song_id, title, artist, times, last.started_at, last.key_shift, last.tempo)


def _names_now(session: Session, song_ids: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Title and artist of each song that is still there."""
    there = session.rows(Query(Song, In("id", list(song_ids))), ["id", "title", "artist"])
    return {song_id: (title, artist) for song_id, title, artist in there}


def _last_names(session: Session, song_id: str) -> tuple[str, str]:
    ((title, artist),) = _latest(session, Performance, Eq("song_id", song_id), ["title", "artist"])
    return title, artist


def _latest_name(session: Session, singer: str) -> str:
    ((name,),) = _latest(session, PerformanceSinger, Eq("singer", singer), ["name"])
    return str(name)


def _latest(session: Session, model: type[Record], where: Condition, fields: list[str]) -> list[tuple[Any, ...]]:
    return session.rows(Query(model, where, NEWEST, limit=1), fields)
