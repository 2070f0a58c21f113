"""A check proves that index and songs agree; whatever does not is found, and mended when that is asked for."""

from __future__ import annotations

import pytest
from sql_databases import empty_database
from sqlite_probes import reading, song, writing

from karaoke_persist.contract import Eq, Query
from karaoke_persist.contract.reference.search import search
from karaoke_persist.contract.search import SearchQuery, SearchRequest
from karaoke_persist.models import Song


def _whole(key, **fields):
    """A song with its readings, as core stores it."""
    made = song(key, **fields)
    return made.replaced(made.integrity.derive(made.__dict__))


SONGS = [
    _whole("a", title="Jóga", artist="Björk", year=1997, language="is", genre="Pop"),
    _whole("b", title="Yellow", artist="Coldplay", album="Parachutes", hidden=True),
    _whole("c", title="Yellow River", artist="Christie", aliases=("Gelber Fluss",)),
    _whole("d", title="桜", artist="コブクロ"),
]
FULL_TEXT = "INSERT INTO kp_search_grams (kp_search_grams) VALUES ('delete-all')"
COUNTED = "INSERT INTO kp_search_gram_counts VALUES ('jog', 7) ON CONFLICT (gram) DO UPDATE SET docs = docs + 7"
DAMAGE = {
    "a document is missing": ("DELETE FROM kp_search_docs WHERE song_id = 'a'", "document"),
    "a document has another text": ("UPDATE kp_search_docs SET title = 'joga joga' WHERE song_id = 'a'", "document"),
    "a document is of no song": ("UPDATE kp_search_docs SET song_id = 'nobody' WHERE song_id = 'a'", "document"),
    "a document is in the wrong place": (
        "UPDATE kp_search_docs SET place = (SELECT max(place) + 1 FROM kp_search_docs) WHERE song_id = 'a'",
        "document",
    ),
    "a song was changed behind our back": ("UPDATE kp_songs SET title = 'Hyperballad' WHERE id = 'a'", "document"),
    "a song is gone behind our back": ("DELETE FROM kp_songs WHERE id = 'a'", "document"),
    "a counter of facets is wrong": ("UPDATE kp_search_facets SET songs = songs + 1 WHERE facet = 'genre'", "counts"),
    "an artist is wrong": ("UPDATE kp_search_artists SET visible = 7 WHERE name = 'Björk'", "counts"),
    "a form of an artist is missing": ("DELETE FROM kp_search_artist_forms WHERE form = 'bjork'", "counts"),
    "a word of an artist is missing": ("DELETE FROM kp_search_artist_words WHERE word = 'bjork'", "counts"),
    "a beginning of an artist is missing": ("DELETE FROM kp_search_artist_starts WHERE start = 'bj'", "counts"),
    "a song counts as sung": ("INSERT INTO kp_search_song_starts VALUES ('j', -1, 1)", "counts"),
    "another form of a title is missing": ("DELETE FROM kp_search_further_titles", "counts"),
    "a word is missing": ("DELETE FROM kp_search_words WHERE word = 'joga'", "counts"),
}
CASES = [
    pytest.param((name, *damage), id=f"{name}-{what}", marks=pytest.mark.backend(name))
    for name in ("sqlite", "postgres")
    for what, damage in DAMAGE.items()
]
CASES += [
    pytest.param(("sqlite", statement, "grams"), id=f"sqlite-{what}", marks=pytest.mark.backend("sqlite"))
    for what, statement in {"grams are missing": FULL_TEXT, "a gram is counted": COUNTED}.items()
]


@pytest.fixture(params=CASES)
def damage(request):
    """The backend, the statement that does damage, and the kind of what is found then."""
    return request.param


@pytest.fixture
def url(damage, request):
    """The URL of an empty database of that backend."""
    yield from empty_database(damage[0], request)


def _found(ask, text):
    return [each.id for each in ask(SearchRequest(query=SearchQuery.parse(text))).songs]


def test_what_is_wrong_is_found_and_mended(opening, by_hand, damage):
    """Damage is found, without repair it stays, and after a repair nothing is found and searches are right."""
    _, statement, kind = damage
    store = opening()
    with writing(store) as session:
        session.insert(SONGS)
    assert store.check() == []
    by_hand.execute(statement)
    found = store.check()
    assert kind in {finding.kind for finding in found}
    assert store.check(repair=True) == found
    assert store.check() == []
    with reading(store) as session:
        for text in ("", "joga", "yellow", "bjoerk", "桜", "hyper", "gelber"):
            assert _found(session.search, text) == _found(lambda asked: search(session, asked), text)


@pytest.mark.parametrize("damage", [CASES[0], CASES[len(DAMAGE)]], indirect=True)
def test_readings_that_are_missing_are_filled(opening):
    """A row without the readings that its title has gets them, is found by them, and keeps its revision."""
    store = opening()
    with writing(store) as session:
        session.insert(SONGS)
        session.insert([song("e", title="さくら", artist="x")])
    (finding,) = store.check()
    assert (finding.kind, finding.key) == ("readings", "e")
    assert store.check(repair=True) == [finding]
    assert store.check() == []
    with reading(store) as session:
        assert _found(session.search, "sakura") == ["e"]
        assert [(row.title_readings["full"], row.revision) for row in session.find(Query(Song, Eq("id", "e")))] == [
            (("sakura",), 1)
        ]


@pytest.mark.parametrize("damage", [CASES[0], CASES[len(DAMAGE)]], indirect=True)
def test_progress_is_told(opening):
    """Progress is told up to the number of songs."""
    store, told = opening(), []
    with writing(store) as session:
        session.insert(SONGS)
    store.check(progress=lambda done, number: told.append((done, number)))
    assert told == [(4, 4)]
