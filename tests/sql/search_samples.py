"""Songs and questions for search, in many scripts, made to meet."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from karaoke_persist.contract.search import (
    ArtistSearchRequest,
    CompletionRequest,
    SearchQuery,
    SearchRequest,
    Term,
    Years,
)
from karaoke_persist.contract.search.request import FACETS, SORTS, TOTALS
from karaoke_persist.models import Song

WORDS = [
    "love",
    "lover",
    "lvoe",
    "loev",
    "the",
    "a",
    "ab",
    "ba",
    "Öl",
    "öl",
    "über",
    "ubre",
    "Kë$ha",
    "A!b",
    "AC/DC",
    "don't",
    "e",
    "o",
    "E",
    "桜",
    "桜の",
    "東京",
    "カラオケ",
    "からおけ",
    "사랑",
    "사",
    "ปา",
    "เพลง",
    "हिन्दी",
    "ж",
    "жЖ",
    "北京",
    "北",
    "!!!",
    "÷",
    "&",
    "and",
    "yesterday",
    "yesteday",
    "yseterday",
    "midnight",
    "midnigth",
    "%",
    "_",
    "'",
    '"',
    "-",
    "*",
    "^",
    "\x01",
    "ß",
    "straße",
    "straſse",
    "周杰伦",
    "zhou",
    "fullＷｉｄｔｈ",
    "x",
]
ALPHABET = "abeéØжカ歌사 -'&.!$%_\"\u0301"
GENRES = [None, "Rock", "rock", "Röck", "Pop Rock", "J-Pop"]

texts = st.one_of(
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join),
    st.text(ALPHABET, min_size=1, max_size=8),
).filter(lambda text: bool(text.strip()))


def songs_of(keys: list[str]) -> st.SearchStrategy[Song]:
    """A song with one of these keys and anything else."""
    some = st.lists(texts, max_size=2).map(tuple)
    return st.builds(
        Song,
        id=st.sampled_from(keys),
        title=texts,
        artist=st.one_of(st.sampled_from(["Björk", "AC/DC", "Abba", "ABBA", "周杰伦", "Lover"]), texts),
        album=st.none() | texts,
        aliases=some,
        artist_aliases=some,
        year=st.sampled_from([None, 1989, 1990, 1995, 1999, 2000, 2025, -3]),
        genre=st.sampled_from(GENRES),
        language=st.sampled_from([None, "en", "EN", "ja"]),
        hidden=st.booleans(),
        missing_since=st.sampled_from([None, None, None, datetime(2026, 1, 2, tzinfo=UTC)]),
        plain_lyrics=st.none() | st.just("la la"),
        media=st.sampled_from([{}, {"lyrics": "a.lrc"}, {"vocals": "v.mp3"}]),
    ).map(_as_core_hands_it_over)


def _as_core_hands_it_over(song: Song) -> Song:
    return song.replaced(song.integrity.derive(song.__dict__))


queries = st.one_of(
    texts.map(SearchQuery.parse),
    st.lists(
        st.one_of(
            texts,
            texts.map(lambda text: '"{}"'.format(text.replace('"', ""))),
            st.sampled_from(
                ["year:1990..1999", "year:1995", "year:..1990", "year:1990..", "genre:rock", "language:en"]
            ),
            st.sampled_from(["has:lyrics", "-love", "-桜", '-"the love"', "artist:abba", 'title:"a b"', "album:love"]),
        ),
        max_size=4,
    ).map(lambda parts: SearchQuery.parse(" ".join(parts))),
    st.builds(
        SearchQuery,
        terms=st.lists(
            st.builds(Term, texts, st.sampled_from([None, "title", "artist", "album"]), st.booleans(), st.booleans()),
            max_size=3,
        ).map(tuple),
        years=st.none() | st.builds(Years, st.sampled_from([None, 1990]), st.sampled_from([None, 1999, 1980])),
        genre=st.sampled_from([None, "ROCK"]),
        with_lyrics=st.booleans(),
    ),
)

searches = st.builds(
    SearchRequest,
    query=queries,
    limit=st.integers(0, 5),
    offset=st.integers(0, 4),
    sort=st.sampled_from(SORTS),
    descending=st.booleans(),
    total=st.sampled_from(TOTALS),
    facets=st.lists(st.sampled_from(FACETS), unique=True).map(tuple),
    near=st.booleans(),
    hidden=st.booleans(),
    missing=st.sampled_from([*[False] * 7, True]),
)
artist_searches = st.builds(
    ArtistSearchRequest,
    query=queries,
    limit=st.integers(0, 4),
    after=st.none() | texts,
    samples=st.integers(0, 2),
    hidden=st.booleans(),
    missing=st.sampled_from([*[False] * 7, True]),
)
completions = st.builds(
    CompletionRequest,
    text=texts | texts.map(lambda text: text[:2]),
    limit=st.integers(0, 6),
    hidden=st.booleans(),
    missing=st.sampled_from([*[False] * 7, True]),
)
requests: st.SearchStrategy[Any] = searches | artist_searches | completions
