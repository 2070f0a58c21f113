"""Creating the schema: beside a host's tables, in a schema of its own, by a poor role, by several processes at once."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from postgres_probes import open_store, with_part
from sqlalchemy import create_engine
from sqlite_probes import PROBES, add_songs_by_hand, migrate_to, numbers_of_artists, raised, reading, song, writing

from karaoke_persist.contract import Query
from karaoke_persist.errors import Busy, SchemaMismatch, Unavailable
from karaoke_persist.models import MODELS, Song
from karaoke_persist_postgres.dialect import PostgresDialect
from karaoke_persist_postgres.store import WRITER_TABLE
from karaoke_persist_sql.layout import Layout
from karaoke_persist_sql.names import VERSION_TABLE

DEFINITIONS = """
SELECT 'column ' || table_name || '.' || column_name,
       data_type || coalesce(' ' || collation_name, '') || ' ' || is_nullable
FROM information_schema.columns WHERE table_schema = 'public'
UNION ALL SELECT 'index ' || indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL SELECT 'constraint ' || conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT 'trigger ' || tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
UNION ALL SELECT 'function ' || proname,
       replace(regexp_replace(coalesce(pg_get_function_sqlbody(oid), prosrc), '\\s+', ' ', 'g'), 'public.', '')
    FROM pg_proc WHERE pronamespace = 'public'::regnamespace
