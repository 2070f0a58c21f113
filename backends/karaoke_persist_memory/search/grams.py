"""What narrows a search: the short pieces of a document, its grams, and then its texts as one string.

A song in which a needle is found has the needle's grams, and its text has the needle's pieces. The reverse does not
hold, so what passes is a candidate, and the rules of the contract decide.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from operator import add
from typing import Final, NamedTuple

from karaoke_persist.contract.search.document import SearchDocument
from karaoke_persist.contract.search.near import words_of
from karaoke_persist.contract.search.plan import SHORTEST_INITIALS, Needle, SearchPlan
from karaoke_persist.models import key_fold

# Control characters mark what a gram is about, for they never occur in a fold.
TITLE, ARTIST, ALBUM, INITIALS, STARTS, WORD_STARTS, WORD = map(chr, range(1, 8))
LANGUAGE, GENRE, LYRICS, HIDDEN, SUNG, UNSUNG = map(chr, range(0x10, 0x16))

Gram = str
Piece = str


class Sieve(NamedTuple):
    """What a document has to pass: of each group, all grams of one set, and one of the pieces."""

    grams: tuple[tuple[tuple[Gram, ...], ...], ...] = ()
    pieces: tuple[tuple[Piece, ...], ...] = ()


EVERYTHING: Final = Sieve()


def text_of(document: SearchDocument) -> str:
    """All the forms of a document, each between spaces, behind the sign of its field."""
    fields = (TITLE, document.title), (ARTIST, document.artist), (ALBUM, document.album)
    forms = "".join(f"{sign} {form} " for sign, forms in fields for form in forms)
    return forms + "".join(INITIALS + initials for initials in document.initials(None))


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
    signs = (LYRICS, document.lyrics), (HIDDEN, document.hidden)
    yield from (sign for sign, has in signs if has)
    yield SUNG if document.plays else UNSUNG


def _named(language: str | None, genre: str | None) -> Iterator[tuple[str, str]]:
    yield from ((sign, text) for sign, text in ((LANGUAGE, language), (GENRE, genre)) if text is not None)


def _whole(field: str, form: str) -> Gram:
    """Almost only texts that are the same share this one."""
    return f"{field}{form[:2]}{form[-2:]}"


def sieve_of(plan: SearchPlan) -> Sieve:
    """What all hits of a plan pass."""
    needles = (*plan.needles, *plan.fielded)
    return Sieve((*map(_contained, needles), *_filtered(plan)), tuple(map(_pieces, needles)))


def near_sieve(plan: SearchPlan, words: Mapping[Needle, Iterable[str]]) -> Sieve:
    """What songs pass in which each of these needles is found, or a word that is near to it."""
    needles = (_contained(needle) + tuple((WORD + word,) for word in near) for needle, near in words.items())
    return Sieve((*needles, *_filtered(plan)))


def start_sieve(field: str, starts: tuple[str, ...], *also: Gram) -> Sieve:
    """What exactly those documents pass that have a form of a field with one of these beginnings, and other grams."""
    grams = tuple((field + STARTS + start[:2], *_pairs(start)) for start in starts)
    return Sieve((grams, *(((gram,),) for gram in also)), (tuple(f"{field} {start}" for start in starts),))


def tier_sieves(plan: SearchPlan) -> tuple[Sieve, ...]:
    """What the hits of each tier pass besides, the best tier first."""
    if not plan.whole:
        return (EVERYTHING,)
    return (
        _same_sieve(TITLE, plan.whole),
        _same_sieve(ARTIST, plan.whole),
        start_sieve(TITLE, plan.whole),
        start_sieve(ARTIST, plan.whole),
        _words_sieve(plan.needles, TITLE),
        _words_sieve(plan.needles, TITLE, ARTIST),
        EVERYTHING,
    )


def is_decided_by_text(plan: SearchPlan) -> bool:
    """Whether what passes is a hit: of documents without initials, whose pieces may be found too far inside."""
    return not plan.fielded and not plan.excluded


def is_decided_by_grams(plan: SearchPlan) -> bool:
    """Whether the bitmaps alone tell what is a hit."""
    short = all(not needle.phrase and all(len(own) <= 2 for own in needle.forms) for needle in plan.needles)
    return short and is_decided_by_text(plan)


def _filtered(plan: SearchPlan) -> Iterator[tuple[tuple[Gram, ...], ...]]:
    yield from (((sign + key_fold(text),),) for sign, text in _named(plan.language, plan.genre))
    yield from [((LYRICS,),)] * plan.with_lyrics


def _contained(needle: Needle) -> tuple[tuple[Gram, ...], ...]:
    pairs = tuple(map(_pairs, needle.forms))
    return (*pairs, (INITIALS + needle.forms[0][:SHORTEST_INITIALS],)) if _may_be_initials(needle) else pairs


def _pieces(needle: Needle) -> tuple[Piece, ...]:
    if needle.phrase:
        return tuple(" " + own for own in needle.forms)
    return (*needle.forms, INITIALS + needle.forms[0]) if _may_be_initials(needle) else needle.forms


def _may_be_initials(needle: Needle) -> bool:
    return not needle.phrase and len(needle.forms[0]) >= SHORTEST_INITIALS


def _same_sieve(field: str, wholes: tuple[str, ...]) -> Sieve:
    grams = tuple((_whole(field, whole),) for whole in wholes)
    return Sieve((grams,), (tuple(f"{field} {whole} " for whole in wholes),))


def _words_sieve(needles: tuple[Needle, ...], *fields: str) -> Sieve:
    first = {own: own.partition(" ")[0][:2] for needle in needles for own in needle.forms}
    grams = (
        tuple((field + WORD_STARTS + first[own],) for field in fields for own in needle.forms) for needle in needles
    )
    return Sieve(tuple(grams), tuple(tuple(" " + own for own in needle.forms) for needle in needles))


def _pairs(text: str) -> tuple[Gram, ...]:
    return tuple(dict.fromkeys(map(add, text, text[1:]))) or (text,)
