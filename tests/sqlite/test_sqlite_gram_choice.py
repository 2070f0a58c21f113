"""A question is asked with the rarest grams, and whichever they are, the same songs are found."""

from __future__ import annotations

from zlib import crc32

import pytest
from sqlite_probes import open_store, reading, song, writing

from karaoke_persist.contract import In, Query
from karaoke_persist.contract.reference.search import search
from karaoke_persist.contract.search import SearchQuery, SearchRequest
from karaoke_persist.models import Song
from karaoke_persist_sql.search.choosing import COMMON, FEW, everything, rarest
from karaoke_persist_sql.search.clauses import Asked, Part
from karaoke_persist_sql.search.grams import ANY
from karaoke_persist_sql.search.index import Clause
from karaoke_persist_sqlite.gram_counts import ONE_OF

DOCS = 100_000
MANY = DOCS // COMMON - 1
LOVE, RIVER = Part((("lov", "ove"),)), Part((("riv", "ive", "ver"),))
LOOK = Clause("looked at")


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
    assert counts(store)["riv"] == len(drawn) == counts(store)[ANY]


def test_what_goes_is_counted_no_more(store):
    """When all songs are gone nothing is left in the table."""
    with writing(store) as session:
        session.delete_where(Query(Song, In("id", [f"s{number}" for number in range(200)])))
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
