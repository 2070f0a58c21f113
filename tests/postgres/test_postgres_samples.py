"""The sample that tells how many documents have certain grams."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlite_probes import reading, song, writing

sys.path.append(str(Path(__file__).parents[1] / "sql"))

from search_samples import songs_of

from karaoke_persist.contract.reference.search import search
from karaoke_persist.contract.search import SearchQuery, SearchRequest
from karaoke_persist_postgres import samples
from karaoke_persist_postgres.samples import Sample, Samples
from karaoke_persist_sql.search import HIDDEN, GramQuery, grams_of, name_gram
from karaoke_persist_sql.search.building import number_of_songs
from karaoke_persist_sql.search.upkeep import Upkeep

DOCS = "kp_search_docs"
LOVE = GramQuery(((("lov",),),))


def rows_of(store, songs):
    """The rows of the index for songs that are not kept."""
    session = store.session()
    try:
        session.insert(songs)
        upkeep = Upkeep(session, session.plans.layout.search.asked(session))
        return [placed.row for placed in upkeep.documents([each.id for each in songs])]
    finally:
        session.rollback()


def loves(first, last):
    """So many songs with a word in common."""
    return [song(f"s{number:05}", title=f"love {number}", artist="x") for number in range(first, last)]


def test_a_sample_of_everything_counts_right(store):
    """A sample of all documents tells how many have a gram."""

    @settings(max_examples=60, deadline=None)
    @given(st.lists(songs_of(["a", "b", "c"]), min_size=1, unique_by=lambda each: each.id))
    def check(songs):
        rows = rows_of(store, songs)
        sample, grams = Sample(rows, 1), [grams_of(row) for row in rows]
        for gram in {gram for some in grams for gram in some}:
            assert sample.number_with(GramQuery((((gram,),),))) == sum(gram in some for some in grams), gram

    check()


def test_alternatives_and_what_is_left_out(store):
    """A document has all grams of one alternative of each part, and none of those that it must not have."""
    titles = "love song", "love dance", "song", "dance", "night"
    songs = [song(f"s{number}", title=title, artist="Nobody") for number, title in enumerate(titles)]
    sample = Sample(rows_of(store, [*songs, song("s9", title="love", artist="Nobody", hidden=True)]), 10)
    assert sample.number_with(GramQuery((((name_gram("Nobody"),),),))) == 60
    assert sample.number_with(GramQuery(((("lov", "ove"),),))) == 30
    assert sample.number_with(GramQuery(((("lov", "ove"),),), (HIDDEN,))) == 20
    assert sample.number_with(GramQuery(((("lov",), ("son",)), (("son",), ("dan",))))) == 30
    assert sample.number_with(GramQuery(((("lov",),), (("nig",),)))) == 0


def test_a_small_table_that_grew_or_shrank_is_looked_at_again(store):
    """Whoever searches an empty library, and then loads it, is not taken for one with few songs."""
    taken = Samples()
    with writing(store) as session:
        assert taken.of(session, DOCS).number_with(LOVE) == 0
        session.insert(loves(0, 500))
        assert taken.of(session, DOCS).number_with(LOVE) == 500
        session.execute(f"TRUNCATE {DOCS}")
        assert taken.of(session, DOCS).number_with(LOVE) == 0


def test_a_sample_of_part_of_a_table_stands_for_all(store, monkeypatch):
    """Every document that is looked at counts for as many as there are for each."""
    monkeypatch.setattr(samples, "BLOCKS", 20)
    with writing(store) as session:
        session.insert(loves(0, 3_000))
    with reading(store) as session:
        numbers = [Samples().of(session, DOCS).number_with(LOVE) for _ in range(20)]
        songs = number_of_songs(session)
    assert songs / 2 < sum(numbers) / len(numbers) < songs * 2


def test_a_sample_is_bounded(store, monkeypatch):
    """However large a table is, no more of it is kept than a sample."""
    monkeypatch.setattr(samples, "BLOCKS", 2)
    kept = []
    monkeypatch.setattr(samples, "Sample", lambda rows, weight: kept.append(len(rows)) or Sample(rows, weight))
    with writing(store) as session:
        session.insert(loves(0, 4_000))
        for _ in range(10):
            Samples().of(session, DOCS)
    assert max(kept) < 4_000 / 4


def test_a_sample_is_taken_anew_after_a_while(store, monkeypatch):
    """Not for each question, but now and then, for documents change while their table stays as large."""
    monkeypatch.setattr(samples, "KEPT", 5)
    taken = Samples()
    with reading(store) as session:
        told = [taken.of(session, DOCS) for _ in range(20)]
    assert sum(one is not other for one, other in pairwise(told)) == 3


def test_threads_share_a_sample(store, monkeypatch):
    """While threads ask, and take other samples, each of them is told by one that is whole."""
    monkeypatch.setattr(samples, "KEPT", 3)
    with writing(store) as session:
        session.insert(loves(0, 100))
    taken = Samples()

    def ask(_):
        with reading(store) as session:
            return [taken.of(session, DOCS).number_with(LOVE) for _ in range(25)]

    with ThreadPoolExecutor(4) as pool:
        assert [number for some in pool.map(ask, range(8)) for number in some] == [100] * 200


@pytest.mark.parametrize("wrong", [0, 5, 4_500, 1e12])
@pytest.mark.parametrize("text", ["love", "l", "love 17", "-love", "love year:1990", "love -7", "nothing"])
def test_wrong_numbers_change_no_answer(store, monkeypatch, wrong, text):
    """Whatever a sample says, the pages are those of the rules."""
    monkeypatch.setattr(Sample, "number_with", lambda *_: wrong)
    with writing(store) as session:
        session.insert(loves(0, 700))
        for sort in ("relevance", "title"):
            request = SearchRequest(query=SearchQuery.parse(text), sort=sort, limit=30, offset=0, total="exact")
            assert session.search(request) == search(session, request)
