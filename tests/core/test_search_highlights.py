"""Highlights: where in a stored text the terms of a query are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from karaoke_persist.contract.search import NORMALISER, SearchQuery, plan_of
from karaoke_persist.contract.search.highlights import Span, highlights
from karaoke_persist.testing.trials import TRIALS

LETTERS = "abÉöß&'/! 歌かガｶﾞ가กี\u0301"


def spans(query: str, text: str, field: str = "title") -> tuple[Span, ...]:
    """The spans of a query in a text."""
    return highlights(plan_of(SearchQuery.parse(query), NORMALISER), field, text, NORMALISER)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("query", "text", "expected"),
    [
        ("love", "Love, love", ((0, 4), (6, 10))),
        ("ov lo", "love", ((0, 3),)),
        ("an", "banana", ((1, 5),)),
        ("a b", "ab", ((0, 2),)),
        ("e", "e\u0301a", ((0, 2),)),
        ("a", "e\u0301a", ((2, 3),)),
        ("s", "Maß", ((2, 3),)),
        ("ae", "Ærø", ((0, 1),)),
        ("and", "Rock & Roll", ((5, 6),)),
        ("fi", "ﬁn", ((0, 1),)),
        ("oe", "Mötley", ((1, 2),)),
        ("goes", "Über Größe", ()),
        ("groesse", "Über Größe", ((5, 10),)),
        ("grosse", "Über Größe", ((5, 10),)),
        ("2", "A½", ((1, 2),)),
        ("pink", "P!nk", ((0, 4),)),
        ("acdc", "Live AC/DC", ((5, 10),)),
        ("dont", "Don't", ((0, 5),)),
        ("が", "ｶﾞｷ", ((0, 2),)),
        ("き", "ｶﾞｷ", ((2, 3),)),
        ("각", "\u1100\u1161\u11a8a", ((0, 3),)),
        ("野", "𠮷野家", ((1, 2),)),
        ("ปี", "ปีใหม่", ((0, 2),)),
        ("b", "a\u200bb", ((2, 3),)),
        ("ab", "a\u00adb", ((0, 3),)),
        ('"day"', "Monday Days", ((7, 10),)),
        ('"a day"', "A  day", ((0, 6),)),
        ("-love x", "love", ()),
        ("artist:love", "Love", ()),
        ("title:love", "Love", ((0, 4),)),
        ("year:1990", "1990", ()),
        ("", "Love", ()),
    ],
)
def test_spans(query: str, text: str, expected: tuple[Span, ...]) -> None:
    """Spans are half-open, in code points of the stored text, around whole letters, and united where they meet."""
    assert spans(query, text) == expected


@TRIALS
@given(st.text(LETTERS, min_size=1, max_size=12), st.text(LETTERS, max_size=4))
def test_spans_are_in_order(text: str, query: str) -> None:
    """Spans lie within the text, none is empty, and none touches the next."""
    found = spans(query, text)
    ends = [place for span in found for place in span]
    assert ends == sorted(set(ends))
    assert all(0 <= place <= len(text) for place in ends)


@TRIALS
@given(
    st.lists(
        st.sampled_from(["Love", "Öl", "AC/DC", "don't", "Straße", "カナ", "歌", "가각", "&"]), min_size=1, max_size=4
    ),
    st.data(),
)
def test_what_is_found_is_lit(words: list[str], data: st.DataObject) -> None:
    """Any word of a form that is in the text is highlighted, and what is lit is found by itself."""
    text = " ".join(words)
    term = data.draw(st.sampled_from([word for form in NORMALISER.forms(text) for word in form.split()]))
    found = spans(term, text)
    assert found
    for start, end in found:
        lit = NORMALISER.forms(text[start:end])
        assert any(form in term or term in form for form in lit)
