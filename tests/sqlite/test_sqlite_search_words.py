"""What narrows the vocabulary for near matches loses no word."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from karaoke_persist.contract.search import near
from karaoke_persist_sql.search.clauses import any_of
from karaoke_persist_sql.search.vocabulary import stretches

LETTERS = "abc桜"


@st.composite
def slipped(draw):
    """A term, and what is left of it after a few slips."""
    term = draw(st.text(LETTERS, min_size=4, max_size=14))
    word = term
    for _ in range(draw(st.integers(0, 2))):
        place = draw(st.integers(0, max(0, len(word) - 1)))
        letter = draw(st.sampled_from(LETTERS))
        word = draw(
            st.sampled_from(
                [
                    word[:place] + letter + word[place:],
                    word[:place] + word[place + 1 :],
                    word[:place] + letter + word[place + 1 :],
                    word[:place] + word[place : place + 2][::-1] + word[place + 2 :],
                ]
            )
        )
    return term, word


@settings(max_examples=5_000, deadline=None)
@given(slipped())
@example(("abcdefgh", "bcdfegh"))  # the second slip swaps what the third and fourth character depend on
def test_no_word_is_lost(pair):
    """A word that is near enough meets one of the tests by which the vocabulary is asked."""
    term, word = pair
    assume(word and OSA.distance(term, word) <= near.allowed(term))
    clause = any_of(stretches(term))
    with closing(sqlite3.connect(":memory:")) as connection:
        row = f"(SELECT ? AS word, ? AS length) AS words WHERE {clause.sql}"
        sql = f"SELECT count(*) FROM {row}"
        assert connection.execute(sql, (word, len(word), *clause.parameters)).fetchone() == (1,)
