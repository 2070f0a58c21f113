"""A question is asked with the rarest grams, and whichever they are, the same songs are found."""

from __future__ import annotations

from dataclasses import replace
from zlib import crc32

import pytest
from sqlite_probes import open_store, reading, song, writing

from karaoke_persist.contract import In, Query
from karaoke_persist.contract.reference.search import search
from karaoke_persist.contract.search import SearchQuery, SearchRequest
from karaoke_persist.models import Song
from karaoke_persist_sql.search import near_songs, pages
from karaoke_persist_sql.search.choosing import COMMON, FEW, everything, rarest
from karaoke_persist_sql.search.clauses import Asked, Part
from karaoke_persist_sql.search.grams import ANY, name_gram
from karaoke_persist_sql.search.index import Clause
from karaoke_persist_sqlite.gram_counts import ONE_OF

DOCS = 100_000
MANY = DOCS // COMMON - 1
LOVE, RIVER = Part((("lov", "ove"),)), Part((("riv", "ive", "ver"),))
LOOK = Clause("looked at")
OTHERS = [
    song("lyrics", title="Ocean", artist="Ocean", plain_lyrics="la la"),
    song("language", title="Ocean", artist="OCEAN", language="is"),
    song("genre", title="Ocean", artist="Def", genre="Rock"),
    song("year", title="Ocean", artist="Def", year=1991),
]


def test_of_the_grams_of_a_word_the_two_rarest_are_asked_for():
    """A word with three grams, each in many documents, is asked for by the two that fewer have."""
    counts = {ANY: DOCS, "riv": 3_000, "ive": 9_000, "ver": 5_000}
    assert rarest(Asked([RIVER], where=[LOOK]), counts).grams.needed == ((("riv", "ver"),),)


def test_one_rare_gram_is_enough():
    """A gram that few documents have is asked for alone."""
    counts = {ANY: DOCS, "riv": FEW, "ive": 9_000, "ver": 5_000}
    assert rarest(Asked([RIVER], where=[LOOK]), counts).grams.needed == ((("riv",),),)


def test_once_few_are_left_no_other_word_is_asked_for():
    """Beside a rare word another need not be asked for."""
    counts = {ANY: DOCS, "riv": FEW, "ive": 9_000, "ver": 9_000, "lov": MANY, "ove": MANY}
    assert rarest(Asked([LOVE, RIVER], where=[LOOK]), counts).grams.needed == ((("riv",),),)


def test_a_second_word_is_asked_for_while_many_are_left():
    """Of two words that many have, both are asked for, the rarer one first."""
    counts = {ANY: DOCS, "riv": 3_000, "ive": 9_000, "ver": 9_000, "lov": MANY, "ove": MANY}
    chosen = rarest(Asked([LOVE, RIVER], where=[LOOK]), counts).grams.needed
    assert chosen == ((("riv", "ive"),), (("lov", "ove"),))


def test_who_wants_all_documents_asks_for_a_third_gram_that_pays():
    """To read 31,000 of a third takes less than to ask 4,500 that are left, 30 for each; to read 90,000, more."""
    counts = {ANY: DOCS, "riv": 5_000, "ive": 30_000, "ver": 31_000}
    assert rarest(Asked([RIVER], where=[LOOK]), counts).grams.needed == ((("riv", "ive"),),)
    assert rarest(Asked([RIVER], where=[LOOK]), counts, thorough=True).grams.needed == ((("riv", "ive", "ver"),),)
    counts["ver"] = 90_000
    assert rarest(Asked([RIVER], where=[LOOK]), counts, thorough=True).grams.needed == ((("riv", "ive"),),)


def test_who_wants_all_documents_asks_for_a_common_word_that_pays():
    """Of 5,000 documents a word of 20,000 leaves out enough, one of 90,000 does not."""
    counts = {ANY: DOCS, "riv": 5_000, "ive": 90_000, "ver": 90_000, "lov": 20_000, "ove": 90_000}
    asked = Asked([LOVE, RIVER], where=[LOOK])
    assert rarest(asked, counts).grams.needed == ((("riv", "ive"),),)
    assert rarest(asked, counts, thorough=True).grams.needed == ((("riv", "ive"),), (("lov", "ove"),))
    counts["lov"] = 90_000
    assert rarest(asked, counts, thorough=True).grams.needed == ((("riv", "ive"),),)


def test_what_most_documents_have_is_asked_of_them():
    """A very common gram is left out, and what says the same of a document is asked in its place."""
    common = Part((("e",),), Clause("has an e"))
    counts = {ANY: DOCS, "riv": 3_000, "ive": 9_000, "ver": 9_000, "e": DOCS}
    choice = rarest(Asked([common, RIVER], where=[LOOK]), counts)
    assert choice.grams.needed == ((("riv", "ive"),),)
    assert choice.where == Clause("(looked at AND has an e)")


def test_where_grams_say_everything_all_are_asked_for():
    """No document is looked at, however common a gram is."""
    asked = Asked([Part((("e",),), Clause("has an e")), Part((("th",),), Clause("has a th"))])
    choice = rarest(asked, {ANY: DOCS, "e": DOCS, "th": FEW})
    assert sorted(choice.grams.needed) == [(("e",),), (("th",),)]
    assert choice.where is None