"""


def _definitions(connection):
    ours = (VERSION_TABLE, WRITER_TABLE)
    return {
        name: text
        for name, text in connection.execute(DEFINITIONS).fetchall()
        if not any(table in f"{name} {text}" for table in ours)
    }


def _engine(url):
    return create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(url))


def test_the_migrated_schema_is_the_generated_one(postgres_server, database, url):
    """Tables, types, constraints, indexes, triggers and functions are the same by migration and by the models."""
    open_store(url, models=MODELS).close()
    other = postgres_server.create()
    engine = _engine(postgres_server.url(other))
    Layout(MODELS, PostgresDialect("", "", None)).metadata.create_all(engine)
    engine.dispose()
    with postgres_server.connect(database) as migrated, postgres_server.connect(other) as generated:
        assert _definitions(generated) == _definitions(migrated)
    postgres_server.drop(other)


def test_alembic_finds_nothing_to_change(url):
    """Autogeneration against a migrated database proposes nothing."""
    open_store(url).close()
    engine = _engine(url)
    with engine.connect() as connection:
        # SQLAlchemy is not told of indexes of expressions; their definitions are compared elsewhere, as text.
        indexes = "ix_kp_search_docs_grams", "ix_kp_search_words_ending", "ix_kp_search_words_middle"
        unknown = (WRITER_TABLE, *indexes)
        opts = {"version_table": VERSION_TABLE, "include_name": lambda name, *_: name not in unknown}
        context = MigrationContext.configure(connection, opts=opts)
        assert compare_metadata(context, Layout(PROBES, PostgresDialect("", "", None)).metadata) == []
    engine.dispose()


def test_a_host_s_own_tables_are_left_alone(postgres_server, database, url):
    """Tables of the host in the same database survive as they are."""
    with postgres_server.connect(database) as connection:
        connection.execute("CREATE TABLE songs (id int PRIMARY KEY)")
        connection.execute("CREATE TABLE alembic_version (version_num text)")
        before = _definitions(connection)
        open_store(url).close()
        assert before.items() <= _definitions(connection).items()


@pytest.mark.parametrize("name", ["venue", 'My "own" Schéma', "select"])
def test_the_tables_may_live_in_a_schema_of_their_own(postgres_server, database, url, name):
    """A schema that is named gets every table, is created if it is absent, and needs no search path."""
    store = open_store(url, backend_options={"schema": name})
    with writing(store) as session:
        session.insert([song(f"s{n}") for n in range(60)])
        session.upsert([song(f"s{n}", title="new") for n in range(60)])
    assert store.schema().state == "current"
    with reading(store) as session:
        assert len(session.find(Query(Song))) == 60
    with postgres_server.connect(database) as connection:
        schemas = "SELECT DISTINCT schemaname FROM pg_tables WHERE tablename LIKE 'kp%'"
        assert connection.execute(schemas).fetchall() == [(name,)]
    store.close()
    public = open_store(url)
    with reading(public) as session:
        assert session.find(Query(Song)) == []
    public.close()


def test_a_role_that_may_create_nothing_is_unavailable(postgres_server, database, url):
    """A role without the right to create tables is told so, and nothing is left behind."""
    with postgres_server.connect() as connection:
        connection.execute("CREATE ROLE kp_guest LOGIN PASSWORD 'guest'")
    error = raised(lambda: open_store(with_part(url, user="kp_guest", password="guest")))
    assert isinstance(error, Unavailable)
    assert not error.retryable
    with postgres_server.connect(database) as connection:
        assert _definitions(connection) == {}
        connection.execute("DROP ROLE kp_guest")


def test_a_newer_schema_is_refused(postgres_server, database, url):
    """A revision that this software does not know is never touched."""
    open_store(url).close()
    with postgres_server.connect(database) as connection:
        connection.execute(f"UPDATE {VERSION_TABLE} SET version_num = '9999_future'")
    error = raised(lambda: open_store(url))
    assert isinstance(error, SchemaMismatch)
    assert (error.state, error.found) == ("ahead", "9999_future")
    assert "test-passw0rd" not in str(error)


def test_a_database_of_the_first_version_is_upgraded(postgres_server, database, url):
    """The artists of songs that are there already are counted once, and kept from then on."""
    engine = _engine(url)
    migrate_to(engine, "0001_songs")
    engine.dispose()
    with postgres_server.connect(database) as connection:
        add_songs_by_hand(connection.execute, {"a": "Björk", "b": "Björk", "c": "Ólöf"})
        store = open_store(url, check_schema=False)
        assert store.schema().state == "behind"
        assert store.migrate().state == "current"
        assert numbers_of_artists(store, connection.execute) == ([2, 3, 5, 4, 4, 3, 0], [2, 3, 5, 4, 4, 3, 0])
        store.close()


def test_a_failed_upgrade_leaves_nothing(postgres_server, database, url, monkeypatch):
    """An upgrade that breaks in its middle is undone whole, and can be tried again."""

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("power cut")

    with monkeypatch.context() as broken:
        broken.setattr("sqlalchemy.MetaData.create_all", fail)
        assert isinstance(raised(lambda: open_store(url)), RuntimeError)
    with postgres_server.connect(database) as connection:
        assert _definitions(connection) == {}
    open_store(url).close()


def test_migrating_waits_for_the_writer_no_longer_than_asked(url):
    """A database whose writer is taken is `Busy` to an upgrade."""
    store = open_store(url, models=MODELS, timeout=0.1)
    session = store.session()
    assert isinstance(raised(store.migrate), Busy)
    session.rollback()
    assert store.migrate().state == "current"
    store.close()


OPEN = """
import sys, time
sys.path[:0] = sys.argv[4:]
from postgres_probes import open_store
from sqlite_probes import song, writing
while time.time() < float(sys.argv[2]):
    pass
store = open_store(sys.argv[1], timeout=60)
with writing(store) as session:
    session.insert([song(sys.argv[3])])
store.close()
"""


def test_processes_may_open_an_empty_database_at_once(url):
    """Four processes that find no schema all get one, the same."""
    start, here = str(time.time() + 4), Path(__file__).parent
    paths = [str(here), str(here.parent / "sqlite")]
    running = [
        subprocess.Popen([sys.executable, "-c", OPEN, url, start, f"s{n}", *paths], stderr=subprocess.PIPE, text=True)
        for n in range(4)
    ]
    assert [process.communicate()[1] for process in running] == ["", "", "", ""]
    store = open_store(url)
    with reading(store) as session:
        assert [row.id for row in session.find(Query(Song))] == ["s0", "s1", "s2", "s3"]
    store.close()
