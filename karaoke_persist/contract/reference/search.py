"""Search over any session: the rules in their plainest form, and the default for backends without an index.

It makes the document of every song once, and sorts those that match. The tiers stand in
`karaoke_persist.contract.search.plan`; within a tier songs come by folded title, folded artist, id.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby, islice, zip_longest
from typing import Any, NamedTuple

from karaoke_persist.contract.query import Query
from karaoke_persist.contract.reference.facets import count_facets
from karaoke_persist.contract.reference.ordering import sort_value
from karaoke_persist.contract.search import near
from karaoke_persist.contract.search.document import SOURCE_FIELDS, SearchDocument, document_of
from karaoke_persist.contract.search.folding import NORMALISER, Normaliser
from karaoke_persist.contract.search.plan import SearchPlan, matches, plan_of, tier_of
from karaoke_persist.contract.search.request import (
    COUNT_CAP,
    NEAR_BELOW,
    NEAR_MOST,
    ArtistHits,
    ArtistSearchRequest,
    Completion,
    CompletionRequest,
    SearchRequest,
    SearchResult,
    Total,
)
from karaoke_persist.contract.store import StoreSession
from karaoke_persist.models import Song, field_of, key_fold

SORT_FIELDS = {"plays": "play_count"}
"""The fields behind the sorts that are not called like theirs."""


class Indexed(NamedTuple):
    """A song's document, with its title and what it is sorted by."""

    document: SearchDocument
    title: str
    value: Any


def search(session: StoreSession, request: SearchRequest, normaliser: Normaliser = NORMALISER) -> SearchResult:
    """Answer a search by looking at every song once."""
    everything = _read(session, normaliser, SORT_FIELDS.get(request.sort, request.sort))
    plan = plan_of(request.query, normaliser, hidden=request.hidden)
    found = [each for each in everything if matches(plan, each.document)]
    placed = sorted(((_place(plan, request, each), each.document.id) for each in found), key=_sort_key(request))
    rest = placed if request.after is None else list(_after(placed, request))
    page = rest[request.offset : request.offset + request.limit]
    more = len(rest) > request.offset + len(page)
    songs = session.get(Song, [key for _, key in page]) if page else {}
    total, capped = counted(len(found), request.total)
    documents = [each.document for each in everything]
    close, artists = _near(session, plan, documents, len(found)) if wants_near(request) else ((), ())
    return SearchResult(
        songs=tuple(songs[key] for _, key in page),
        place=page[-1][0] if page and more else None,
        total=total,
        capped=capped,
        facets=count_facets(plan, documents, request.facets),
        near=close,
        near_artists=artists,
    )


def search_artists(
    session: StoreSession, request: ArtistSearchRequest, normaliser: Normaliser = NORMALISER
) -> list[ArtistHits]:
    """The artists that have matching songs, in the order of their names."""
    plan = plan_of(request.query, normaliser, hidden=request.hidden)
    found = [each.document for each in _read(session, normaliser) if matches(plan, each.document)]
    found.sort(key=lambda document: (*_name_order(document.artist_name), document.order))
    groups = ((name, list(documents)) for name, documents in groupby(found, key=lambda document: document.artist_name))
    after = None if request.after is None else _name_order(request.after)
    page = list(islice((group for group in groups if after is None or _name_order(group[0]) > after), request.limit))
    keys = [document.id for _, documents in page for document in documents[: request.samples]]
    songs = session.get(Song, keys) if keys else {}
    return [
        ArtistHits(name, len(documents), tuple(songs[document.id] for document in documents[: request.samples]))
        for name, documents in page
    ]


def complete(
    session: StoreSession, request: CompletionRequest, normaliser: Normaliser = NORMALISER
) -> list[Completion]:
    """What a text may be the beginning of: first what was sung, the most first; then artists and songs in turn."""
    starts = tuple(dict.fromkeys((normaliser.primary(request.text), normaliser.expanded(request.text))))
    if not starts[0]:
        return []
    shown = [each for each in _read(session, normaliser) if request.hidden or not each.document.hidden]
    artists, songs = _artists_starting(shown, starts), _songs_starting(shown, starts)
    used = sorted((each for each in (*artists, *songs) if each[1].plays), key=lambda each: (-each[1].plays, each[0]))
    unused = zip_longest(*([each for each in some if not each[1].plays] for some in (artists, songs)))
    mixed = (each for pair in unused for each in pair if each is not None)
    return [completion for _, completion in islice((*used, *mixed), request.limit)]


class PlainSearch:
    """The whole of search for a session that keeps no index: a base class that needs `rows` and `get`."""

    def search(self: StoreSession, request: SearchRequest) -> SearchResult:
        """Songs by text."""
        return search(self, request)

    def search_artists(self: StoreSession, request: ArtistSearchRequest) -> list[ArtistHits]:
        """The same grouped by artist."""
        return search_artists(self, request)

    def complete(self: StoreSession, request: CompletionRequest) -> list[Completion]:
        """What a text may be the beginning of."""
        return complete(self, request)


