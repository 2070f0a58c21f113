"""What a typed text is read as."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from karaoke_persist import InvalidValue
from karaoke_persist.contract.search import NORMALISER, SearchPlan, SearchQuery, Term, Years, plan_of
from karaoke_persist.testing.oracle_queries import Asked, asked
from karaoke_persist.testing.trials import TRIALS

READ = {
    "nothing": ("", SearchQuery()),
    "spaces": (" \t\u3000\n", SearchQuery()),
    "words": ("One two", SearchQuery((Term("One"), Term("two")))),
    "phrase": ('"one two"', SearchQuery((Term("one two", phrase=True),))),
    "empty phrase": ('"" one', SearchQuery((Term("one"),))),
    "open quote": ('"one two', SearchQuery((Term('"one'), Term("two")))),
    "quote within": ('o"ne two"', SearchQuery((Term('o"ne'), Term('two"')))),
    "text after a quote": ('"one"two', SearchQuery((Term('"one"two'),))),
    "two phrases": ('"one" "two"', SearchQuery((Term("one", phrase=True), Term("two", phrase=True)))),
    "exclusion": ("-one", SearchQuery((Term("one", excluded=True),))),
    "minus within": ("one-two", SearchQuery((Term("one-two"),))),
    "minus alone": ("one - two", SearchQuery((Term("one"), Term("-"), Term("two")))),
    "two minuses": ("--one", SearchQuery((Term("-one", excluded=True),))),
    "excluded phrase": ('-"one two"', SearchQuery((Term("one two", phrase=True, excluded=True),))),
    "field": ("artist:one", SearchQuery((Term("one", "artist"),))),
    "field in capitals": ("ALBUM:One", SearchQuery((Term("One", "album"),))),
    "field with a phrase": ('title:"one two"', SearchQuery((Term("one two", "title", phrase=True),))),
    "excluded field": ("-title:one", SearchQuery((Term("one", "title", excluded=True),))),
    "field with a colon": ("title:a:b", SearchQuery((Term("a:b", "title"),))),
    "field without a value": ("artist: one", SearchQuery((Term("artist:"), Term("one")))),
    "field with an empty phrase": ('artist:" "', SearchQuery((Term('artist:" "'),))),
    "unknown field": ("singer:one", SearchQuery((Term("singer:one"),))),
    "unknown field with a phrase": ('singer:"one two"', SearchQuery((Term('singer:"one two"'),))),
    "quoted syntax": ('"-artist:one"', SearchQuery((Term("-artist:one", phrase=True),))),
    "year": ("year:1990", SearchQuery(years=Years(1990, 1990))),
    "years": ("year:1990..1999", SearchQuery(years=Years(1990, 1999))),
    "years from": ("year:1990..", SearchQuery(years=Years(1990, None))),
    "years until": ("year:..1999", SearchQuery(years=Years(None, 1999))),
    "the last year counts": ("year:1 year:2", SearchQuery(years=Years(2, 2))),
    "no year": ("year:199x", SearchQuery((Term("year:199x"),))),
    "a year too long": ("year:19900", SearchQuery((Term("year:19900"),))),
    "excluded year": ("-year:1990", SearchQuery((Term("year:1990", excluded=True),))),
    "language": ("language:en", SearchQuery(language="en")),
    "genre": ('genre:"hard rock"', SearchQuery(genre="hard rock")),
    "lyrics": ("has:Lyrics", SearchQuery(with_lyrics=True)),
    "something else to have": ("has:video", SearchQuery((Term("has:video"),))),
    "control characters": ("one\x00-two\x07", SearchQuery((Term("one"), Term("two", excluded=True)))),
}
TYPED = st.one_of(
    st.text(),
    st.text("ab:\"- .0123äÖ&'!歌가\x00\t"),
    st.lists(
        st.sampled_from(
            [
                "a",
                "-a",
                '"',
                '"a b"',
                '-"b"',
                "title:a",
                'artist:"a',
                "year:1..",
                "year:",
                "has:lyrics",
                "x:",
                "!",
                "-",
                "ä-ö",
            ]
        )
    ).map(" ".join),
)


@pytest.mark.parametrize(("text", "query"), READ.values(), ids=READ)
def test_reading(text: str, query: SearchQuery) -> None:
    """What is syntax is read as such, and anything else is plain text."""
    assert SearchQuery.parse(text) == query


@TRIALS
@given(TYPED)
def test_no_text_is_an_error(text: str) -> None:
    """Any text of at most 4 KiB can be asked for."""
    plan_of(SearchQuery.parse(text[:1_000]), NORMALISER)


@pytest.mark.parametrize("text", ["x" * 4_097, "歌" * 1_366, "\ud800", "a\udfffb", None, 7, b"x"])
def test_what_is_an_error(text: str) -> None:
    """More than 4 KiB, half of a surrogate pair, and what is no text are `InvalidValue`."""
    with pytest.raises(InvalidValue):
        SearchQuery.parse(text)


@TRIALS
@given(TYPED)
def test_two_ways_to_read(text: str) -> None:
    """The reading of a text, written twice from the rules, comes to the same."""
    text = text[:1_000]
    assert _plain(plan_of(SearchQuery.parse(text), NORMALISER)) == _plain_of_the_oracle(asked(text))


@pytest.mark.parametrize(
    ("text", "terms", "truncated"),
    [
        ("a b", ["a", "b"], False),
        ("AC/DC", ["ac", "dc"], False),
        ("a !!! b", ["a", "b"], False),
        ("!!! ???", ["!!!", "???"], False),
        ('"a b" c-d', ["a b", "c", "d"], False),
        ("Simon & Garfunkel", ["simon", "and", "garfunkel"], False),
        ("x " * 16, ["x"] * 16, False),
        ("x " * 17, ["x"] * 16, True),
    ],
)
def test_terms(text: str, terms: list[str], truncated: bool) -> None:
    """A query falls into its folded words, of which the first 16 serve; signs count only where nothing else is."""
    plan = plan_of(SearchQuery.parse(text), NORMALISER)
    assert ([needle.forms[0] for needle in plan.needles], plan.truncated) == (terms, truncated)
    assert plan.whole[0] == " ".join(terms)


def test_spellings() -> None:
    """A term has its primary form and, where it differs, the expanded one, and so has the whole."""
    plan = plan_of(SearchQuery.parse("Mötley -Ö crue"), NORMALISER)
    assert [needle.forms for needle in plan.needles] == [("motley", "moetley"), ("crue",)]
    assert plan.whole == ("motley crue", "moetley crue")
    assert [needle.forms for needle in plan.excluded] == [("o", "oe")]


def test_everything() -> None:
    """A query asks for everything if it has neither terms nor filters."""
    asking = {
        text: plan_of(SearchQuery.parse(text), NORMALISER).is_everything
        for text in ("", "a", "-a", "year:1", "has:lyrics")
    }
    assert asking == {"": True, "a": False, "-a": False, "year:1": False, "has:lyrics": False}


def _plain(plan: SearchPlan) -> object:
    years = plan.years and (plan.years.first, plan.years.last)
    filters = {
        "year": years,
        "language": plan.language,
        "genre": plan.genre,
        "has": "lyrics" if plan.with_lyrics else None,
    }
    positive = [(needle.field, needle.phrase, set(needle.forms)) for needle in (*plan.needles, *plan.fielded)]
    negative = [(needle.field, set(needle.forms)) for needle in plan.excluded]
    present = {name: value for name, value in filters.items() if value is not None}
    return _sorted(positive), negative, present, plan.truncated, set(plan.whole)


def _plain_of_the_oracle(wish: Asked) -> object:
    positive = [(each.field, each.starts_a_word, set(each.spellings)) for each in wish.wanted]
    negative = [(each.field, set(each.spellings)) for each in wish.unwanted]
    return _sorted(positive), negative, wish.filters, wish.truncated, set(wish.whole)


def _sorted(wanted: list[tuple[str | None, bool, set[str]]]) -> list[tuple[str | None, bool, set[str]]]:
    return sorted(wanted, key=lambda each: each[0] is not None)