def test_where_nothing_is_known_all_are_asked_for():
    """Without counts every gram of every word is asked for."""
    assert everything(Asked([LOVE, RIVER])).grams.needed == (LOVE.alternatives, RIVER.alternatives)


@pytest.fixture
def store(tmp_path):
    """A store with songs of which some are counted."""
    store = open_store(tmp_path / "karaoke.db")
    with writing(store) as session:
        session.insert([song(f"s{number}", title=f"River {number % 7} of love", artist="Abc") for number in range(200)])
        session.insert(OTHERS)
    yield store
    store.close()


def counts(store):
    """What is counted."""
    with reading(store) as session:
        return dict(session.fetch("SELECT gram, docs FROM kp_search_gram_counts", ()))


def test_one_document_of_32_is_counted(store):
    """Every gram of a title is counted once for each song whose id is drawn by its checksum."""
    drawn = [number for number in range(200) if crc32(f"s{number}".encode()) % ONE_OF == 0]
    assert drawn
    others = [each for each in OTHERS if crc32(each.id.encode()) % ONE_OF == 0]
    assert counts(store)["riv"] == len(drawn)
    assert counts(store)[ANY] == len(drawn) + len(others)


def test_what_goes_is_counted_no_more(store):
    """When all songs are gone nothing is left in the table."""
    with writing(store) as session:
        session.delete_where(Query(Song, In("id", [f"s{number}" for number in range(200)])))
        session.delete_where(Query(Song, In("id", [each.id for each in OTHERS])))
    assert counts(store) == {}


@pytest.mark.parametrize("expression", ["0", "docs * 1000", "CASE WHEN length(gram) > 2 THEN 9000000 ELSE 1 END"])
def test_wrong_counts_change_no_answer(store, expression):
    """Counts only say which grams to ask for: whatever they are, the songs and their order are those of the rules."""
    with writing(store) as session:
        session.execute(f"UPDATE kp_search_gram_counts SET docs = {expression}")
    with reading(store) as session:
        for text in ("river", "ove riv", "river 3", "of l 5", "rievr", "e v"):
            request = SearchRequest(query=SearchQuery.parse(text), near=True, total="exact")
            assert session.search(request) == search(session, request), text


@pytest.mark.parametrize("kind", ["has:lyrics", "language:is", "genre:Rock", "year:1991"])
def test_facts_that_are_not_asked_of_the_index_are_asked_of_documents(store, kind):
    """A filter that seems to be common is left out beside a rare word, and still leaves one song."""
    with writing(store) as session:
        session.execute("DELETE FROM kp_search_gram_counts")
        session.execute("INSERT INTO kp_search_gram_counts VALUES ('Ｗ', 9), ('Ｌis', 9), ('Ｇrock', 9), ('Ｙ1991', 9)")
    with reading(store) as session:
        result = session.search(SearchRequest(query=SearchQuery.parse(f"ocean {kind}"), total="exact"))
    expected = {"has:lyrics": "lyrics", "language:is": "language", "genre:Rock": "genre", "year:1991": "year"}
    assert [each.id for each in result.songs] == [expected[kind]]
    assert result.total == 1


def test_near_artists_of_one_spelling_are_told_apart(store, monkeypatch):
    """Of two artists whose names are folded alike, the one whose song passes the filter is near, and not the other."""
    monkeypatch.setattr(near_songs, "FEW", 1)
    with writing(store) as session:
        for name in ("Ocean", "OCEAN"):
            session.execute(f"INSERT OR REPLACE INTO kp_search_gram_counts VALUES ('{name_gram(name)}', 99)")
        session.insert([song(f"more {number}", title="Wave", artist="OCEAN", language="is") for number in range(3)])
    with reading(store) as session:
        request = SearchRequest(query=SearchQuery.parse("ocaen language:is"), near=True)
        assert session.search(request) == search(session, request)
        assert session.search(request).near_artists == ("OCEAN",)


@pytest.mark.parametrize("text", ["love", "river", "3 ri", "ov"])
def test_pages_that_words_fill_at_once_follow_each_other(store, monkeypatch, text):
    """Where all candidates are looked at after the better tiers, every page and every offset is that of the rules."""
    monkeypatch.setattr(pages, "FEW", -1)
    with writing(store) as session:
        session.insert([song("title", title="Love", artist="Def"), song("begins", title="Lovely", artist="Love")])
        session.insert([song("artist", title="Xyz", artist="Love 3"), song("within", title="Glove 3", artist="Def")])
    request = SearchRequest(query=SearchQuery.parse(text), limit=7)
    with reading(store) as session:
        for offset in (0, 1, 5, 40):
            asked = replace(request, offset=offset)
            assert session.search(asked) == search(session, asked)
        place = search(session, request).place
        while place is not None:
            asked = replace(request, after=place)
            assert session.search(asked) == search(session, asked)
            place = search(session, asked).place
