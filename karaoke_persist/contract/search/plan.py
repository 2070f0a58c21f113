"""A query as an index sees it: folded, split into needles, and the test that decides what matches and how well."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from karaoke_persist.contract.search.document import SearchDocument, same_filter
from karaoke_persist.contract.search.folding import CONTROLS_TO_SPACES, Normaliser
from karaoke_persist.contract.search.query import MOST_TERMS, SearchQuery, Term, TextField, Years
from karaoke_persist.models.json_values import INT64_MAX, INT64_MIN

LAST_TIER: Final = 6
SHORTEST_INITIALS: Final = 2
_UNSPACED = re.compile("[\u0e00-\u0e7f\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff]")
"""Scripts that put no spaces between words, Thai and Han with kana, or none before what follows a noun: hangul."""


@dataclass(frozen=True, slots=True)
class Needle:
    """A piece of text to be found within one form of a field, in any of its own spellings."""

    forms: tuple[str, ...]
    """The primary fold, and the expanded one if it differs."""
    field: TextField | None
    phrase: bool
    """Whether it has to begin at the start of a word."""


@dataclass(frozen=True, slots=True)
class SearchPlan:
    """What a query asks of a document."""

    whole: tuple[str, ...]
    """The positive text without a field, unquoted, in its spellings: what the best tiers compare. Empty without any."""
    needles: tuple[Needle, ...]
    """Without a field of their own; the tiers are made of them."""
    fielded: tuple[Needle, ...]
    """Those that are bound to a field."""
    excluded: tuple[Needle, ...]
    years: Years | None
    language: str | None
    genre: str | None
    with_lyrics: bool
    hidden: bool
    """Whether hidden songs are shown."""
    truncated: bool
    """Whether there were more terms than are served."""

    @property
    def is_everything(self) -> bool:
        """Whether nothing at all is asked for, but perhaps the guests' view."""
        asked = (*self.needles, *self.fielded, *self.excluded, self.years, self.language, self.genre)
        return not self.with_lyrics and all(part is None for part in asked)


def plan_of(query: SearchQuery, normaliser: Normaliser, *, hidden: bool = True) -> SearchPlan:
    """Fold a query. Terms without any word are left out, unless nothing else is asked for."""
    found = _found(tuple(query.terms), normaliser)
    served = found[:MOST_TERMS]
    needles = tuple(needle for term, needle in served if not term.excluded and term.field is None)
    return SearchPlan(
        whole=_whole(needles),
        needles=needles,
        fielded=tuple(needle for term, needle in served if not term.excluded and term.field is not None),
        excluded=tuple(needle for term, needle in served if term.excluded),
        years=None if query.years is None else _storable(query.years),
        language=query.language,
        genre=query.genre,
        with_lyrics=query.with_lyrics,
        hidden=hidden,
        truncated=len(found) > len(served),
    )


@lru_cache(maxsize=1_024)
def _found(terms: tuple[Term, ...], normaliser: Normaliser) -> tuple[tuple[Term, Needle], ...]:
    """The needles of some terms; kept, because a search asks for them twice, and guests ask for the same."""
    some = [term for term in terms if normaliser.words(term.text)] or terms
    return tuple(pair for term in some for pair in _needles(term, normaliser))


def _storable(years: Years) -> Years:
    """Years that a database can be asked about."""
    first, last = (None if year is None else max(INT64_MIN, min(year, INT64_MAX)) for year in (years.first, years.last))
    return Years(first, last)


def _needles(term: Term, normaliser: Normaliser) -> Iterator[tuple[Term, Needle]]:
    """A phrase, and what is excluded, stay together; anything else falls into its words."""
    text = term.text.translate(CONTROLS_TO_SPACES)
    primary, expanded = normaliser.primary(text), normaliser.expanded(text)
    if not primary:
        return
    if term.phrase or term.excluded:
        yield term, Needle(_distinct(primary, expanded), term.field, phrase=True)
        return
    words, others = primary.split(), expanded.split()
    for pair in zip(words, others if len(others) == len(words) else words, strict=True):
        yield term, Needle(_distinct(*pair), term.field, phrase=False)


def _whole(needles: tuple[Needle, ...]) -> tuple[str, ...]:
    if not needles:
        return ()
    return _distinct(*(" ".join(needle.forms[place] for needle in needles) for place in (0, -1)))


def _distinct(*forms: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(forms))


def matches(plan: SearchPlan, document: SearchDocument) -> bool:
    """Whether a document has all that is asked for, and nothing that is excluded."""
    return (
        (plan.hidden or not document.hidden)
        and all(is_contained(needle, document) for needle in (*plan.needles, *plan.fielded))
        and not any(_is_present_as_words(needle, document) for needle in plan.excluded)
        and passes_filters(plan, document)
    )


def passes_filters(plan: SearchPlan, document: SearchDocument) -> bool:
    """Whether a document has the year, the language, the genre and the lyrics that are asked for."""
    return (
        (plan.years is None or is_within(document.year, plan.years))
        and (plan.language is None or same_filter(document.language, plan.language))
        and (plan.genre is None or same_filter(document.genre, plan.genre))
        and (not plan.with_lyrics or document.lyrics)
    )


def tier_of(plan: SearchPlan, document: SearchDocument) -> int:
    """How well a document that matches does so: 0 is best. Each test may be met by any form of its field."""
    if not plan.whole:
        return LAST_TIER
    title, artist = document.title, document.artist
    tests = (
        any(form in plan.whole for form in title),
        any(form in plan.whole for form in artist),
        any(form.startswith(plan.whole) for form in title),
        any(form.startswith(plan.whole) for form in artist),
        all(starts_word(needle, title) for needle in plan.needles),
        all(starts_word(needle, title) or starts_word(needle, artist) for needle in plan.needles),
        True,
    )
    return tests.index(True)


def is_contained(needle: Needle, document: SearchDocument) -> bool:
    """Whether one form of a field holds one of the needle's, or initials begin with it."""
    fields = document.forms(needle.field)
    if needle.phrase:
        return any(starts_word(needle, forms) for forms in fields)
    if any(own in form for forms in fields for form in forms for own in needle.forms):
        return True
    whole = needle.forms[0]
    return len(whole) >= SHORTEST_INITIALS and any(
        initials.startswith(whole) for initials in document.initials(needle.field)
    )


def starts_word(needle: Needle, forms: tuple[str, ...]) -> bool:
    """Whether a form of the needle is in one of these forms, from the start of a word on."""
    return any(f" {own}" in f" {form}" for form in forms for own in needle.forms)


def is_unspaced(text: str) -> bool:
    """Whether a text is in a script in which spaces are not what bounds a word, so that a part is as good as one."""
    return _UNSPACED.search(text) is not None


def _is_present_as_words(needle: Needle, document: SearchDocument) -> bool:
    for forms in document.forms(needle.field):
        for own in needle.forms:
            sought, pad = (own, "") if is_unspaced(own) else (f" {own} ", " ")
            if any(sought in f"{pad}{form}{pad}" for form in forms):
                return True
    return False


def is_within(year: int | None, years: Years) -> bool:
    """Whether a year is one of those that are meant."""
    if year is None:
        return False
    return (years.first is None or years.first <= year) and (years.last is None or year <= years.last)
