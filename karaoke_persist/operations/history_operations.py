"""What was sung, by whom and when, and the statistics of it."""

from __future__ import annotations

from datetime import datetime
from typing import Unpack

from karaoke_persist.contract import Eq, Order, Query
from karaoke_persist.models import Night, Performance
from karaoke_persist.operations.answers import Page
from karaoke_persist.operations.base import Operations, none, operation
from karaoke_persist.operations.history_answers import SingerSong, Sung, TopArtist, TopSinger, TopSong
from karaoke_persist.operations.paging import page_of
from karaoke_persist.operations.performance_pages import (
    PerformanceFilter,
    completed_in,
    performances_page,
    with_singers,
)
from karaoke_persist.operations.performances import end_night, night_tonight
from karaoke_persist.operations.statistics import Span, songs_of, top_artists, top_singers, top_songs


class HistoryOperations(Operations):
    """Performances, the nights they belong to, and what is counted over them.

    The queue writes the history by itself. What is counted was completed: a song that was skipped, or left open by a
    crash, is listed and counts nowhere.
    """

    # performances

    @operation("read", none)
    def get_performance(self, performance_id: str) -> Sung | None:
        """A performance, which has the id of the queue entry that was played, and its singers; or None."""
        performance = self.session.get(Performance, performance_id)
        return None if performance is None else next(iter(with_singers(self.session, [performance])))

    @operation("read")
    def get_performances_page(
        self, *, limit: int = 50, cursor: str | None = None, **filters: Unpack[PerformanceFilter]
    ) -> Page[Sung]:
        """A page of performances, newest first: all, or those that meet every filter of `PerformanceFilter`."""
        return performances_page(self.session, filters, limit, cursor)

    @operation("read", list)
    def get_sung_tonight(self, room_id: str) -> list[Sung]:
        """What was completed tonight in a room, in order; nothing after more than six hours of quiet."""
        night = night_tonight(self.session, room_id)
        return [] if night is None else completed_in(self.session, night.id)

    # nights

    @operation("single")
    def get_nights_page(self, *, room_id: str | None = None, limit: int = 50, cursor: str | None = None) -> Page[Night]:
        """A page of the nights of a room or of all, newest first."""
        where = None if room_id is None else Eq("room_id", room_id)
        return page_of(self.session, Query(Night, where, Order("opened_at", descending=True)), limit, cursor)

    @operation("single", none)
    def get_night(self, night_id: str) -> Night | None:
        """The night with this id, or None."""
        return self.session.get(Night, night_id)

    @operation("single", none)
    def get_current_night(self, room_id: str) -> Night | None:
        """The night that a song would be sung in now; None before the first, and after more than six hours of quiet."""
        return night_tonight(self.session, room_id)

    @operation("write")
    def close_night(self, night_id: str) -> Night:
        """End a night now, or if it has long been quiet, then; the next song opens another. A closed one stays closed.

        While a song is on stage it is `IllegalState`; a night that is not there is `NotFound`.
        """
        return end_night(self.session, night_id)

    # statistics

    @operation("read", list)
    def get_top_songs(
        self,
        *,
        night_id: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int = 10,
    ) -> list[TopSong]:
        """The songs that were sung most, of a night, a period, or all time; of as many, the lower id first."""
        return top_songs(self.session, Span(night_id, since, until), limit)

    @operation("single", list)
    def get_top_artists(
        self,
        *,
        night_id: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int = 10,
    ) -> list[TopArtist]:
        """The artists whose songs were sung most; of as many, in alphabetical order."""
        return top_artists(self.session, Span(night_id, since, until), limit)

    @operation("read", list)
    def get_top_singers(
        self,
        *,
        night_id: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int = 10,
    ) -> list[TopSinger]:
        """The singers who sang most, each by the name used last; a duet counts for both. Ties go by their keys."""
        return top_singers(self.session, Span(night_id, since, until), limit)

    @operation("read", list)
    def get_songs_of_singer(self, singer: str) -> list[SingerSong]:
        """Every song that a singer has completed, with how often, and the key and tempo of the last time; newest first.

        `singer` is a key: `singer_key("Ana")` of a guest, `singer_key("Ana", user_id)` of a user.
        """
        return songs_of(self.session, singer)
