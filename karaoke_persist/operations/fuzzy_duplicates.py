"""Finding songs of one artist whose titles are nearly the same.

The likeness of two titles is the normalised indel similarity of their folds: twice the length of their longest common
subsequence by the sum of their lengths. A group is a star: every song in it is like the one with the least id. Chains,
in which each song is only like the next, would in the end hold everything.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby, islice
from typing import Any, Final

from karaoke_persist.contract import And, FoldedEq, Order, Query
from karaoke_persist.contract.cursor import decode_cursor, encode_cursor
from karaoke_persist.contract.search import NORMALISER
from karaoke_persist.errors import InvalidValue
from karaoke_persist.models import Song, key_fold
from karaoke_persist.session import Session

LIKENESS: Final = 0.85
"""How much alike two titles are by default."""
_BATCH: Final = 5_000
_NAMES: Final = ("artist", "id", "title")
_QUERY: Final = Query(Song, And(), Order("artist"))
Row = tuple[Any, ...]


def fuzzy_groups(
    session: Session, likeness: float, limit: int, cursor: str | None
) -> tuple[list[list[str]], str | None]:
    """The ids of so many groups from a cursor on, by artist and then by least id, and the cursor of the next."""
    _check_likeness(likeness)
    after = None if cursor is None else decode_cursor(_QUERY, cursor)
    found = list(islice(_groups(session, likeness, after), limit + 1))
    more = encode_cursor(_QUERY, (found[limit - 1][0], found[limit - 1][1][0])) if len(found) > limit else None
    return [group for _, group in found[:limit]], more


def stars(titles: Sequence[tuple[str, str]], likeness: float) -> Iterator[list[str]]:
    """Groups of ids among pairs of id and folded title, the least id of each first. No id is in two of them."""
    from rapidfuzz import fuzz, process

    rest = dict(sorted(titles))
    while rest:
        centre = next(iter(rest))
        title = rest.pop(centre)
        alike = process.extract(title, rest, scorer=fuzz.ratio, score_cutoff=likeness * 100, limit=None)
        if alike:
            members = sorted(key for _, _, key in alike)
            for key in members:
                del rest[key]
            yield [centre, *members]


def _groups(session: Session, likeness: float, after: Row | None) -> Iterator[tuple[str, list[str]]]:
    """The name of an artist and the ids of a group, after a place."""
    if after is not None:
        artist, centre = after
        run = session.rows(Query(Song, FoldedEq("artist", artist), Order("artist")), _NAMES)
        yield from ((artist, group) for group in _stars_of(run, likeness) if group[0] > centre)
        after = max([(artist, centre), *(row[:2] for row in run)], key=_place)
    for _, rows in groupby(_names(session, after), lambda row: key_fold(row[0])):
        run = list(rows)
        yield from ((run[0][0], group) for group in _stars_of(run, likeness))


def _stars_of(run: Sequence[Row], likeness: float) -> Iterator[list[str]]:
    return stars([(song_id, NORMALISER.primary(title)) for _, song_id, title in run], likeness)


def _names(session: Session, after: Row | None) -> Iterator[Row]:
    while rows := session.rows(Query(Song, None, _QUERY.order, limit=_BATCH, after=after), _NAMES):
        yield from rows
        after = rows[-1][:2]


def _place(place: Row) -> tuple[str, str, str]:
    artist, song_id = place
    return key_fold(artist), artist, song_id


def _check_likeness(likeness: object) -> None:
    is_number = isinstance(likeness, int | float) and not isinstance(likeness, bool)
    if not is_number or not 0.5 <= likeness <= 1:  # type: ignore[operator]
        raise InvalidValue("likeness", likeness, "a share from 0.5 to 1 is expected; 1 is the same title")
