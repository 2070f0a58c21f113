"""The numbers of documents: in order, and with room for those to come."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from sqlite_probes import writing

from karaoke_persist.contract.search import SearchQuery, SearchRequest
from karaoke_persist.models import Song
from karaoke_persist_sql.search import building, places
from karaoke_persist_sql.search.checking import Check
from karaoke_persist_sql.search.places import REACH, between

BATCH = 20
numbers = st.integers(-(1 << 42), 1 << 42)


@given(numbers, st.integers(1, 1 << 32), st.integers(1, 300))
def test_places_rise_between_their_neighbours_wherever_there_are_enough(low, gap, count):
    """Of `gap - 1` numbers between two, so many are given in order, unless there are fewer."""
    found = between(low, low + gap, count)

    if gap - 1 < count:
        assert found is None
    else:
        around = [low, *found, low + gap]
        assert len(found) == count
        assert all(left < right for left, right in pairwise(around))


def test_a_run_of_batches_finds_room_behind_itself():
    """Each takes a quarter of what is left, and three quarters of 2^28, fifty times, are 150: enough for twenty."""
    low = 0
    for _ in range(50):
        found = between(low, REACH, BATCH)
        assert found is not None
        low = found[-1]


def test_documents_that_come_in_a_run_move_none(store):
    """Batches that follow each other in order leave those before them where they are, and the index is right."""
    tables = store.layout.search.places[0]
    placed = f"SELECT song_id, place FROM {tables.name(tables.docs)}"
    with writing(store) as session:
        session.insert([song("first"), song("zz last")])
        session.insert([song(f"run {number:04}") for number in range(BATCH)])
        before = dict(session.fetch(placed, ()))
        for start in range(BATCH, 30 * BATCH, BATCH):
            session.insert([song(f"run {number:04}") for number in range(start, start + BATCH)])
        after = dict(session.fetch(placed, ()))
        assert before.items() <= after.items()
        assert Check(session, store.layout.search, None).findings(repair=False) == []


def test_documents_may_come_before_the_first_again_and_again(store):
    """Their places stay above zero, as a full-text index needs them, and they are found in their order."""
    titles = [f"run {number:03}" for number in range(200)]
    with writing(store) as session:
        for title in reversed(titles):
            session.insert([song(title)])
        assert Check(session, store.layout.search, None).findings(repair=False) == []
        found = session.search(SearchRequest(query=SearchQuery.parse("run"), limit=len(titles))).songs

        tables = store.layout.search.places[0]
        assert session.fetch(f"SELECT min(place) FROM {tables.name(tables.docs)}", ())[0][0] > 0
        assert [each.title for each in found] == titles


def test_documents_that_make_room_take_along_what_leads_to_them(store):
    """Forty songs, each before the last one, use up any gap; other titles and their use lead to where they are then."""
    tables = store.layout.search.places[0]
    placed = f"SELECT song_id, place FROM {tables.name(tables.docs)}"
    with writing(store) as session:
        session.insert([song("a"), song("c")])
        before = dict(session.fetch(placed, ()))
        for number in range(40, 0, -1):
            title = f"b{number:02}"
            session.insert([Song(id=title, title=title, artist="somebody", aliases=(f"or {title}",), play_count=1)])
            before = {title: dict(session.fetch(placed, ()))[title], **before}

        assert not before.items() <= dict(session.fetch(placed, ())).items()
        assert Check(session, store.layout.search, None).findings(repair=False) == []


def test_an_index_that_is_made_anew_knows_its_end(store, monkeypatch):
    """Only a document that comes before the last is given neighbours (~a is behind z, a before), and all is right."""
    tables, asked = store.layout.search.places[0], []
    edges = tables.dialect.edges
    with writing(store) as session:
        session.insert([song(f"run {number:04}") for number in range(3 * BATCH)])
        session.insert([Song(id="straggler", title="~a", artist="somebody")])
        index = store.layout.search.asked(session)
        monkeypatch.setattr(building, "SONGS_AT_ONCE", BATCH)
        monkeypatch.setattr(
            tables.dialect, "edges", lambda *known: asked.extend(known[-1]) or edges(*known), raising=False
        )
        building.build(session, index)

        assert [key for *_, key in asked] == ["straggler"]
        assert Check(session, store.layout.search, None).findings(repair=False) == []


def test_an_index_that_is_made_anew_knows_its_end_when_that_has_moved(store, monkeypatch):
    """Without room between documents the last ones move, and what comes behind them comes behind their new places."""
    for name, value in {"GAP": 2, "REACH": 4, "ROOM": 2, "_WINDOW": 2}.items():
        monkeypatch.setattr(places, name, value)
    monkeypatch.setattr(building, "SONGS_AT_ONCE", 2)
    with writing(store) as session:
        session.insert([song(f"run {number}") for number in range(4)])
        session.insert([song(f"~run 2{letter}") for letter in "abcdefgh"])
        session.insert([song(f"~sun {number}") for number in range(4)])
        building.build(session, store.layout.search.asked(session))

        assert Check(session, store.layout.search, None).findings(repair=False) == []


def song(title):
    """A song that is called so."""
    return Song(id=title, title=title, artist="somebody")
