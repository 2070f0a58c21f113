"""Search over any session: the rules in their plainest form, and the default for backends without an index.

The tiers, q being the whole normalised query: (0) title = q; (1) artist = q; (2) title starts with q; (3) artist starts
with q; (4) every term starts a word of the title; (5) every term starts a word of title or artist; (6) every term is
contained in title, artist, album or an alias. Within a tier: folded title, folded artist, id.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from karaoke_persist.contract.query import Eq, Query
from karaoke_persist.contract.search import SearchRequest, SearchResult
from karaoke_persist.contract.search_text import search_fold
from karaoke_persist.contract.store import StoreSession
from karaoke_persist.models import Song

FIELDS = ("id", "title", "artist", "album", "aliases")
Rank = tuple[int, str, str, str]


def search(session: StoreSession, request: SearchRequest) -> SearchResult:
    """Answer a search by looking at every song once."""
    shown = Query(Song, None if request.hidden else Eq("hidden", False))
    ranked = sorted(_ranks(request.text, session.rows(shown, FIELDS)))
    keys = [rank[3] for rank in ranked[request.offset : request.offset + request.limit]]
    songs = session.get(Song, keys)
    return SearchResult(tuple(songs[key] for key in keys), len(ranked) if request.count else None)


def _ranks(text: str, rows: Iterable[tuple[Any, ...]]) -> Iterable[Rank]:
    query = search_fold(text)
    terms = query.split()
    for key, title, artist, album, aliases in rows:
        folds = search_fold(title), search_fold(artist)
        others = [search_fold(other) for other in (album, *aliases) if other]
        tier = tier_of(query, terms, folds, others)
        if tier is not None:
            yield tier, *folds, key


def tier_of(query: str, terms: list[str], folds: tuple[str, str], others: list[str]) -> int | None:
    """The best tier that a song reaches, from its folded title and artist and its other folds; None if it misses."""
    title, artist = folds
    fields = (title, artist, *others)
    if not all(any(term in field for field in fields) for term in terms):
        return None
    if not terms:
        return 6
    whole = (title == query, artist == query, title.startswith(query), artist.startswith(query))
    if True in whole:
        return whole.index(True)
    starts = [(_starts_word(term, title), _starts_word(term, artist)) for term in terms]
    if all(in_title for in_title, _ in starts):
        return 4
    return 5 if all(in_title or in_artist for in_title, in_artist in starts) else 6


def _starts_word(term: str, field: str) -> bool:
    return f" {term}" in f" {field}"
