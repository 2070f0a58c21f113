"""Where in a text, as it is stored, the terms of a query are.

The folds forget where they came from. Here a text is folded a cluster at a time, a letter with the marks on it, and
each letter of the fold remembers its cluster. Where that does not give the fold of the whole, nothing is highlighted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from karaoke_persist.contract.search.folding import Normaliser
from karaoke_persist.contract.search.plan import Needle, SearchPlan
from karaoke_persist.contract.search.query import TextField

Span = tuple[int, int]
"""From a code point on, and up to another."""
Traced = Iterable[tuple[str, Span]]
"""The letters of a fold, each with the span of the text that it comes from."""

_CLUSTER = re.compile(
    "[\u1100-\u115f]+[\u1160-\u11a7]+[\u11a8-\u11ff]*"
    "|.[\u0300-\u036f\u0483-\u0487\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\u3099\u309a\ufe20-\ufe2f\uff9e\uff9f]*",
    re.DOTALL,
)
_WORD = re.compile(r"\S+")
_SIMPLE = re.compile("[A-Za-z0-9]+(?: [A-Za-z0-9]+)*")
"""Text of which mostly no rule changes more than its case."""
_LETTER = "[^\\W_\u1100-\u11ff\uff9e\uff9f]"
_PLAIN = re.compile(f"{_LETTER}+(?: {_LETTER}+)*")
"""Text without punctuation, of which every letter is a cluster by itself."""


class _Fold(NamedTuple):
    letters: str
    spans: tuple[Span, ...]


def highlights(plan: SearchPlan, field: TextField, text: str, normaliser: Normaliser) -> tuple[Span, ...]:
    """The half-open spans of code points at which terms are found in a field, in order, none touching another."""
    forms = normaliser.forms(text)
    present = [needle for needle in (*plan.needles, *plan.fielded) if _is_in(needle, field, forms)]
    if not present:
        return ()
    return _united({span for fold in _folds(text, normaliser) for needle in present for span in _found(needle, fold)})


def _is_in(needle: Needle, field: TextField, forms: tuple[str, ...]) -> bool:
    """Whether a needle may be in one of these forms of a field; asked of each text of a page, and so a plain loop."""
    if needle.field is None or needle.field == field:
        for own in needle.forms:
            for form in forms:
                if own in form:
                    return True
    return False


@lru_cache(maxsize=4_096)
def _folds(text: str, normaliser: Normaliser) -> tuple[_Fold, ...]:
    """The folds of a text; kept, because who types asks for the same songs again and again."""
    if _SIMPLE.fullmatch(text) and normaliser.forms(text) == (text.lower(),):
        return (_Fold(text.lower(), tuple((place, place + 1) for place in range(len(text)))),)
    forms = set(normaliser.forms(text))
    if _PLAIN.fullmatch(text):
        folds = _distinct((_plain(text, fold) for fold in (normaliser.spelled, normaliser.spelled_out)), forms)
        if len(folds) == len(forms):
            return folds
    return _distinct(map(_joined, _traces(text, normaliser)), forms)


def _distinct(folds: Iterable[_Fold], forms: set[str]) -> tuple[_Fold, ...]:
    """One fold for each form that comes out; once all have, the others are the same."""
    found: dict[str, _Fold] = {}
    for fold in folds:
        if fold.letters in forms:
            found.setdefault(fold.letters, fold)
        if len(found) == len(forms):
            break
    return tuple(found.values())


def _plain(text: str, fold: Callable[[str], str]) -> _Fold:
    parts = [_fold_of(fold, letter) for letter in text]
    return _Fold("".join(parts), tuple((place, place + 1) for place, part in enumerate(parts) for _ in part))


def _traces(text: str, normaliser: Normaliser) -> Iterator[Traced]:
    yield _squeezed(text, normaliser)
    yield _clusterwise(text, normaliser.spelled_out)
    yield _clusterwise(text, normaliser.spelled)


def _clusterwise(text: str, fold: Callable[[str], str]) -> Traced:
    return ((letter, cluster.span()) for cluster in _CLUSTER.finditer(text) for letter in _fold_of(fold, cluster[0]))


@lru_cache(maxsize=16_384)
def _fold_of(fold: Callable[[str], str], cluster: str) -> str:
    """The fold of a cluster; there are few, and they come again and again."""
    return fold(cluster)


def _squeezed(text: str, normaliser: Normaliser) -> Traced:
    for word in _WORD.finditer(text):
        traced = [
            (letter, (word.start() + start, word.start() + end))
            for letter, (start, end) in _clusterwise(word[0], normaliser.letters_of)
        ]
        left = normaliser.squeezed_letters([letter for letter, _ in traced])
        yield from ((letter, span) for some, (_, span) in zip(left, traced, strict=True) for letter in some)
        yield " ", word.span()


def _joined(traced: Traced) -> _Fold:
    """The fold with one space between words and none around them."""
    kept: list[tuple[str, Span]] = []
    for letter, span in traced:
        if not letter.isspace():
            kept.append((letter, span))
        elif kept and kept[-1][0] != " ":
            kept.append((" ", span))
    if kept and kept[-1][0] == " ":
        kept.pop()
    return _Fold("".join(letter for letter, _ in kept), tuple(span for _, span in kept))


def _found(needle: Needle, fold: _Fold) -> Iterator[Span]:
    letters, spans = fold
    for own in needle.forms:
        start = letters.find(own)
        while start >= 0:
            found = not needle.phrase or start == 0 or letters[start - 1].isspace()
            if found:
                yield spans[start][0], spans[start + len(own) - 1][1]
            start = letters.find(own, start + (len(own) if found else 1))


def _united(spans: Iterable[Span]) -> tuple[Span, ...]:
    united: list[Span] = []
    for start, end in sorted(spans):
        if united and start <= united[-1][1]:
            united[-1] = united[-1][0], max(end, united[-1][1])
        else:
            united.append((start, end))
    return tuple(united)
