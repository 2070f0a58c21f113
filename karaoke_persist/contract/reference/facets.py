"""How many of the hits have each language, genre, decade and artist."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from types import MappingProxyType
from typing import Any

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
    return None if hits is None else facet_counts(facet, (value_of(facet, hit) for hit in hits))


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


def value_of(facet: Facet, document: SearchDocument) -> Any:
    """What a song counts under; None for nowhere."""
    match facet:
        case "language":
            return document.language
        case "genre":
            return document.genre
        case "decade":
            return None if document.year is None else document.year // 10 * 10
        case "artist":
            return document.artist_name


def facet_counts(facet: Facet, values: Iterable[Any]) -> tuple[FacetCount, ...]:
    """Count single values, or pairs of them with their numbers, as `merged_counts` says."""
    return merged_counts(facet, Counter(value for value in values if value is not None))


def merged_counts(facet: Facet, counts: Mapping[Any, int]) -> tuple[FacetCount, ...]:
    """The most frequent first, then by name. Spellings of one language or genre are one, shown as the least of them."""
    if facet in ("language", "genre"):
        counts = _by_fold(counts)
    ranked = sorted(counts.items(), key=lambda item: (-item[1], *_order(item[0])))
    return tuple(FacetCount(*item) for item in ranked[: FACET_ARTISTS if facet == "artist" else None])


def _by_fold(counts: Mapping[str, int]) -> dict[str, int]:
    shown: dict[str, str] = {}
    merged = Counter[str]()
    for value in sorted(counts):
        merged[shown.setdefault(key_fold(value), value)] += counts[value]
    return dict(merged)


def _order(value: str | int) -> tuple[Any, ...]:
    return (key_fold(value), value) if isinstance(value, str) else (value,)
