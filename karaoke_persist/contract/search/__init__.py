"""Search: the normaliser, queries, documents, and what is asked of a store."""

from karaoke_persist.contract.search.document import SOURCE_FIELDS, SearchDocument, document_of, is_missing
from karaoke_persist.contract.search.folding import NORMALISER, NORMALISERS, Normaliser
from karaoke_persist.contract.search.plan import SearchPlan, plan_of
from karaoke_persist.contract.search.query import SearchQuery, Term, Years
from karaoke_persist.contract.search.request import (
    ArtistHits,
    ArtistSearchRequest,
    Completion,
    CompletionRequest,
    Facet,
    FacetCount,
    SearchRequest,
    SearchResult,
    SearchSort,
    Total,
)

__all__ = [
    "NORMALISER",
    "NORMALISERS",
    "SOURCE_FIELDS",
    "ArtistHits",
    "ArtistSearchRequest",
    "Completion",
    "CompletionRequest",
    "Facet",
    "FacetCount",
    "Normaliser",
    "SearchDocument",
    "SearchPlan",
    "SearchQuery",
    "SearchRequest",
    "SearchResult",
    "SearchSort",
    "Term",
    "Total",
    "Years",
    "document_of",
    "is_missing",
    "plan_of",
]
