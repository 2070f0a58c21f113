"""The index of grams in PostgreSQL: what it holds, and every way to answer from it."""

from __future__ import annotations

import sys
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlite_probes import reading, song, writing

sys.path.append(str(Path(__file__).parents[1] / "sql"))

from search_samples import songs_of

from karaoke_persist.contract import In, Query
from karaoke_persist.contract.reference.search import search
from karaoke_persist.contract.search import CompletionRequest, SearchQuery, SearchRequest
from karaoke_persist.models import Song
from karaoke_persist_postgres import walks
from karaoke_persist_postgres.gram_codes import gram_code
from karaoke_persist_postgres.gram_functions import ARGUMENTS
from karaoke_persist_postgres.walks import Search
from karaoke_persist_sql.search import ARTIST, FURTHER_TITLE, TITLE, IndexRow, completion, grams_of, pages, tiers

MARKERS = {ord(TITLE), ord(ARTIST), ord(FURTHER_TITLE)}
WAYS = {
    "gathered": {"SOME": 10**6},
    "glanced at": {"SOME": -1, "GLANCE": 40},
    "glanced at in vain": {"SOME": -1, "GLANCE": 1},
    "walked": {"SOME": -1, "GLANCE": 1, "MANY": -1},
    "walked in vain": {"SOME": -1, "GLANCE": 1, "MANY": -1, "WALK": 1},
}


def documents(session):
    """Every document with the grams that the index has of it."""
    columns = ", ".join(IndexRow._fields)
    sql = f"SELECT {columns}, array_to_string(kp_search_grams({', '.join(ARGUMENTS)}), ' ') FROM kp_search_docs"
    for *row, codes in session.fetch(sql, ()):
        yield IndexRow(*row), {int(code) for code in codes.split()}


def last_letter(code):
    """The last character of a gram."""
    return code & 0x1FFFFF


def test_the_server_makes_the_grams_of_the_rules(store):
    """The function of a row gives every gram of the document, and beyond them only markers."""

    @settings(max_examples=150, deadline=None)
    @given(st.lists(songs_of(["a", "b", "c"]), min_size=1, unique_by=lambda each: each.id))
    def check(songs):
        session = store.session()
        try:
            session.insert(songs)
            seen = list(documents(session))
        finally:
            session.rollback()
        assert len(seen) == sum(song.missing_since is None for song in songs)
        for row, codes in seen:
            wanted = {
                gram_code(gram) for gram in grams_of(row) if min(gram) > " "
            }  # no query holds a control character
            assert wanted <= codes, row
            assert {last_letter(code) for code in codes - wanted} <= MARKERS, row

    check()


def test_grams_are_told_apart():
    """No two grams have the same number, whether of one, two or three characters, of initials, or of facts."""
    letters = ["a", "é", "桜", "\U0001f3a4", "\U0010ffff"]
    texts = ["".join(some) for length in (1, 2, 3) for some in product(letters, repeat=length)]
    grams = {*texts, *(f"Ｉ{text}" for text in texts if text < "\U00100000"), *(f"Ｔ{text}" for text in letters)}
    grams |= {f"{marker}{value}" for marker in "ＧＬＮ" for value in ("pop", "rock", "桜の木")}
    grams |= {f"{marker}{year}" for marker in "ＹＤ" for year in (-200, -1, 0, 1, 199, 1994)}
    assert len({gram_code(gram) for gram in grams}) == len(grams)


@pytest.fixture(params=WAYS)
def way(request, monkeypatch):
    """The bounds that make small data take one of the ways."""
    for name, value in WAYS[request.param].items():
        monkeypatch.setattr(walks, name, value)
    return request.param


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("text", ["love", "o", "lo", "桜", "ho", "o love", "-love", "year:1990..1999 l", "genre:rock"])
def test_every_way_has_the_same_answer(store, text):
    """Pages are the same whether documents are gathered or walked through, from the first to the last."""
    titles = ("love", "桜 love", "lover of night", "glove", "桜", "hole", "o", "solo")
    with writing(store) as session:
        session.insert(
            [
                song(f"s{n}", title=f"{titles[n % 8]} {n % 3}", artist=f"lo {n % 7}", year=1985 + n % 11, genre="Rock")
                for n in range(80)
            ]
        )
    with reading(store) as session:
        after = None
        for _ in range(60):
            request = SearchRequest(query=SearchQuery.parse(text), limit=3, offset=0, after=after)
            found = session.search(request)
            assert found == search(session, request)
            after = found.place
            if after is None:
                break


