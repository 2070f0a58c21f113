"""Grams: short pieces of a document. A song in which a needle is found has the needle's grams.

The reverse does not hold, so what grams find is a candidate, and the rules of the contract decide.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from operator import add

from karaoke_persist.contract.search.document import SearchDocument
from karaoke_persist.contract.search.near import words_of
from karaoke_persist.contract.search.plan import SHORTEST_INITIALS, Needle, SearchPlan
from karaoke_persist.models import key_fold

# Control characters mark what a gram is about, for they never occur in a fold.
TITLE, ARTIST, STARTS, WORD_STARTS, INITIALS, WORD, LANGUAGE, GENRE, LYRICS, HIDDEN, SUNG = map(chr, range(1, 12))

Gram = str
Alternatives = tuple[tuple[Gram, ...], ...]
"""Sets of grams, of which a document has to have one whole set."""
Sieve = tuple[Alternatives, ...]
"""What a document has to pass: all of it."""


def grams_of(document: SearchDocument) -> set[Gram]:
    """Everything that a document can be narrowed by."""
    grams = set(_filters(document))
    for form in (*document.title, *document.artist, *document.album):
        grams.update(form)
        grams.update(map(add, form, form[1:]))
    for field, forms in ((TITLE, document.title), (ARTIST, document.artist)):
        for form in forms:
            grams.update((field + STARTS + form[:1], field + STARTS + form[:2], _whole(field, form)))
        for word in words_of(forms):
            grams.update((field + WORD_STARTS + word[:1], field + WORD_STARTS + word[:2], WORD + word))
    return grams


def _filters(document: SearchDocument) -> Iterator[Gram]:
    yield from (INITIALS + initials[:SHORTEST_INITIALS] for initials in document.initials(None))
    yield from (sign + key_fold(text) for sign, text in _named(document.language, document.genre))
    signs = (LYRICS, document.lyrics), (HIDDEN, document.hidden), (SUNG, document.plays)
    yield from (sign for sign, has in signs if has)


def _named(language: str | None, genre: str | None) -> Iterator[tuple[str, str]]:
    yield from ((sign, text) for sign, text in ((LANGUAGE, language), (GENRE, genre)) if text is not None)


def _whole(field: str, form: str) -> Gram:
    """Almost only texts that are the same share this one."""
    return f"{field}{form[:2]}{form[-2:]}"


def sieve_of(plan: SearchPlan) -> Sieve:
    """What all hits of a plan pass. What it excludes, and where phrases begin, is left to the rules."""
    return (*map(_contained, (*plan.needles, *plan.fielded)), *_filtered(plan))


def near_sieve(plan: SearchPlan, words: Mapping[Needle, Iterable[str]]) -> Sieve:
    """What songs pass in which each of these needles is found, or a word that is near to it."""
    needles = (_contained(needle) + tuple((WORD + word,) for word in near) for needle, near in words.items())
    return (*needles, *_filtered(plan))


def _filtered(plan: SearchPlan) -> Iterator[Alternatives]:
    yield from (((sign + key_fold(text),),) for sign, text in _named(plan.language, plan.genre))
    yield from [((LYRICS,),)] * plan.with_lyrics


def is_exact(plan: SearchPlan) -> bool:
    """Whether all that passes is a hit, and nothing has to be looked at."""
    short = all(not needle.phrase and all(len(own) <= 2 for own in needle.forms) for needle in plan.needles)
    return short and not plan.fielded and not plan.excluded


def tier_sieves(plan: SearchPlan) -> tuple[Sieve, ...]:
    """What the hits of each tier pass besides, the best tier first."""
    if not plan.whole:
        return ((),)
    return (
        (tuple((_whole(TITLE, whole),) for whole in plan.whole),),
        (tuple((_whole(ARTIST, whole),) for whole in plan.whole),),
        (tuple((TITLE + STARTS + whole[:2],) for whole in plan.whole),),
        (tuple((ARTIST + STARTS + whole[:2],) for whole in plan.whole),),
        tuple(_starting(needle, TITLE) for needle in plan.needles),
        tuple(_starting(needle, TITLE) + _starting(needle, ARTIST) for needle in plan.needles),
        (),
    )


def start_sieve(field: str, starts: tuple[str, ...]) -> Sieve:
    """What documents pass that have a form of a field with one of these beginnings."""
    return (tuple((field + STARTS + start[:2], *_pieces(start)) for start in starts),)


def _contained(needle: Needle) -> Alternatives:
    own, whole = tuple(map(_pieces, needle.forms)), needle.forms[0]
    if needle.phrase or len(whole) < SHORTEST_INITIALS:
        return own
    return (*own, (INITIALS + whole[:SHORTEST_INITIALS],))


def _starting(needle: Needle, field: str) -> Alternatives:
    return tuple((field + WORD_STARTS + own.partition(" ")[0][:2],) for own in needle.forms)


def _pieces(text: str) -> tuple[Gram, ...]:
    return tuple(dict.fromkeys(map(add, text, text[1:]))) or (text,)
