"""The documents of one tier in the order of places.

Titles that begin with a text are a range of the index that orders documents: those stand together, and need no grams.
Only further forms of a title do. Artists that are a text, or begin with one, are few names as a rule, or none, and
their documents are found by name. All else is found by grams.
"""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

from karaoke_persist.models.json_values import INT64_MAX
from karaoke_persist_sql.search.clauses import Asked, all_of, in_range
from karaoke_persist_sql.search.further_titles import further_part, further_places
from karaoke_persist_sql.search.hits import Hits, Row
from karaoke_persist_sql.search.index import Clause
from karaoke_persist_sql.search.rows import Order
from karaoke_persist_sql.shapes import prefix_end

COLUMNS = "{place}, d.song_id, d.title, d.artist"
NAMES = 30
"""Up to so many artists are looked for by name."""
FURTHER = 200
"""Up to so many documents with a further form that does are looked for, once for all tiers; mostly there are none."""


class Mark(NamedTuple):
    """Where a page ended: the place of the last document up to one, which may be gone, and what that is ordered by."""

    place: int
    order: Order


class Window(NamedTuple):
    """Which part of a tier is wanted."""

    after: Mark | None
    """Only what is behind this."""
    offset: int
    limit: int


class TierRows(NamedTuple):
    """Documents of a tier, and how many before them were passed over."""

    rows: list[Row]
    passed: int


class Tiers:
    """The tiers of one plan that has any."""

    def __init__(self, hits: Hits) -> None:
        self._hits, self._tests, self._plan = hits, hits.tests, hits.plan
        plan = hits.plan
        filters = plan.fielded, plan.years, plan.language, plan.genre
        self._is_plain = not plan.with_lyrics and not any(filters)

    def rows(self, tier: int, window: Window) -> TierRows:
        """What a window shows of a tier."""
        if tier in (0, 2) and self._is_plain:
            return self._by_title(tier, window)
        asked = self._tests.tier(tier) if self._plan.whole else self._tests.everything()
        if tier in (1, 3):
            names = self._names(tier)
            if names is not None:
                if not names:
                    return TierRows([], 0)
                asked = self._tests.tier(tier, [self._hits.called(names)])
        return self._streamed(asked, window)

    def _streamed(self, asked: Asked, window: Window) -> TierRows:
        hits, (_, offset, limit) = self._hits, window
        after = None if window.after is None else window.after.place
        rows = hits.stream(asked, COLUMNS, after=after, limit=limit, offset=offset)
        if rows or not offset:
            return TierRows(rows, offset)
        behind = asked if after is None else asked.plus(Clause("d.place > ?", (after,)))
        return TierRows([], min(offset, hits.count(behind)))

    def _by_title(self, tier: int, window: Window) -> TierRows:
        """Two ways that may meet: documents whose first form it is, and those of which it is a further one."""
        _, offset, limit = window
        after, until = None if window.after is None else window.after.place, min(offset + limit, INT64_MAX)
        found = {row[0]: row for row in self._in_order(tier, window.after, until)}
        before = sorted(found)[until - 1] if len(found) >= until > 0 else None
        found.update((row[0], row) for row in self._further(tier, (after, before), until))
        rows = [found[place] for place in sorted(found)]
        return TierRows(rows[offset:until], min(offset, len(rows)))

    def _further(self, tier: int, between: tuple[int | None, int | None], limit: int) -> list[Row]:
        """Those between two places; enough is known already that none behind the second would be shown."""
        (after, before), hits, places = between, self._hits, self._further_places
        if places is None:
            asked = self._tests.tier(tier).plus(needed=[further_part(hits, self._plan.whole)])
            return hits.stream(asked, COLUMNS, after=after, before=before, limit=limit)
        if not places:
            return []
        rows = sorted(hits.fetch(*hits.statement(self._tests.tier(tier, ()).plus(hits.at(places)), COLUMNS)))
        return [row for row in rows if after is None or row[0] > after][:limit]

    @cached_property
    def _further_places(self) -> list[int] | None:
        return further_places(self._hits, self._plan.whole, FURTHER)

    def _in_order(self, tier: int, after: Mark | None, limit: int) -> list[Row]:
        """From the index that orders documents, entered where the page before ended."""
        wheres = [*self._tests.by_sql_alone(needles=False), *self._tests.denied(tier)]
        rows: list[Row] = []
        for text in self._plan.whole:
            where = all_of([_same(text, after) if tier == 0 else _beginning(text, after), *wheres])
            sql = (
                f"SELECT {COLUMNS.format(place='d.place')} FROM {self._docs} AS d"  # noqa: S608
                f" WHERE {where.sql} ORDER BY d.title, d.artist, d.song_id LIMIT ?"
            )
            rows += self._hits.fetch(sql, (*where.parameters, limit))
        return rows

    @property
    def _docs(self) -> str:
        return self._hits.tables.name(self._hits.tables.docs)

    def _names(self, tier: int) -> list[str] | None:
        """The names of the artists with such a form; None if they are too many."""
        tables, texts = self._hits.tables, self._plan.whole
        own = [Clause("f.form = ?", (text,)) if tier == 1 else in_range("f.form", text) for text in texts]
        forms = tables.name(tables.artist_forms)
        each = (f"SELECT f.artist_id FROM {forms} AS f WHERE f.further IN (0, 1) AND {where.sql}" for where in own)  # noqa: S608
        sql = (
            f"SELECT DISTINCT name FROM {tables.name(tables.artists)} WHERE id IN ({' UNION ALL '.join(each)}) LIMIT ?"  # noqa: S608
        )
        parameters = [value for where in own for value in where.parameters]
        rows = self._hits.fetch(sql, (*parameters, NAMES + 1))
        return None if len(rows) > NAMES else [name for (name,) in rows]


def _same(title: str, after: Mark | None) -> Clause:
    """The documents of a title, behind a mark."""
    same = Clause("d.title = ?", (title,))
    if after is None or after.order[0] < title:
        return same
    if after.order[0] > title:
        return Clause("1 = 0")
    return all_of([same, Clause("(d.artist, d.song_id) > (?, ?)", after.order[1:])])


def _beginning(start: str, after: Mark | None) -> Clause:
    """The documents of titles that begin with a text, behind a mark; one lower bound, by which the index is entered."""
    if after is None or after.order[0] < start:
        return in_range("d.title", start)
    end = prefix_end(start)
    bounds = [Clause("(d.title, d.artist, d.song_id) > (?, ?, ?)", after.order)]
    return all_of([*bounds, *([] if end is None else [Clause("d.title < ?", (end,))])])