def test_a_further_title_between_those_that_fill_a_page_is_on_it(store, monkeypatch):
    """Titles that begin with one spelling or the other stand apart; what another form brings in between is shown."""
    monkeypatch.setattr(pages, "FEW", -1)
    monkeypatch.setattr(tiers, "FURTHER", 0)
    between = song("s9", title="bod", artist="x", aliases=("bob again",))
    with writing(store) as session:
        session.insert([song("s1", title="bob one", artist="x"), between])
        session.insert([song(f"s{n}", title=f"boeb {n}", artist="x") for n in range(2, 5)])
        found = session.search(SearchRequest(query=SearchQuery.parse("böb"), limit=2, offset=0))
    assert [each.id for each in found.songs] == ["s1", "s9"]


def test_a_question_reads_no_table_whole(store, monkeypatch):
    """Grams come from the index, and places from theirs, whatever statistics say; nothing else is scanned."""
    monkeypatch.setattr(walks, "SOME", 1_000)
    with writing(store) as session:
        session.insert([song(f"s{n}", title=f"my love {n}", artist=f"artist {n % 90}") for n in range(3_000)])
        session.execute("ANALYZE kp_search_docs")
        dialect, tables = session.plans.dialect.search, session.plans.layout.search.places[0]
        told = []
        fetch, session.fetch = session.fetch, lambda sql, values=(): told.append((sql, values)) or fetch(sql, values)
        session.search(SearchRequest(query=SearchQuery.parse("love 17 artist")))
        session.search(SearchRequest(query=SearchQuery.parse("love")))
        about = [(sql, values) for sql, values in told if tables.name(tables.docs) in sql]
        plans = ["\n".join(line for (line,) in fetch(f"EXPLAIN {sql}", values)) for sql, values in about]
        assert len(plans) > 2, dialect
        for plan in plans:
            assert "Seq Scan on kp_search_docs" not in plan, plan
        assert any("Bitmap Index Scan on ix_kp_search_docs_grams" in plan for plan in plans)
        assert any("Index Scan using pk_kp_search_docs" in plan for plan in plans)


def test_the_index_of_all_sung_songs_does_not_serve_those_that_begin_so(store):
    """A server that has counted no sung song would take it, and read all of them; so it must not be able to."""
    keys = [f"s{number:04}" for number in range(1_000)]
    with writing(store) as session:
        session.insert([song(key, title=f"song {key}", artist="somebody") for key in keys])
        session.execute("ANALYZE kp_search_docs")
        session.patch_where(Query(Song, In("id", keys[::5])), {"play_count": 1})
        told = []
        fetch, session.fetch = session.fetch, lambda sql, values=(): told.append((sql, values)) or fetch(sql, values)
        session.complete(CompletionRequest(text="song s000"))
        (sung,) = [(sql, values) for sql, values in told if "LIMIT" in sql and values[-1] == completion.FEW + 1]
        savepoint = session.savepoint()
        session.execute("DROP INDEX ix_kp_search_docs_title")
        plan = "\n".join(line for (line,) in fetch(f"EXPLAIN {sung[0]}", sung[1]))
        savepoint.rollback()
    assert "ix_kp_search_docs_title_artist_song_id" in plan, plan


def test_statements_name_their_walk_s_length():
    """The length of a walk is no parameter: for one it cannot see the server expects a tenth of the table."""
    clause = walks.Clause("d.hidden = 0")
    sql, values = Search("docs", clause, clause, None).statement("d.place", 20, 0, far=True)
    for length in (walks.GLANCE, walks.WALK):
        assert f"LIMIT {length})" in sql
        assert length not in values


def test_the_trigrams_of_the_server_know_no_cjk(postgres_server):
    """Why there are grams of our own: in a database with the locale C, pg_trgm takes nothing but ASCII for letters."""
    name = postgres_server.create()
    with postgres_server.connect() as connection:
        connection.execute(f"DROP DATABASE {name}")
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'")
    try:
        with postgres_server.connect(name) as connection:
            if not connection.execute("SELECT 1 FROM pg_available_extensions WHERE name = 'pg_trgm'").fetchone():
                pytest.skip("this server comes without pg_trgm")
            connection.execute("CREATE EXTENSION pg_trgm")
            assert connection.execute("SELECT show_trgm('桜の木'), show_trgm('사랑')").fetchone() == ([], [])
            assert connection.execute("SELECT show_trgm('love')").fetchone() != ([],)
    finally:
        postgres_server.drop(name)
