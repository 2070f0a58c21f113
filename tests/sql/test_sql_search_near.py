"""The nearest songs are found, whichever way slips are shared out among what is sought."""

from itertools import product

import pytest
from sqlite_probes import reading, writing

from karaoke_persist.contract.reference import search
from karaoke_persist.contract.search import SearchQuery, SearchRequest
from karaoke_persist.models import Song
from karaoke_persist_sql.search import near_songs, near_ways

WORDS = ("lovely", "lvoely", "lovel"), ("nightfall", "nihgtfall", "nihgtfal"), ("moon", "mon")
"""A word, and what is left of it after a slip or two."""


@pytest.fixture
def songs(store):
    """Songs with every choice of these words, two of each; one word of half of them is the artist's. And others."""
    titles = list(product(*WORDS))
    with writing(store) as session:
        session.insert([Song(id=f"a{n}", title=" ".join(words), artist="x") for n, words in enumerate(titles)])
        session.insert([Song(id=f"b{n}", title=" ".join(two), artist=one) for n, (one, *two) in enumerate(titles)])
        session.insert([Song(id=f"c{n}", title="other", artist="lovely", album="moon") for n in range(9)])
        session.insert([Song(id=f"d{n}", title="Grüße", artist="Größe") for n in range(9)])


@pytest.fixture(params=[0, 1, 3])
def many(request, monkeypatch):
    """Nothing counts as few, and slips of so many words are shared out."""
    monkeypatch.setattr(near_songs, "FEW", 0)
    monkeypatch.setattr(near_songs, "FEW_WORDS", request.param)
    monkeypatch.setattr(near_songs, "AT_ONCE", (1, 2))
    monkeypatch.setattr(near_ways, "TOLD_APART", request.param)


@pytest.mark.usefixtures("songs", "many")
@pytest.mark.parametrize(
    "text",
    [
        "lovley",
        "nightfla",
        "lovley nigthfall",
        "loveyl loveyl",
        "nightfall nigthfal moo",
        "artist:lovley moon",
        "title:lovelz nightfall",
        "moom lovely -nihgtfal",
        "lovely nightfall moon mooon",
        "artist:lovley title:nihgtfll moon",
        "groesze",
        "gruesze",
    ],
)
def test_the_nearest_songs_of_many_are_those_of_the_rules(store, text):
    """The fewest slips first, a slip of a word that is said twice counting twice; then in the order of songs."""
    request = SearchRequest(query=SearchQuery.parse(text), near=True)
    with reading(store) as session:
        expected = search(session, request)
        assert expected.near
        assert session.search(request) == expected
