"""A page by a field of the songs.

With few candidates, all hits are sorted; otherwise the songs are walked in the order of the field, which has an index,
until enough of them match. How often songs were sung has an index only of those that were; the others come by key.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from karaoke_persist.contract.reference.search_answers import sort_field
from karaoke_persist.contract.search import SearchRequest
from karaoke_persist.models import Kind, Song, field_of
from karaoke_persist.models.text import key_fold
from karaoke_persist_sql.names import fold_name
from karaoke_persist_sql.search.clauses import Asked, all_of
from karaoke_persist_sql.search.hits import Hits, Row
from karaoke_persist_sql.search.index import Clause
from karaoke_persist_sql.search.pages import Found

FEW = 2_000
"""Up to so many candidates, all hits are sorted."""


class Part(NamedTuple):
    """A run of the order, such as the songs that have a value."""

    columns: tuple[str, ...]
    """What the run is sorted by."""
    where: Clause
    holds: Callable[[Any], bool]
    """Whether songs with a value are in it."""
    of_documents: bool = False
    """Whether the order is that of an index of the documents, and not of the songs."""


class Matching(NamedTuple):
    """The songs of a part that match: what stands after FROM, and after WHERE."""

    tables: str
    where: Clause


def page_by_field(hits: Hits, request: SearchRequest) -> Found:
    """The page that a request asks for."""
    asked, field = hits.tests.everything(), sort_field(request) or ""
    few = hits.narrowed(asked, FEW)
    found: list[Row] = []
    wanted, offset = request.limit + 1, request.offset
    for part in _behind(hits, request, _parts(field, request.descending, few is not None)):
        songs = _walked(hits, part) if few is None else _gathered(hits, few, part)
        rows = _read(hits, songs, (field, *part.columns), request.descending, (wanted - len(found), offset))
        found += rows
        if len(found) == wanted:
            break
        if offset:
            offset = 0 if rows else max(0, offset - _number_of(hits, songs))
    page = found[: request.limit]
    more = page and len(found) > len(page)
    place = (hits.session.plans[Song].codec.decode_cell(field, page[-1][1]), page[-1][0]) if more else None
    return Found([row[0] for row in page], place)


def _parts(field: str, descending: bool, few: bool) -> list[Part]:
    about, name = field_of(Song, field), f"s.{field}"
    own = (f"s.{fold_name(field)}", name) if about.kind is Kind.INDEXED else (name,)
    if about.nullable:
        absent = Part(("s.id",), Clause(f"{name} IS NULL"), lambda value: value is None)
        return [Part((*own, "s.id"), Clause(f"{name} IS NOT NULL"), lambda value: value is not None), absent]
    if few or field in (each.field for each in Song.integrity.sorted):
        return [Part((*own, "s.id"), Clause(f"{name} IS NOT NULL"), lambda _: True)]
    sung = Part(("d.plays", "d.song_id"), Clause("d.plays > 0"), lambda value: bool(value), of_documents=True)
    other = Part(("s.id",), Clause(f"{name} = 0"), lambda value: not value)
    return [sung, other] if descending else [other, sung]


def _behind(hits: Hits, request: SearchRequest, parts: list[Part]) -> list[Part]:
    """The parts from the place on that a request names, the first of them without what lies before it."""
    if request.after is None:
        return parts
    value, key = request.after
    at = next(number for number, part in enumerate(parts) if part.holds(value))
    part, field = parts[at], sort_field(request) or ""
    cell = hits.session.plans[Song].codec.cell(field, value)
    values = {
        f"s.{field}": cell,
        f"s.{fold_name(field)}": key_fold(value) if isinstance(value, str) else None,
        "s.id": key,
        "d.plays": cell,
        "d.song_id": key,
    }
    sign, marks = "<" if request.descending else ">", ", ".join("?" * len(part.columns))
    behind = Clause(f"({', '.join(part.columns)}) {sign} ({marks})", tuple(values[column] for column in part.columns))
    return [part._replace(where=all_of([part.where, behind])), *parts[at + 1 :]]


def _gathered(hits: Hits, asked: Asked, part: Part) -> Matching:
    """To be sorted."""
    source, where = hits.sought(asked.plus(part.where))
    return Matching(f"{source.tables} CROSS JOIN {_songs(hits)} AS s", all_of([where, Clause("s.id = d.song_id")]))


def _walked(hits: Hits, part: Part) -> Matching:
    """In the order of the field, each looked at."""
    wheres = [Clause("d.song_id = s.id"), part.where, *hits.tests.by_sql_alone()]
    songs, docs = f"{_songs(hits)} AS s", f"{hits.tables.name(hits.tables.docs)} AS d"
    first, second = (docs, songs) if part.of_documents else (songs, docs)
    return Matching(f"{first} CROSS JOIN {second}", all_of(wheres))


def _read(
    hits: Hits, songs: Matching, columns: tuple[str, ...], descending: bool, window: tuple[int, int]
) -> list[Row]:
    field, *order = columns
    sorting = ", ".join(f"{column} DESC" if descending else column for column in order)
    sql = f"SELECT s.id, s.{field} FROM {songs.tables} WHERE {songs.where.sql} ORDER BY {sorting} LIMIT ? OFFSET ?"  # noqa: S608
    return hits.fetch(sql, (*songs.where.parameters, *window))


def _number_of(hits: Hits, songs: Matching) -> int:
    sql = f"SELECT count(*) FROM {songs.tables} WHERE {songs.where.sql}"  # noqa: S608
    return int(hits.fetch(sql, songs.where.parameters)[0][0])


def _songs(hits: Hits) -> str:
    return hits.session.plans.dialect.qualified(hits.session.plans[Song].table.name)