def wants_near(request: SearchRequest) -> bool:
    """Whether near matches are asked for, on a first page."""
    return request.near and request.after is None and not request.offset


def counted(found: int, total: Total) -> tuple[int | None, bool]:
    """The total to answer, and whether there are more."""
    if total == "none":
        return None, False
    capped = total == "capped" and found > COUNT_CAP
    return COUNT_CAP if capped else found, capped


def _read(session: StoreSession, normaliser: Normaliser, sort: str = "relevance") -> list[Indexed]:
    fields = (*SOURCE_FIELDS, *(() if sort in SOURCE_FIELDS or sort == "relevance" else (sort,)))
    rows = (dict(zip(fields, row, strict=True)) for row in session.rows(Query(Song), fields))
    return [Indexed(document_of(row, normaliser), row["title"], row.get(sort)) for row in rows]


# the order of a page


def _place(plan: SearchPlan, request: SearchRequest, each: Indexed) -> tuple[Any, ...]:
    """Where a song stands, as a cursor has it."""
    if request.sort == "relevance":
        return (tier_of(plan, each.document), *each.document.order)
    return each.value, each.document.id


def _sort_key(request: SearchRequest) -> Callable[[tuple[tuple[Any, ...], str]], Any]:
    if request.sort == "relevance":
        return lambda placed: placed[0]
    kind = field_of(Song, SORT_FIELDS.get(request.sort, request.sort)).kind

    def key(placed: tuple[tuple[Any, ...], str]) -> Any:
        value, song_id = placed[0]
        if value is None:
            return True, _directed((song_id,), request.descending)
        return False, _directed((*sort_value(kind, value), song_id), request.descending)

    return key


class _Reversed(tuple[Any, ...]):
    """A tuple that sorts the other way round."""

    __slots__ = ()

    def __lt__(self, other: tuple[Any, ...]) -> bool:
        return tuple.__gt__(self, other)

    def __gt__(self, other: tuple[Any, ...]) -> bool:
        return tuple.__lt__(self, other)


def _directed(key: tuple[Any, ...], descending: bool) -> tuple[Any, ...]:
    return _Reversed(key) if descending else key


def _after(placed: Sequence[tuple[tuple[Any, ...], str]], request: SearchRequest) -> Iterator[tuple[Any, ...]]:
    assert request.after is not None
    key = _sort_key(request)
    mark = key((request.after, ""))
    return (each for each in placed if key(each) > mark)


# near matches


def _near(
    session: StoreSession, plan: SearchPlan, documents: Iterable[SearchDocument], found: int
) -> tuple[tuple[Song, ...], tuple[str, ...]]:
    if found >= NEAR_BELOW or not any(near.may_slip(needle) for needle in (*plan.needles, *plan.fielded)):
        return (), ()
    only_filters = replace(plan, needles=(), fielded=())
    passing = [document for document in documents if matches(only_filters, document)]
    slips = ((near.distance(plan, document), document) for document in passing)
    best = sorted((count, *document.order) for count, document in slips if count)
    songs = session.get(Song, keys) if (keys := [each[-1] for each in best[:NEAR_MOST]]) else {}
    return tuple(songs[key] for key in keys), _near_artists(plan, passing)


def _near_artists(plan: SearchPlan, documents: Iterable[SearchDocument]) -> tuple[str, ...]:
    if plan.whole or any(needle.field == "artist" for needle in plan.fielded):
        names: dict[str, int] = {}
        for document in documents:
            count = near.artist_distance(plan, document)
            if count:
                names[document.artist_name] = min(count, names.get(document.artist_name, count))
        ranked = sorted(names, key=lambda name: (names[name], *_name_order(name)))
        return tuple(ranked[:NEAR_MOST])
    return ()


# completion


Ranked = tuple[tuple[Any, ...], Completion]


def _songs_starting(shown: Iterable[Indexed], starts: tuple[str, ...]) -> list[Ranked]:
    found = [each for each in shown if any(form.startswith(starts) for form in each.document.title)]
    return [
        (
            ("song", *document.order),
            Completion("song", title, document.artist_name, document.id, document.plays),
        )
        for document, title, _ in sorted(found, key=lambda each: each.document.order)
    ]


def _artists_starting(shown: Iterable[Indexed], starts: tuple[str, ...]) -> list[Ranked]:
    plays: dict[str, int] = {}
    forms: dict[str, str] = {}
    for document, _, _ in shown:
        if any(form.startswith(starts) for form in document.artist):
            name = document.artist_name
            plays[name] = plays.get(name, 0) + document.plays
            forms[name] = document.artist[0]
    return [
        (("artist", forms[name], name), Completion("artist", name, name, None, plays[name]))
        for name in sorted(forms, key=lambda name: (forms[name], name))
    ]


def _name_order(name: str) -> tuple[str, str]:
    return key_fold(name), name
