"""How many of the hits have each language, genre, decade and artist."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from karaoke_persist.contract.search.document import SearchDocument
from karaoke_persist.contract.search.plan import SearchPlan, matches
from karaoke_persist.contract.search.request import FACET_ARTISTS, FACET_CAP, Facet, FacetCount
from karaoke_persist.models.text import key_fold

Facets = Mapping[Facet, tuple[FacetCount, ...] | None]


def count_facets(plan: SearchPlan, documents: Sequence[SearchDocument], facets: Iterable[Facet]) -> Facets:
    """Each facet of the songs that match, its own filter left out."""
    counts: dict[Facet, tuple[FacetCount, ...] | None] = {}
    for facet in facets:
        wider = without_own_filter(plan, facet)
        hits = [document for document in documents if matches(wider, document)]
        too_broad = len(hits) > FACET_CAP and not wider.is_everything
        counts[facet] = None if too_broad else facet_counts(facet, (value_of(facet, hit) for hit in hits))
    return MappingProxyType(counts)


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
