"""Finding songs that seem to be the same, a page at a time."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby, islice
from typing import Any, Final, Literal

from karaoke_persist.contract import COUNT, Aggregate, And, Compare, FoldedEq, In, IsNull, Not, Order, Query
from karaoke_persist.contract.cursor import decode_cursor, encode_cursor
from karaoke_persist.errors import InvalidValue
from karaoke_persist.models import Song, key_fold
from karaoke_persist.operations.answers import Page
from karaoke_persist.operations.fuzzy_duplicates import LIKENESS, fuzzy_groups
from karaoke_persist.operations.paging import check_page_size
from karaoke_persist.operations.song_versions import best_first
from karaoke_persist.operations.version_answers import DuplicateGroup
from karaoke_persist.session import Session

Sameness = Literal["exact", "folded", "fuzzy", "video_id", "checksum"]
"""Artist and title to the letter, or but for case and accents, or nearly; or the same video, or the same recording."""

_BATCH: Final = 5_000
_NAMES: Final = ("title", "id", "artist")
_BY_TITLE: Final = Order("title")
Row = tuple[Any, ...]


def find_duplicates(
    session: Session, by: Sameness, limit: int, cursor: str | None, likeness: float = LIKENESS
) -> Page[DuplicateGroup]:
    """So many groups from a cursor on, and the cursor of the next."""
    check_page_size(limit)
    if by in ("exact", "folded"):
        return _by_name(session, folded=by == "folded", limit=limit, cursor=cursor)
    if by == "fuzzy":
        groups, more = fuzzy_groups(session, likeness, limit, cursor)
        return Page(tuple(_filled(session, groups)), more)
    if by in ("video_id", "checksum"):
        return _by_field(session, by, limit, cursor)
    raise InvalidValue("by", by, "choose one of exact, folded, fuzzy, video_id, checksum")


# by artist and title: songs are read in the order of their titles, where versions stand together


def _by_name(session: Session, *, folded: bool, limit: int, cursor: str | None) -> Page[DuplicateGroup]:
    query = Query(Song, None if folded else And(), _BY_TITLE)  # so that their cursors differ
    after = None if cursor is None else decode_cursor(query, cursor)
    found = list(islice(_groups(session, folded, after), limit + 1))
    more = encode_cursor(query, found[limit - 1][-1][:2]) if len(found) > limit else None
    return Page(tuple(_filled(session, [[row[1] for row in group] for group in found[:limit]])), more)


def _groups(session: Session, folded: bool, after: Row | None) -> Iterator[list[Row]]:
    """The groups after a place, in the order of their last songs."""
    if after is not None:
        run = session.rows(Query(Song, FoldedEq("title", after[0]), _BY_TITLE), _NAMES)
        yield from (group for group in _within(run, folded) if group[-1][:2] > after)
        after = max([after, *(row[:2] for row in run)])
    for _, rows in groupby(_names(session, after), lambda row: key_fold(row[0])):
        run = list(rows)
        if len(run) > 1:
            yield from _within(run, folded)


def _within(run: list[Row], folded: bool) -> list[list[Row]]:
    """The groups among songs whose titles have the same fold."""
    groups: dict[Any, list[Row]] = {}
    for row in run:
        groups.setdefault(key_fold(row[2]) if folded else (row[0], row[2]), []).append(row)
    return sorted((group for group in groups.values() if len(group) > 1), key=lambda group: group[-1][:2])


def _names(session: Session, after: Row | None) -> Iterator[Row]:
    while rows := session.rows(Query(Song, None, _BY_TITLE, limit=_BATCH, after=after), _NAMES):
        yield from rows
        after = rows[-1][:2]


# by a field that is the same


def _by_field(session: Session, field: str, limit: int, cursor: str | None) -> Page[DuplicateGroup]:
    query = Query(Song, Not(IsNull(field)))
    (after,) = ("",) if cursor is None else decode_cursor(query, cursor)
    request = Aggregate(Song, query.where, by=(field,), measures=(COUNT,), having=Compare("count", ">", 1))
    values = sorted(value for value, _ in session.aggregate(request) if value > after)
    more = encode_cursor(query, (values[limit - 1],)) if len(values) > limit else None
    rows = session.rows(Query(Song, In(field, values[:limit])), (field, "id"))
    groups: dict[str, list[str]] = {value: [] for value in values[:limit]}
    for value, song_id in rows:
        groups[value].append(song_id)
    return Page(tuple(_filled(session, list(groups.values()))), more)


def _filled(session: Session, groups: list[list[str]]) -> Iterator[DuplicateGroup]:
    songs = session.get_many(Song, [song_id for group in groups for song_id in group])
    return (DuplicateGroup(tuple(best_first(songs[song_id] for song_id in group))) for group in groups)
