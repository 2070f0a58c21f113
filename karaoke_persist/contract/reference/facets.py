"""How many of the hits have each language, genre, decade and artist."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from heapq import nlargest
from itertools import islice
from operator import attrgetter
from types import MappingProxyType
from typing import Any, Final

from karaoke_persist.contract.search.document import SearchDocument
from karaoke_persist.contract.search.plan import SearchPlan, matches
from karaoke_persist.contract.search.request import FACET_ARTISTS, FACET_CAP, Facet, FacetCount
from karaoke_persist.models.text import key_fold

Facets = Mapping[Facet, tuple[FacetCount, ...] | None]


def count_facets(plan: SearchPlan, documents: Sequence[SearchDocument], facets: Iterable[Facet]) -> Facets:
    """Each facet of the songs that match, its own filter left out."""
    plans: dict[Facet, SearchPlan] = {facet: without_own_filter(plan, facet) for facet in facets}
    hits = ((wider, (each for each in documents if matches(wider, each))) for wider in dict.fromkeys(plans.values()))
    few = {wider: up_to_cap(wider, some) for wider, some in hits}
    counts: dict[Facet, tuple[FacetCount, ...] | None] = {
        facet: count_facet(facet, few[wider]) for facet, wider in plans.items()
    }
    return MappingProxyType(counts)


def up_to_cap(plan: SearchPlan, hits: Iterable[SearchDocument]) -> list[SearchDocument] | None:
    """The hits of a plan; None if they are too many to be counted. All songs never are."""
    some = list(hits if plan.is_everything else islice(hits, FACET_CAP + 1))
    return None if len(some) > FACET_CAP and not plan.is_everything else some


def count_facet(facet: Facet, hits: Iterable[SearchDocument] | None) -> tuple[FacetCount, ...] | None:
    """Count hits, if they are not too many."""
    return None if hits is None else facet_counts(facet, map(VALUES[facet], hits))


def without_own_filter(plan: SearchPlan, facet: Facet) -> SearchPlan:
    """The plan as a facet counts by it: a choice among its values must not hide the other values."""
    match facet:
        case "language":
            return replace(plan, language=None)
        case "genre":
            return replace(plan, genre=None)
        case "decade":
            return replace(plan, years=None)
        case "artist":
            return replace(plan, fielded=tuple(needle for needle in plan.fielded if needle.field != "artist"))


def _decade(document: SearchDocument) -> int | None:
    return None if document.year is None else document.year // 10 * 10


VALUES: Final[Mapping[Facet, Callable[[SearchDocument], Any]]] = MappingProxyType(
    {
        "language": attrgetter("language"),
        "genre": attrgetter("genre"),
        "decade": _decade,
        "artist": attrgetter("artist_name"),
    }
)
"""What a song counts under in each facet; None for nowhere."""


def facet_counts(facet: Facet, values: Iterable[Any]) -> tuple[FacetCount, ...]:
    """Count single values, as `merged_counts` says."""
    counts = Counter(values)
    del counts[None]
    return merged_counts(facet, counts)


def merged_counts(facet: Facet, counts: Mapping[Any, int]) -> tuple[FacetCount, ...]:
    """The most frequent first, then by name. Spellings of one language or genre are one, shown as the least of them."""
    if facet in ("language", "genre"):
        counts = _by_fold(counts)
    elif facet == "artist":
        counts = _perhaps_first(counts)
    ranked = sorted(counts.items(), key=lambda item: (-item[1], *_order(item[0])))
    return tuple(FacetCount(*item) for item in ranked[: FACET_ARTISTS if facet == "artist" else None])


def _perhaps_first(counts: Mapping[str, int]) -> Mapping[str, int]:
    """Those that are frequent enough, lest the names of all be folded."""
    least = min(nlargest(FACET_ARTISTS, counts.values()), default=0)
    return {name: number for name, number in counts.items() if number >= least}


def _by_fold(counts: Mapping[str, int]) -> dict[str, int]:
    shown: dict[str, str] = {}
    merged = Counter[str]()
    for value in sorted(counts):
        merged[shown.setdefault(key_fold(value), value)] += counts[value]
    return dict(merged)


def _order(value: str | int) -> tuple[Any, ...]:
    return (key_fold(value), value) if isinstance(value, str) else (value,)
