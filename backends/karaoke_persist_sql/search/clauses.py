"""What a plan asks of a document, as SQL on the table of documents `d` and as grams.

Each test here is one of `karaoke_persist.contract.search.plan`. Grams narrow, SQL decides; where the grams of a needle
say all there is to say, nothing is left to SQL.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from karaoke_persist.contract.search import SearchPlan, Years
from karaoke_persist.contract.search.plan import LAST_TIER, SHORTEST_INITIALS, Needle, is_unspaced
from karaoke_persist.contract.search.query import TextField
from karaoke_persist.models.text import key_fold
from karaoke_persist_sql.search.grams import (
    ARTIST,
    GENRE,
    HIDDEN,
    INITIALS,
    LANGUAGE,
    LENGTH,
    LYRICS,
    TITLE,
    Grams,
    gram_text,
    parts_of,
    start_grams,
    value_gram,
    whole_grams,
    year_grams,
)
from karaoke_persist_sql.search.index import Clause
from karaoke_persist_sql.search.rows import BREAK
from karaoke_persist_sql.search.tables import SearchTables
from karaoke_persist_sql.shapes import prefix_end

FIELDS: Final[tuple[TextField, ...]] = ("title", "artist", "album")
_DECADE = 10
_MOST_YEARS = 200
"""Longer spans leave out so little that grams for them are not worth it."""

Alternatives = tuple[Grams, ...]


class Part(NamedTuple):
    """Something by which documents are found: at least one of some alternatives, all grams of it."""

    alternatives: Alternatives
    otherwise: Clause | None = None
    """What says the same of a document where grams are not asked for it; None if the other conditions say it anyway."""


class Asked:
    """Grams and conditions that documents must meet; grows as tests are added."""

    def __init__(self, needed: Iterable[Part] = (), without: Grams = (), where: Iterable[Clause] = ()) -> None:
        self.needed, self.without, self.wheres = list(needed), without, list(where)

    def plus(self, *wheres: Clause, needed: Iterable[Part] = ()) -> Asked:
        """The same with more to meet."""
        return Asked([*self.needed, *needed], self.without, [*self.wheres, *wheres])

    @property
    def where(self) -> Clause | None:
        """What is asked of the documents; None for nothing."""
        wheres = list(self.wheres)
        if self.without and not self.needed:
            wheres.append(VISIBLE)
        return all_of(wheres) if wheres else None


VISIBLE: Final = Clause("d.hidden = 0")


class Tests:
    """The tests of one plan, in the words of one database."""

    def __init__(self, plan: SearchPlan, tables: SearchTables) -> None:
        self.plan, self._dialect = plan, tables.dialect
        self._facets = tables.name(tables.facets)

    def rest(self) -> Asked:
        """Everything but the needles without a field: what every tier has in common."""
        asked = Asked(without=() if self.plan.hidden else (HIDDEN,))
        for needle in self.plan.fielded:
            asked = asked.plus(self.contained(needle), needed=[Part(contained_grams(needle))])
        asked = asked.plus(*(not_true(self._present_as_words(needle)) for needle in self.plan.excluded))
        return self._filtered(asked)

    def everything(self) -> Asked:
        """All documents that match."""
        asked = self.rest()
        for needle in self.plan.needles:
            asked = self.needing(needle, asked)
        return asked

    def needing(self, needle: Needle, asked: Asked) -> Asked:
        """Those of some documents that hold a needle."""
        said, test = _is_said_by_grams(needle), self.contained(needle)
        part = Part(contained_grams(needle), test if said else None)
        return asked.plus(*([] if said else [test]), needed=[part])

    def excluded_among(self, asked: Asked) -> Asked:
        """Those of some documents that have what is excluded."""
        present = any_of(self._present_as_words(needle) for needle in self.plan.excluded)
        grams = (parts_of(own, **_borders(own)) for needle in self.plan.excluded for own in needle.forms)
        return asked.plus(present, needed=[Part(tuple(grams))])

    def by_sql_alone(self, *, needles: bool = True) -> list[Clause]:
        """All that a document must meet, without any help of grams; perhaps without the needles that have no field."""
        plan = self.plan
        wheres = [self.contained(needle) for needle in (*(plan.needles if needles else ()), *plan.fielded)]
        wheres += [not_true(self._present_as_words(needle)) for needle in plan.excluded]
        return [*wheres, *self._filters()]

    # tiers

    def tier(self, tier: int, needed: Iterable[Part] | None = None) -> Asked:
        """The documents of one tier, those of better ones left out; by other grams if they are given."""
        if tier == LAST_TIER:
            return self.everything().plus(*self.denied(tier))
        needed = self._tier_grams(tier) if needed is None else needed
        return self.rest().plus(self.meets(tier), *self.denied(tier), needed=needed)

    def denied(self, tier: int) -> list[Clause]:
        """That documents are of no better tier.

        The tests lie within each other: a beginning begins words too, and so on. So only some have to be denied.
        """
        deny = {1: (0,), 2: (0, 1), 3: (2, 1), 4: (2, 3), 5: (4, 3), 6: (5,)}.get(tier, ())
        return [not_true(self.meets(better)) for better in deny]

    def meets(self, tier: int) -> Clause:
        """Whether a document that matches meets the test of a tier; perhaps that of a better one too."""
        whole, needles = self.plan.whole, self.plan.needles
        match tier:
            case 0 | 1:
                return any_of(self._is(FIELDS[tier], text) for text in whole)
            case 2 | 3:
                return any_of(self.begins(FIELDS[tier - 2], text) for text in whole)
            case 4:
                return all_of([self.starts_word(needle, ("title",)) for needle in needles])
            case _:
                return all_of([self.starts_word(needle, ("title", "artist")) for needle in needles])

    def tier_number(self) -> Clause:
        """The tier of a document that matches, as an expression."""
        tests = [self.meets(tier) for tier in range(6)]
        whens = " ".join(f"WHEN {test.sql} THEN {tier}" for tier, test in enumerate(tests))
        return Clause(f"CASE {whens} ELSE 6 END", tuple(value for test in tests for value in test.parameters))

    def _tier_grams(self, tier: int) -> list[Part]:
        marker = (TITLE, ARTIST)[tier % 2]
        match tier:
            case 0 | 1:
                return [Part(tuple(whole_grams(marker, text) for text in self.plan.whole))]
            case 2 | 3:
                return [Part(tuple(start_grams(marker, text) for text in self.plan.whole))]
            case _:
                needles = self.plan.needles
                return [Part(tuple(parts_of(own, start=True) for own in needle.forms)) for needle in needles]

    # needles

    def contained(self, needle: Needle) -> Clause:
        """Whether a form of a field holds a form of the needle, or initials begin with it."""
        fields = FIELDS if needle.field is None else (needle.field,)
        if needle.phrase:
            return self.starts_word(needle, fields)
        tests = [self._holds(field, own) for field in fields for own in needle.forms]
        whole = needle.forms[0]
        if len(whole) >= SHORTEST_INITIALS:
            tests += [self._has(f"d.{field}_initials", f"{BREAK} {whole}") for field in fields if field != "album"]
        return any_of(tests)

    def starts_word(self, needle: Needle, fields: Sequence[TextField]) -> Clause:
        """Whether a form of the needle is in a form of these fields, from the start of a word on."""
        return any_of(self._holds_padded(field, f" {own}") for field in fields for own in needle.forms)

    def word(self, words: Sequence[str], fields: Sequence[TextField]) -> Clause:
        """Whether one of these words is among those of these fields."""
        return any_of(self._holds_padded(field, f" {word} ") for field in fields for word in words)

    def _present_as_words(self, needle: Needle) -> Clause:
        fields = FIELDS if needle.field is None else (needle.field,)
        return any_of(
            self._holds(field, own) if is_unspaced(own) else self._holds_padded(field, f" {own} ")
            for field in fields
            for own in needle.forms
        )

    def _holds(self, field: TextField, text: str) -> Clause:
        return any_of((self._has(f"d.{field}", text), self._has(f"d.more_{field}", text)))

    def _holds_padded(self, field: TextField, text: str) -> Clause:
        return any_of((self._has(f"(' ' || d.{field} || ' ')", text), self._has(f"d.more_{field}", text)))

    def _is(self, field: TextField, text: str) -> Clause:
        more = self._has(f"d.more_{field}", f"{BREAK} {text} {BREAK}")
        return any_of((Clause(f"d.{field} = ?", (text,)), more))

    def begins(self, field: TextField, text: str) -> Clause:
        """Whether a form of a field begins with a text."""
        return any_of((begins_with(f"d.{field}", text), self.begins_further(field, text)))

    def begins_further(self, field: TextField, text: str) -> Clause:
        """The same, leaving the primary form aside."""
        return self._has(f"d.more_{field}", f"{BREAK} {text}")

    def _has(self, column: str, text: str) -> Clause:
        return Clause(self._dialect.contains(column), (text,))

    # filters

    def _filtered(self, asked: Asked) -> Asked:
        """Language, genre, lyrics and single years are grams; only longer spans of years need a look."""
        asked, years = asked.plus(needed=self._facts()), self.plan.years
        if years is None:
            return asked
        if years.first is None or years.last is None or not 0 <= years.last - years.first < _MOST_YEARS:
            return asked.plus(self._within(years))
        if years.last - years.first < _DECADE:
            grams = year_grams(range(years.first, years.last + 1), ())
            return asked.plus(needed=[Part(grams, self._within(years))])
        decades = range(years.first // _DECADE, years.last // _DECADE + 1)
        return asked.plus(self._within(years), needed=[Part(year_grams((), decades))])

    def _facts(self) -> Iterator[Part]:
        plan = self.plan
        for facet, marker, value in (("language", LANGUAGE, plan.language), ("genre", GENRE, plan.genre)):
            if value is not None:
                spellings = f"SELECT value FROM {self._facets} WHERE facet = ? AND hidden IN (0, 1) AND fold = ?"  # noqa: S608
                same = Clause(f"d.{facet} IN ({spellings})", (facet, key_fold(value)))
                yield Part(((value_gram(marker, value),),), same)
        if plan.with_lyrics:
            yield Part(((LYRICS,),), Clause("d.lyrics = 1"))

    def _filters(self) -> Iterator[Clause]:
        """The same without grams."""
        yield from (part.otherwise for part in self._facts() if part.otherwise is not None)
        if self.plan.years is not None:
            yield self._within(self.plan.years)
        if not self.plan.hidden:
            yield VISIBLE

    def _within(self, years: Years) -> Clause:
        bounds = (">=", years.first), ("<=", years.last)
        tests = [Clause(f"d.year {sign} ?", (year,)) for sign, year in bounds if year is not None]
        return all_of([Clause("d.year IS NOT NULL"), *tests])


def in_range(column: str, start: str) -> Clause:
    """Whether a text column begins with a text, so that an index serves it."""
    end = prefix_end(start)
    bounds = [Clause(f"{column} >= ?", (start,)), *([] if end is None else [Clause(f"{column} < ?", (end,))])]
    return all_of(bounds)


def begins_with(column: str, start: str) -> Clause:
    """The same, where an index serves something else."""
    return Clause(f"substr({column}, 1, CAST(? AS integer)) = ?", (len(start), start))


def any_of(clauses: Iterable[Clause]) -> Clause:
    """One of them."""
    return _joined(" OR ", clauses)


def all_of(clauses: Iterable[Clause]) -> Clause:
    """All of them."""
    return _joined(" AND ", clauses)


def not_true(clause: Clause) -> Clause:
    """The opposite, in which unknown is false."""
    return Clause(f"({clause.sql}) IS NOT TRUE", clause.parameters)


def _joined(word: str, clauses: Iterable[Clause]) -> Clause:
    parts = list(clauses)
    if len(parts) == 1:
        return parts[0]
    return Clause(
        f"({word.join(part.sql for part in parts)})", tuple(value for part in parts for value in part.parameters)
    )


def _borders(text: str) -> dict[str, bool]:
    """Whether a text that is excluded stands between the borders of words."""
    whole = not is_unspaced(text)
    return {"start": whole, "end": whole}


def contained_grams(needle: Needle) -> Alternatives:
    """The grams of a document that holds a needle."""
    forms: list[Grams] = [parts_of(own, start=needle.phrase) for own in needle.forms]
    whole = needle.forms[0]
    if not needle.phrase and needle.field != "album" and len(whole) >= SHORTEST_INITIALS:
        forms.append((INITIALS + gram_text(whole[:LENGTH]),))
    return tuple(forms)


def _is_said_by_grams(needle: Needle) -> bool:
    """Whether grams alone tell if a needle is anywhere in a document."""
    room = LENGTH - needle.phrase
    return needle.field is None and all(len(own) <= room and " " not in own for own in needle.forms)
