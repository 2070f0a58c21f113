"""Songs and artists that a query with slips may have meant.

Candidates come by grams: each needle is there, or a word near it. To look for near words takes longest, so the longest
needles are asked for first, until few songs are left, which are measured at once. Many are not: see `near_ways`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import chain, repeat
from typing import Final

from karaoke_persist.contract.reference.search_answers import near_artists, telling
from karaoke_persist.contract.search import SearchDocument, near
from karaoke_persist.contract.search.plan import Needle
from karaoke_persist.contract.search.query import TextField
from karaoke_persist.contract.search.request import NEAR_MOST
from karaoke_persist.models.text import key_fold
from karaoke_persist_sql.search.clauses import Asked, Part, contained_grams
from karaoke_persist_sql.search.grams import Grams, parts_of
from karaoke_persist_sql.search.hits import Hits
from karaoke_persist_sql.search.index import Clause
from karaoke_persist_sql.search.near_ways import Measured, Share, nearest, ways
from karaoke_persist_sql.search.rows import IndexRow, document_of_row, placed_rows, unwrapped, wrapped
from karaoke_persist_sql.search.vocabulary import Slips, words_near

FEW = 300
"""Up to so many candidates are measured at once."""
AT_ONCE = (30, 300, 3_000)
"""Of many so many are, first and then."""
FEW_WORDS = 8
"""Documents are asked for one of so many words; for one of more they are measured."""
NEAR_FIELDS: Final[tuple[TextField, ...]] = ("title", "artist")
_COLUMNS = ", ".join(("{place}", *(f"d.{name}" for name in IndexRow._fields)))


class NearMatches:
    """The near matches of one plan."""

    def __init__(self, hits: Hits) -> None:
        plan = hits.plan
        self._plan, self._hits = plan, hits
        self._filtered = hits.of(replace(plan, needles=(), fielded=()))
        self._needles = (*plan.needles, *plan.fielded)
        self._near: dict[Needle, Slips] = {}

    def songs(self) -> list[str]:
        """The keys of the songs with the fewest slips."""
        return self._of_many() if self._few is None else self._least(self._few)

    def artists(self) -> Sequence[str]:
        """The names of the artists with the fewest slips."""
        plan = self._plan
        if self._few is not None:
            return near_artists(plan, self._few)
        if not plan.whole and not any(needle.field == "artist" for needle in plan.fielded):
            return []
        least: dict[str, int] = {}
        words = {word for needle in telling(plan) for word in self._words(needle)}
        for name, forms in self._artists_with(words):
            slips = near.artist_distance(plan, _artist(forms))
            if slips and slips < least.get(name, slips + 1) and self._passes(name, forms):
                least[name] = slips
        ranked = sorted(least, key=lambda name: (least[name], key_fold(name), name))
        return ranked[:NEAR_MOST]

    def _words(self, needle: Needle) -> Slips:
        if needle not in self._near:
            self._near[needle] = words_near(self._hits, needle)
        return self._near[needle]

    def _words_after(self, needle: Needle, slips: int) -> list[str]:
        return [word for word, count in self._words(needle).items() if count == slips]

    def _perhaps(self, needle: Needle) -> Part:
        """That a needle is there, or a word near it."""
        return Part((*contained_grams(needle), *_whole(self._words(needle))))

    @cached_property
    def _few(self) -> list[SearchDocument] | None:
        """The documents among which are all that were perhaps meant; None if they are many."""
        asked = self._filtered.tests.rest()
        for needle in telling(self._plan):
            asked = asked.plus(needed=[self._perhaps(needle)])
            few = self._up_to_few(asked)
            if few is not None:
                return few
        return None

    # songs

    def _of_many(self) -> list[str]:
        times = Counter(self._needles)
        needles = {needle: set(self._words(needle).values()) for needle in (*telling(self._plan), *times)}
        most = sum(times[needle] * max(slips, default=0) for needle, slips in needles.items())
        return nearest(ways(needles, times, self._measured), range(1, most + 1), NEAR_MOST)

    def _measured(self, share: Share) -> Iterator[Measured]:
        """The songs of one way, in the order of places."""
        asked, after = self._asked(share), None
        words = [set(self._words_after(needle, slips)) for needle, slips in share.items() if slips]
        for limit in chain(AT_ONCE, repeat(AT_ONCE[-1])):
            rows = placed_rows(self._hits.scattered(asked, _COLUMNS, after=after, limit=limit))
            for place, row in rows:
                slips = None if _lacks(row, words) else near.distance(self._plan, document_of_row(row))
                if slips:
                    yield slips, place, row.song_id
            if len(rows) < limit:
                return
            after = rows[-1].place

    def _asked(self, share: Share) -> Asked:
        """The candidates of one way."""
        asked = self._filtered.tests.rest()
        for needle, slips in share.items():
            if slips == 0:
                asked = self._hits.tests.needing(needle, asked)
            elif slips is None:
                asked = asked.plus(needed=[self._perhaps(needle)])
            else:
                words = self._words_after(needle, slips)
                asked = asked.plus(needed=[Part(tuple(_whole(words)), self._has(words, needle))])
        return asked

    def _has(self, words: Sequence[str], needle: Needle) -> Clause | None:
        """Whether one of some words is there, unless they are so many that it is as well to measure."""
        fields: Sequence[TextField] = NEAR_FIELDS if needle.field is None else (needle.field,)
        return self._hits.tests.word(words, fields) if len(words) <= FEW_WORDS else None

    def _up_to_few(self, asked: Asked) -> list[SearchDocument] | None:
        few = self._hits.narrowed(asked, FEW)
        if few is None:
            return None
        rows = self._hits.fetch(*self._hits.statement(few, _COLUMNS))
        return [document_of_row(row) for _, row in placed_rows(rows)]

    def _least(self, documents: Iterable[SearchDocument]) -> list[str]:
        measured = ((near.distance(self._plan, document), document.order) for document in documents)
        best = sorted((slips, *order) for slips, order in measured if slips)
        return [each[-1] for each in best[:NEAR_MOST]]

    # artists

    def _artists_with(self, words: set[str]) -> set[tuple[str, tuple[str, ...]]]:
        """The artists who have one of these words: their names, and the forms that go with them."""
        hits = self._hits
        artists, links = hits.tables.name(hits.tables.artists), hits.tables.name(hits.tables.artist_words)
        ids = f"SELECT artist_id FROM {links} WHERE {hits.dialect.among('word', 'text')}"  # noqa: S608
        sql = f"SELECT name, forms FROM {artists} WHERE id IN ({ids})"  # noqa: S608
        packed = hits.session.plans.dialect.pack(sorted(words))
        return {(name, unwrapped(forms)) for name, forms in hits.fetch(sql, (packed,))} if words else set()

    def _passes(self, name: str, forms: tuple[str, ...]) -> bool:
        """Whether a song of that artist passes the filters."""
        filtered = self._filtered
        if filtered.plan.is_everything and filtered.plan.hidden:
            return True
        same = Clause("d.artist = ? AND coalesce(d.more_artist, '') = ?", (forms[0], wrapped(forms[1:]) or ""))
        return filtered.count(filtered.tests.rest().plus(same, needed=[filtered.called([name])]), cap=1) > 0


def _whole(words: Iterable[str]) -> Iterator[Grams]:
    return (parts_of(word, start=True, end=True) for word in words)


def _lacks(row: IndexRow, words: Iterable[set[str]]) -> bool:
    """Whether one of some sets has no word of a title or artist."""
    own = " ".join((row.title, row.artist, row.more_title or "", row.more_artist or "")).split()
    return any(each.isdisjoint(own) for each in words)


def _artist(forms: tuple[str, ...]) -> SearchDocument:
    """A document of which only the artist matters."""
    return SearchDocument("", (), forms, (), (), (), "", None, None, None, False, False, 0)
