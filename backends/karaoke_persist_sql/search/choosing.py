"""Which grams a question is asked with.

The index reads through the documents of every gram that it is asked for, and each condition on a document costs about
as much as reading twenty or thirty of those. So the rarest grams are asked for, and no more once few documents are
left; what is not asked of the index is asked of them. How rare a gram is need only be known roughly: whatever is
chosen, the same documents are found.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

from karaoke_persist_sql.search.clauses import Alternatives, Asked, Part
from karaoke_persist_sql.search.grams import ANY, BEGINNINGS, GramQuery, Grams

if TYPE_CHECKING:
    from karaoke_persist_sql.search.index import Clause

FEW: Final = 300
"""Of so many documents the rest is asked one by one."""
COMMON: Final = 8
"""What more than one of so many documents has leaves out too few to be asked for."""
UNSEEN: Final = 16
"""About so many documents have a gram that was not counted."""
WORTH: Final = 30
"""To ask a document takes as long as to read so many of the index."""
TOGETHER: Final = 3
"""Grams meet so many times as often as they would by chance."""
Counts = Mapping[str, int]
"""About how many documents have a gram; `ANY` of it is how many there are."""


class Choice(NamedTuple):
    """The grams that are asked for, and what is asked of documents that have them."""

    grams: GramQuery
    where: Clause | None


def everything(asked: Asked) -> Choice:
    """Every part, where it is not known which grams are rare."""
    return _choice(asked, (part.alternatives for part in asked.needed))


def rarest(asked: Asked, counts: Counts, *, thorough: bool = False) -> Choice:
    """The parts that leave few documents, each by its rarest grams; `thorough`, for who wants all, by more of them.

    Where grams say everything, no document need be looked at, which is worth more than to leave out a part.
    """
    parts = sorted(dict.fromkeys(asked.needed), key=lambda part: estimate(part, counts))
    chosen, left = parts[:1], estimate(parts[0], counts) if parts else 0
    for part in parts[1:]:
        number, said_by_grams = estimate(part, counts), asked.where is None and part.otherwise is not None
        leaves_few = left > FEW and number * COMMON < counts.get(ANY, 0)
        if said_by_grams or leaves_few or (thorough and _pays(left, number, counts)):
            chosen.append(part)
            left = min(left, left * number * COMMON // max(counts.get(ANY, 0), 1))
    others = [part.otherwise for part in parts if part not in chosen and part.otherwise is not None]
    return _choice(asked.plus(*others), (_by_rarest(part.alternatives, counts, thorough) for part in chosen))


def estimate(part: Part, counts: Counts) -> int:
    """About how many documents have a part, at most."""
    return sum(min(counts.get(gram, UNSEEN) for gram in grams) for grams in part.alternatives)


def grams_in(parts: Iterable[Part]) -> set[str]:
    """All the grams from which there is to choose."""
    return {gram for part in parts for grams in part.alternatives for gram in grams}


def _choice(asked: Asked, alternatives: Iterable[Alternatives]) -> Choice:
    needed = tuple(dict.fromkeys(alternatives))
    return Choice(GramQuery(needed, asked.without if needed else ()), asked.where)


def _by_rarest(alternatives: Alternatives, counts: Counts, thorough: bool) -> Alternatives:
    return tuple(_enough(grams, counts, thorough) for grams in alternatives)


def _enough(grams: Grams, counts: Counts, thorough: bool) -> Grams:
    """The rarest, and the next if that one leaves many documents; a third seldom leaves out enough to be read.

    Unless it tells the field, which the others do not.
    """
    first, *others = sorted(grams, key=lambda gram: counts.get(gram, UNSEEN))
    left = counts.get(first, UNSEEN)
    if left <= FEW:
        return (first,)
    chosen, of_a_field = [first], [gram for gram in others[1:] if gram.startswith(BEGINNINGS)]
    for gram in others:
        number = counts.get(gram, UNSEEN)
        if gram in (*others[:1], *of_a_field[:1]) or (thorough and _pays(left, number, counts)):
            chosen.append(gram)
            left = left * number * TOGETHER // max(counts.get(ANY, 0), 1)
    return tuple(chosen)


def _pays(left: int, number: int, counts: Counts) -> bool:
    """Whether to read all documents of a gram takes less than to ask those that it leaves out."""
    total = counts.get(ANY, 0)
    return left * WORTH * (total - number) > number * total
