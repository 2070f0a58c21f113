"""Slips: how far a word may be from what was typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from karaoke_persist.contract.search import NORMALISER, SearchQuery, plan_of
from karaoke_persist.contract.search.near import allowed, may_slip, nearest, slips, slips_to
from karaoke_persist.testing.oracle_search import edits
from karaoke_persist.testing.trials import TRIALS


def slipping(text: str, word: str) -> int | None:
    """The slips between a typed term and a word."""
    (needle,) = plan_of(SearchQuery.parse(text), NORMALISER).needles
    return slips_to(needle, word)


def test_how_many_are_forgiven() -> None:
    """A term of 4 to 7 characters has one slip, a longer one two, a shorter one none."""
    assert [allowed("x" * length) for length in (0, 3, 4, 7, 8, 40)] == [0, 0, 1, 1, 2, 2]


@pytest.mark.parametrize(
    ("text", "word", "count"),
    [
        ("queen", "queen", 0),
        ("queen", "quean", 1),
        ("queen", "queens", 1),
        ("queen", "quen", 1),
        ("queen", "qeuen", 1),
        ("queen", "qeune", None),
        ("que", "quee", None),
        ("bohemian", "bohemnia", 2),
        ("bohemian", "boheman", 1),
        ("bohemian", "xohemiax", 2),
        ("bohemian", "xxhemiax", None),
        ("abcdefgh", "bacdefhg", 2),
        ("abcdefgh", "bcadefgh", 2),
        ("möhre", "moehre", 0),
        ("möhre", "mohrre", 1),
        ("사랑해요", "사랑햬요", 1),
    ],
)
def test_slips(text: str, word: str, count: int | None) -> None:
    """Insertions, deletions, substitutions and swaps of neighbours each are one slip, no place slipping twice."""
    assert slipping(text, word) == count


@pytest.mark.parametrize(
    ("text", "may"), [("que", False), ("quee", True), ('"queen"', False), ("mör", True), ("é", False)]
)
def test_who_may_slip(text: str, may: bool) -> None:
    """Short terms and phrases have no near matches; the longer spelling of a term counts."""
    (needle,) = plan_of(SearchQuery.parse(text), NORMALISER).needles
    assert may_slip(needle) is may


def test_terms_of_albums_do_not_slip() -> None:
    """A term for the album has no near matches."""
    (needle,) = plan_of(SearchQuery.parse("album:homogenic"), NORMALISER).fielded
    assert not may_slip(needle)


def test_the_nearest_word_counts() -> None:
    """The slips to several words are the fewest."""
    (needle,) = plan_of(SearchQuery.parse("bohemian"), NORMALISER).needles
    assert (slips(needle, ["bohemnia", "bohemin"]), slips(needle, ["queen"]), slips(needle, [])) == (1, None, None)


@TRIALS
@given(st.text("abcé", min_size=4, max_size=10), st.text("abce", max_size=11))
def test_the_distance(text: str, word: str) -> None:
    """The slips are the restricted edit distance, computed from its recurrence."""
    folded = NORMALISER.primary(text)
    count = edits(folded, word)
    assert slipping(text, word) == (count if count <= allowed(folded) else None)


def test_the_near_of_many_words() -> None:
    """Of many words those with slips are told, each by the nearer spelling of the term, and never the term itself."""
    (needle,) = plan_of(SearchQuery.parse("möhre"), NORMALISER).needles
    words = ["mohre", "moehre", "mohrre", "moere", "mahre", "moehren", "queen"]
    assert nearest(needle, words) == {"mohrre": 1, "moere": 1, "mahre": 1, "moehren": 1}


def test_short_terms_are_near_to_nothing() -> None:
    """A term that may not slip has no near words."""
    (needle,) = plan_of(SearchQuery.parse("que"), NORMALISER).needles
    assert nearest(needle, ["quee", "que"]) == {}
