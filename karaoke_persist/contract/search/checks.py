"""What core refuses before a store's search sees it."""

from __future__ import annotations

from karaoke_persist.contract.checks import check_page
from karaoke_persist.contract.search.query import TEXT_BYTES, TEXT_FIELDS, SearchQuery, Term
from karaoke_persist.contract.search.request import (
    FACETS,
    SORTS,
    TOTALS,
    ArtistSearchRequest,
    CompletionRequest,
    SearchRequest,
)
from karaoke_persist.errors import InvalidValue
from karaoke_persist.models.text import check_bytes


def check_search(request: SearchRequest) -> None:
    """Refuse a search for what is no text, for too much at once, or for what there is not."""
    _check_query(request.query)
    check_page(request.limit, request.offset)
    _check_choice("sort", request.sort, SORTS)
    _check_choice("total", request.total, TOTALS)
    for facet in request.facets:
        _check_choice("facet", facet, FACETS)


def check_artist_search(request: ArtistSearchRequest) -> None:
    """The same for a search that is grouped by artist."""
    _check_query(request.query)
    check_page(request.limit)
    check_page(request.samples)


def check_completion(request: CompletionRequest) -> None:
    """The same for the beginning of a name."""
    check_search_text("completion", request.text)
    check_page(request.limit)


def check_search_text(where: str, text: object) -> None:
    """Refuse what is no text, more than 4 KiB of it, or half of a surrogate pair."""
    if not isinstance(text, str):
        raise InvalidValue(where, text, "a text is expected")
    try:
        check_bytes(text, TEXT_BYTES)
    except ValueError as error:
        raise InvalidValue(where, text, str(error)) from None


def _check_query(query: object) -> None:
    if not isinstance(query, SearchQuery):
        raise InvalidValue("search", query, "a SearchQuery is expected; SearchQuery.parse reads typed text")
    for term in query.terms:
        _check_term(term)
    check_search_text("search", " ".join(term.text for term in query.terms))
    for where, text in (("language", query.language), ("genre", query.genre)):
        if text is not None:
            check_search_text(where, text)
    years = query.years
    if years is not None and not all(part is None or type(part) is int for part in (years.first, years.last)):
        raise InvalidValue("years", years, "whole numbers are expected, or None for an open end")


def _check_term(term: object) -> None:
    if not isinstance(term, Term) or not isinstance(term.text, str):
        raise InvalidValue("search", term, "terms are values of Term, with a text")
    if term.field is not None:
        _check_choice("field of a term", term.field, TEXT_FIELDS)


def _check_choice(where: str, value: object, choice: tuple[str, ...]) -> None:
    if value not in choice:
        raise InvalidValue(where, value, f"choose one of {', '.join(choice)}")
