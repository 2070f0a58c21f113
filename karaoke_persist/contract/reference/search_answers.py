"""The answers to a search, made from documents: what a backend shares with the reference, however it finds them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from heapq import nsmallest
from itertools import islice, zip_longest
from typing import Any, Final, Literal, NamedTuple

from karaoke_persist.contract.reference.facets import Facets
from karaoke_persist.contract.reference.ordering import sort_value
from karaoke_persist.contract.search import near
from karaoke_persist.contract.search.document import SearchDocument
from karaoke_persist.contract.search.folding import Normaliser
from karaoke_persist.contract.search.plan import Needle, SearchPlan, matches, tier_of
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

_SORT_FIELDS: Final = {"plays": "play_count"}
"""The fields behind the sorts that are not called like theirs."""


class Indexed(NamedTuple):
    """A song's document, with what it is sorted by."""

    document: SearchDocument
    value: Any = None


Place = tuple[Any, ...]
"""Where a song stands, as a cursor has it."""


class Page(NamedTuple):
    """The places and ids of a page, and whether there are more."""

    placed: list[tuple[Place, str]]
    more: bool


class Near(NamedTuple):
    """What a query may have meant."""

    songs: tuple[Song, ...]
    artists: tuple[str, ...]


NOTHING_NEAR: Final = Near((), ())


def sort_field(request: SearchRequest) -> str | None:
    """The field that hits are sorted by; None for relevance."""
    return None if request.sort == "relevance" else _SORT_FIELDS.get(request.sort, request.sort)


def telling(plan: SearchPlan) -> list[Needle]:
    """The needles that near songs and near artists have in common, the longest first.

    An artist may lack what is sought in titles and albums alone. So among the songs that have all of these, or words
    near them, are those of near artists too.
    """
    needles = [*plan.needles, *plan.fielded]
    of_artists = [needle for needle in needles if needle.field in (None, "artist")]
    return sorted(of_artists or needles, key=lambda needle: -len(needle.forms[0]))


def wants_near(plan: SearchPlan, request: SearchRequest, found: int) -> bool:
    """Whether near matches are asked for, on a first page, and there may be any."""
    first = request.near and request.after is None and not request.offset
    needles = (*plan.needles, *plan.fielded)
    return first and found < NEAR_BELOW and any(near.may_slip(needle) for needle in needles)


def answer(
    session: StoreSession, request: SearchRequest, page: Page, *, found: int, facets: Facets, near: Near
) -> SearchResult:
    """The songs of a page, and what else was asked for."""
    songs = session.get(Song, [key for _, key in page.placed]) if page.placed else {}
    total, capped = counted(found, request.total)
    return SearchResult(
        songs=tuple(songs[key] for _, key in page.placed),
        place=page.placed[-1][0] if page.placed and page.more else None,
        total=total,
        capped=capped,
        facets=facets,
        near=near.songs,
        near_artists=near.artists,
    )


def counted(found: int, total: Total) -> tuple[int | None, bool]:
    """The total to answer, and whether there are more."""
    if total == "none":
        return None, False
    capped = total == "capped" and found > COUNT_CAP
    return COUNT_CAP if capped else found, capped


# the order of a page


def page_of(plan: SearchPlan, request: SearchRequest, found: Iterable[Indexed]) -> Page:
    """The page of the songs that were found, in any order."""
    key = _sort_key(request)
    placed = sorted((_placed(plan, request, each) for each in found), key=key)
    if request.after is not None:
        mark = key((request.after, ""))
        placed = [each for each in placed if key(each) > mark]
    return window(request, placed[request.offset :])


def window(request: SearchRequest, placed: Iterable[tuple[Place, str]]) -> Page:
    """The page that begins with the first of these."""
    some = list(islice(placed, request.limit + 1))
    return Page(some[: request.limit], len(some) > request.limit)


def _placed(plan: SearchPlan, request: SearchRequest, each: Indexed) -> tuple[Place, str]:
    document = each.document
    if request.sort == "relevance":
        return (tier_of(plan, document), *document.order), document.id
    return (each.value, document.id), document.id


def _sort_key(request: SearchRequest) -> Callable[[tuple[Place, str]], Any]:
    field = sort_field(request)
    if field is None:
        return lambda placed: placed[0]
    kind = field_of(Song, field).kind

    def key(placed: tuple[Place, str]) -> Any:
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


# artists


