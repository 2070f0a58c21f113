"""Songs and artists that a query with slips may have meant.

Candidates come by grams: each needle is there, or a word near it. To look for near words takes longest, so the longest
needles are asked for first, until few songs are left, which are measured at once. Of many, those with one slip are
looked for first, in the order of places, until there are enough, then those with words that have two.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property

from karaoke_persist.contract.reference.search_answers import near_artists, telling
from karaoke_persist.contract.search import SearchDocument, near
from karaoke_persist.contract.search.plan import Needle
from karaoke_persist.contract.search.request import NEAR_MOST
from karaoke_persist.models.text import key_fold
from karaoke_persist_sql.search.clauses import Asked, Part, contained_grams
from karaoke_persist_sql.search.grams import parts_of
from karaoke_persist_sql.search.hits import Hits
from karaoke_persist_sql.search.index import Clause
from karaoke_persist_sql.search.rows import IndexRow, document_of_row, placed_rows, unwrapped, wrapped
from karaoke_persist_sql.search.vocabulary import Slips, words_near

FEW = 300
"""Up to so many candidates are measured at once; of more, so many first."""
MORE = 3_000
"""So many of the others at a time."""
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

    @cached_property
    def _few(self) -> list[SearchDocument] | None:
        """The documents among which are all that were perhaps meant; None if they are many."""
        asked = self._filtered.tests.rest()
        for needle in telling(self._plan):
            asked = asked.plus(needed=[_part(needle, self._words(needle))])
            few = self._up_to_few(asked)
            if few is not None:
                return few
        return None

    # songs

    def _of_many(self) -> list[str]:
        most = max((slips for needle in self._needles for slips in self._words(needle).values()), default=0)
        if len(telling(self._plan)) < len(self._needles):
            few = self._up_to_few(self._asked(most))
            if few is not None:
                return self._least(few)
        found: list[str] = []
        others: dict[int, list[str]] = {}
        for slips in range(1, most + 1):
            others = {}
            for count, key in self._measured(slips):
                (found if count == slips else others.setdefault(count, [])).append(key)
                if len(found) == NEAR_MOST:
                    return found
        return [*found, *(key for count in sorted(others) if count > most for key in others[count])][:NEAR_MOST]

    def _asked(self, most: int) -> Asked:
        """The candidates for so many slips of a word at most."""
        asked = self._filtered.tests.rest()
        for needle in self._needles:
            words = [word for word, slips in self._words(needle).items() if slips <= most]
            asked = asked.plus(needed=[_part(needle, words)])
        return asked

    def _up_to_few(self, asked: Asked) -> list[SearchDocument] | None:
        documents = self._documents(asked, limit=FEW + 1)
        return None if len(documents) > FEW else [document for _, document in documents]

    def _documents(self, asked: Asked, *, after: int | None = None, limit: int) -> list[tuple[int, SearchDocument]]:
        rows = self._hits.scattered(asked, _COLUMNS, after=after, limit=limit)
        return [(place, document_of_row(row)) for place, row in placed_rows(rows)]

    def _least(self, documents: Iterable[SearchDocument]) -> list[str]:
        measured = ((near.distance(self._plan, document), document.order) for document in documents)
        best = sorted((slips, *order) for slips, order in measured if slips)
        return [each[-1] for each in best[:NEAR_MOST]]

    def _measured(self, most: int) -> Iterator[tuple[int, str]]:
        """The slips and keys of the songs in which no word has more than so many, in the order of places."""
        asked, after, limit = self._asked(most), None, FEW
        while documents := self._documents(asked, after=after, limit=limit):
            for _, document in documents:
                if slips := near.distance(self._plan, document):
                    yield slips, document.id
            after, limit = documents[-1][0], MORE

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


def _part(needle: Needle, words: Iterable[str]) -> Part:
    return Part((*contained_grams(needle), *(parts_of(word, start=True, end=True) for word in words)))


def _artist(forms: tuple[str, ...]) -> SearchDocument:
    """A document of which only the artist matters."""
    return SearchDocument("", (), forms, (), (), (), "", None, None, None, False, False, 0)
