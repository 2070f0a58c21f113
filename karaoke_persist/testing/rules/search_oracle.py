"""R: every backend finds what the rules say, on a real catalogue and on texts that nobody would think of."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, Final

from hypothesis import given
from hypothesis import strategies as st

from karaoke_persist import Library, Song
from karaoke_persist.contract.search.request import FACETS
from karaoke_persist.testing.handles import Conformance
from karaoke_persist.testing.oracle_folds import expanded
from karaoke_persist.testing.oracle_search import Catalogue
from karaoke_persist.testing.real_songs import real_queries, real_songs, typed
from karaoke_persist.testing.rule import rule
from karaoke_persist.testing.rules.search import search
from karaoke_persist.testing.rules.search_counts import by_artist
from karaoke_persist.testing.rules.search_pages import everything, sung
from karaoke_persist.testing.trials import TRIALS

ALPHABET: Final = "abABeéÉøößäÄжЖёカがハパ歌가각ㄱกี -'&.%_!$@/+\"\u0301"
WORDS: Final = [
    *(
        "a",
        "ab",
        "ba",
        "b",
        "Ab",
        "é",
        "øb",
        "歌",
        "歌カ",
        "か",
        "がかき",
        "ж",
        "a-b",
        "b'a",
        "a&b",
        "%",
        "_",
        "b$",
        "a!b",
    ),
    *("ä", "ae", "Oe", "ö", "가각", "ㄱㄱ", "각", "gagak", "kaki", "กี", "!!!", "÷", "abba", "babab", "aabbaabb"),
]
SYNTAX: Final = ['"', "-", "-a", '"a b"', "artist:a", 'title:"b"', "-artist:b", "album:a", "year:1990..", "language:en"]
SYNTAX_MORE: Final = [
    "genre:pop",
    "has:lyrics",
    "year:x",
    "x:a",
    '-"b a"',
    "-歌",
    "-가",
    'artist:"ab a"',
    "year:1989",
    "-!!!",
]

NAMES = st.one_of(
    st.text(ALPHABET, min_size=1, max_size=6),
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join),
).filter(str.strip)
QUERIES = st.one_of(
    st.text(ALPHABET, max_size=6),
    st.lists(st.sampled_from([*WORDS, *SYNTAX, *SYNTAX_MORE]), min_size=1, max_size=4).map(" ".join),
)
SONGS: st.SearchStrategy[list[dict[str, Any]]] = st.lists(
    st.builds(
        dict,
        title=NAMES,
        artist=NAMES,
        album=st.none() | NAMES,
        aliases=st.lists(NAMES, max_size=1),
        artist_aliases=st.lists(NAMES, max_size=1),
        year=st.sampled_from([None, 1989, 1990, 2001]),
        language=st.sampled_from([None, "en", "EN", "ja"]),
        genre=st.sampled_from([None, "Pop", "pöp"]),
        hidden=st.booleans(),
        plain_lyrics=st.sampled_from([None, "la"]),
    ),
    min_size=1,
    max_size=8,
)


PICKS = st.lists(
    st.tuples(
        st.integers(0, 99),
        st.integers(0, 5),
        st.integers(1, 9),
        st.sampled_from(["{}"] * 6 + ['"{}"', "-{}", "artist:{}", 'title:"{}"', "{} -b"]),
        st.booleans(),
    ),
    min_size=4,
    max_size=12,
)
"""Which part of which name is asked for, with which syntax, and whether it is spelled without marks."""


def picked(rows: list[dict[str, Any]], picks: list[Any]) -> list[str]:
    """Queries that are made of the names of songs, because hardly any other finds much, or of two names in one."""
    of_each = [[row["title"], *row["aliases"], row["artist"], *row["artist_aliases"]] for row in rows]
    names = [name for own in of_each for name in (*own, *map("".join, pairwise(own)))]
    return [
        shape.format(expanded(part) if plainly else part)
        for number, start, length, shape, plainly in (picks if names else ())
        for part in [names[number % len(names)][start:][:length]]
    ]


Views = dict[bool, Catalogue]
"""What a host searches, and what a guest does."""


def views(songs: list[Song]) -> Views:
    """Both of them."""
    return {guest: Catalogue(songs, guest=guest) for guest in (False, True)}


def agrees(library: Any, oracles: Views, query: str) -> None:
    """Compare a search with the oracle, in both views."""
    for guest, oracle in oracles.items():
        expected = oracle.found(query)
        page = library.songs.search(query, limit=1_000, total="exact", guest=guest)
        assert ([hit.song.id for hit in page.items], page.total) == (expected, len(expected)), query


def agrees_beside(library: Any, oracles: Views, query: str) -> None:
    """Compare what is said beside the hits with the oracle, in both views."""
    for guest, oracle in oracles.items():
        page = library.songs.search(query, near=True, facets=FACETS, guest=guest)
        assert ([each.id for each in page.near], list(page.near_artists)) == oracle.near(query), query
        assert by_artist(library, query, limit=1_000, samples=2, guest=guest) == oracle.artists(query, 2), query
        for name, counts in page.facets.items():
            assert [(each.value, each.songs) for each in counts or ()] == oracle.facet(query, name), (name, query)
        found = library.songs.complete(query, limit=1_000, guest=guest)
        assert [(each.kind, each.text, each.song_id, each.plays) for each in found] == oracle.complete(query), query


class SearchOracleRules(Conformance):
    """What is found is what a plain reading of the rules finds."""

    @rule("R-25")
    def test_any_songs_and_any_query(self, library: Library) -> None:
        """Any query over any songs finds what the rules say, in the order that the rules say."""

        @TRIALS
        @given(SONGS, st.lists(QUERIES, max_size=3), PICKS)
        def check(rows: list[dict[str, Any]], queries: list[str], picks: list[Any]) -> None:
            with library.transaction() as tx:
                tx.songs.upsert_songs([Song(id=f"{number}", **row) for number, row in enumerate(rows)])
                oracles = views(tx.songs.get_songs())
                for query in (*queries, *picked(rows, picks)):
                    agrees(tx, oracles, query)
                tx.rollback()

        check()

    @rule("R-90")
    def test_anything_beside_any_query(self, library: Library) -> None:
        """Facets, artists, near matches and completions of any query over any songs are what the rules say."""

        @TRIALS
        @given(SONGS, st.lists(QUERIES, min_size=1, max_size=2))
        def check(rows: list[dict[str, Any]], queries: list[str]) -> None:
            with library.transaction() as tx:
                tx.songs.upsert_songs([Song(id=f"{number}", **row) for number, row in enumerate(rows)])
                oracles = views(tx.songs.get_songs())
                for query in queries:
                    agrees_beside(tx, oracles, query)
                tx.rollback()

        check()

    @rule("R-91")
    def test_typing_into_a_real_catalogue(self, library: Library) -> None:
        """In a real catalogue each beginning of what people type finds what the rules say."""
        library.songs.upsert_songs(real_songs())
        oracle = Catalogue(everything(library))
        with library.transaction(read_only=True) as tx:
            for text in typed(real_queries()):
                expected = oracle.found(text)
                songs, total = tx.songs.search_songs_paginated(text)
                assert ([each.id for each in songs], total) == (expected[:20], len(expected)), text
                if len(expected) > 30:
                    assert search(tx, text, limit=10, offset=len(expected) - 10) == expected[-10:], text

    @rule("R-92")
    def test_beside_a_real_catalogue(self, library: Library) -> None:
        """In a real catalogue the facets, artists, near matches and completions are what the rules say."""
        library.songs.upsert_songs(real_songs())
        sung(library, **{f"{number:03}": number % 5 for number in range(0, 400, 7)})
        oracles = views(everything(library))
        with library.transaction(read_only=True) as tx:
            for text in ["", *real_queries()[::20], "uverwrold", "モーニグ娘", "kalafinna ed", "m", "青"]:
                agrees_beside(tx, oracles, text)