def artist_hits(
    session: StoreSession, request: ArtistSearchRequest, found: Iterable[SearchDocument]
) -> list[ArtistHits]:
    """The artists of the songs that were found, in the order of their names."""
    groups: dict[str, list[SearchDocument]] = {}
    for document in found:
        groups.setdefault(document.artist_name, []).append(document)
    after = None if request.after is None else _name_order(request.after)
    names = sorted((name for name in groups if after is None or _name_order(name) > after), key=_name_order)
    page = {name: _first(groups[name], request.samples) for name in names[: request.limit]}
    keys = [key for some in page.values() for key in some]
    songs = session.get(Song, keys) if keys else {}
    return [ArtistHits(name, len(groups[name]), tuple(songs[key] for key in some)) for name, some in page.items()]


def _first(documents: Iterable[SearchDocument], count: int) -> list[str]:
    return [document.id for document in sorted(documents, key=lambda document: document.order)[:count]]


def _name_order(name: str) -> tuple[str, str]:
    return key_fold(name), name


# near matches


def near_matches(session: StoreSession, plan: SearchPlan, documents: Iterable[SearchDocument]) -> Near:
    """The songs and artists that are near to a query, among these."""
    only_filters = replace(plan, needles=(), fielded=())
    passing = [document for document in documents if matches(only_filters, document)]
    counts = ((near.distance(plan, document), document) for document in passing)
    best = sorted((count, *document.order) for count, document in counts if count)
    songs = session.get(Song, keys) if (keys := [each[-1] for each in best[:NEAR_MOST]]) else {}
    return Near(tuple(songs[key] for key in keys), near_artists(plan, passing))


def near_artists(plan: SearchPlan, documents: Iterable[SearchDocument]) -> tuple[str, ...]:
    """The artists of some songs that are near to a query, the nearest first."""
    if not plan.whole and all(needle.field != "artist" for needle in plan.fielded):
        return ()
    names: dict[str, int] = {}
    # All that counts is the artist, and many songs have the same.
    for document in {(each.artist_name, each.artist): each for each in documents}.values():
        if count := near.artist_distance(plan, document):
            names[document.artist_name] = min(count, names.get(document.artist_name, count))
    ranked = sorted(names, key=lambda name: (names[name], *_name_order(name)))
    return tuple(ranked[:NEAR_MOST])


# completion


def starts_of(request: CompletionRequest, normaliser: Normaliser) -> tuple[str, ...]:
    """The beginnings that are looked for; none if there is no text."""
    starts = dict.fromkeys((normaliser.primary(request.text), normaliser.expanded(request.text)))
    return tuple(start for start in starts if start)


def completions(
    session: StoreSession,
    request: CompletionRequest,
    starts: tuple[str, ...],
    songs: Iterable[SearchDocument],
    artists: Iterable[SearchDocument],
) -> list[Completion]:
    """What begins so, by the titles of these songs and by the artists of those."""
    beginnings = _artists_starting(artists, starts), _songs_starting(songs, starts)
    used = nsmallest(request.limit, (each for some in beginnings for each in some if each.plays), key=_by_use)
    unused = zip_longest(*(nsmallest(request.limit, (each for each in some if not each.plays)) for some in beginnings))
    best = [*used, *(each for pair in unused for each in pair if each is not None)][: request.limit]
    keys = [each.key for each in best if each.kind == "song"]
    return [_completion(each, session.get(Song, keys) if keys else {}) for each in best]


class _Beginning(NamedTuple):
    """An artist or a song, in the order of those that nobody has sung."""

    kind: Literal["artist", "song"]
    form: str
    artist: str
    """Of an artist the name, of a song the fold of it."""
    key: str
    plays: int


def _by_use(each: _Beginning) -> tuple[int, _Beginning]:
    return -each.plays, each


def _completion(each: _Beginning, songs: Mapping[str, Song]) -> Completion:
    if each.kind == "artist":
        return Completion("artist", each.artist, each.artist, None, each.plays)
    song = songs[each.key]
    return Completion("song", song.title, song.artist, song.id, each.plays)


def _songs_starting(documents: Iterable[SearchDocument], starts: tuple[str, ...]) -> list[_Beginning]:
    found = (document for document in documents if any(form.startswith(starts) for form in document.title))
    return [_Beginning("song", *document.order, document.plays) for document in found]


def _artists_starting(documents: Iterable[SearchDocument], starts: tuple[str, ...]) -> list[_Beginning]:
    plays: dict[str, int] = {}
    forms: dict[str, str] = {}
    for document in documents:
        name = document.artist_name
        known = name in forms and not document.plays
        if not known and any(form.startswith(starts) for form in document.artist):
            plays[name] = plays.get(name, 0) + document.plays
            forms[name] = document.artist[0]
    return [_Beginning("artist", forms[name], name, "", plays[name]) for name in forms]
