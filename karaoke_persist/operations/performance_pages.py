"""Performances in pages, newest first, by whatever they are looked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, TypedDict, get_args

from karaoke_persist.contract import And, Compare, Condition, Eq, Exists, In, Not, Order, Query
from karaoke_persist.errors import InvalidValue
from karaoke_persist.models import Performance, PerformanceSinger
from karaoke_persist.models.history import PerformanceStatus
from karaoke_persist.operations.answers import Page
from karaoke_persist.operations.history_answers import Sung
from karaoke_persist.operations.paging import page_of
from karaoke_persist.operations.redirects import kept_ids
from karaoke_persist.session import Session

NEWEST: Final = Order("started_at", descending=True)
_NARROWEST_FIRST: Final = ("night_id", "song_id", "status", "room_id")
_OF_SINGERS: Final = ("night_id", "song_id", "singer")


class PerformanceFilter(TypedDict, total=False):
    """What performances are looked for by; all of it holds."""

    night_id: str
    room_id: str
    song_id: str
    singer: str
    """As `karaoke_persist.models.singer` has it."""
    status: PerformanceStatus
    since: datetime
    """Those that began then or later."""
    until: datetime
    """Those that began before."""


def performances_page(session: Session, filters: PerformanceFilter, limit: int, cursor: str | None) -> Page[Sung]:
    """A page of performances with their singers."""
    wanted = _checked(filters)
    if "song_id" in wanted:
        (wanted["song_id"],) = kept_ids(session, [wanted["song_id"]])
    if "singer" in wanted:
        rows = page_of(session, Query(PerformanceSinger, _of_singer(wanted), NEWEST), limit, cursor)
        performances = session.get_many(Performance, [row.performance_id for row in rows.items])
        return Page(with_singers(session, performances.values()), rows.cursor)
    page = page_of(session, Query(Performance, _of_performance(wanted), NEWEST), limit, cursor)
    return replace(page, items=with_singers(session, page.items))


def completed_in(session: Session, night_id: str) -> list[Sung]:
    """What was completed in a night, in order."""
    completed = And(Eq("night_id", night_id), unindexed(Eq("status", "completed")))
    return list(with_singers(session, session.find(Query(Performance, completed, Order("started_at")))))


def unindexed(condition: Condition) -> Condition:
    """The same condition, of which no index is made use: without statistics, SQLite takes the first that fits."""
    return Not(Not(condition))


def period(since: datetime | None, until: datetime | None) -> list[Condition]:
    """What began from `since` on and before `until`."""
    begin = [] if since is None else [Compare("started_at", ">=", since)]
    end = [] if until is None else [Compare("started_at", "<", until)]
    return [*begin, *end]


def _checked(filters: Mapping[str, Any]) -> dict[str, Any]:
    known = PerformanceFilter.__annotations__
    for name in filters:
        if name not in known:
            raise InvalidValue("filter", name, f"performances are looked for by {', '.join(known)}")
    status = filters.get("status")
    if status is not None and status not in get_args(PerformanceStatus):
        raise InvalidValue("status", status, f"choose one of {', '.join(get_args(PerformanceStatus))}")
    return {name: value for name, value in filters.items() if value is not None}


def _of_performance(wanted: Mapping[str, Any]) -> Condition:
    equal = [Eq(name, wanted[name]) for name in _NARROWEST_FIRST if name in wanted]
    return And(*equal[:1], *map(unindexed, equal[1:]), *period(wanted.get("since"), wanted.get("until")))


def _of_singer(wanted: Mapping[str, Any]) -> Condition:
    own = [Eq(name, wanted[name]) for name in _OF_SINGERS if name in wanted]
    other = [Eq(name, wanted[name]) for name in ("status", "room_id") if name in wanted]
    performed = [Exists(Performance, {"performance_id": "id"}, And(*other))] if other else []
    return And(*own, *performed, *period(wanted.get("since"), wanted.get("until")))


def with_singers(session: Session, performances: Iterable[Performance]) -> tuple[Sung, ...]:
    """Performances, each with those who sang it."""
    by_id: dict[str, list[PerformanceSinger]] = {}
    shown = list(performances)
    singing = Query(PerformanceSinger, In("performance_id", [each.id for each in shown]), Order("place"))
    for singer in session.find(singing) if shown else ():
        by_id.setdefault(singer.performance_id, []).append(singer)
    return tuple(Sung(each, tuple(by_id.get(each.id, ()))) for each in shown)
