"""A database that is shared: with a host's own tables, with other libraries, with roles, and with processes."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.operations import Operations
from postgres_probes import open_store, with_part
from sqlalchemy.pool import NullPool
from sqlite_probes import raised, reading, song, writing

from karaoke_persist.contract import Eq, Query
from karaoke_persist.errors import Unsupported
from karaoke_persist.models import Song
from karaoke_persist_sql.migrations.revisions import REVISIONS

ALIKE = ("songs", "kp_song", "kp_songs_2019", "kp_writers", "kp_schema_versions", "KP_SONGS", "alembic_version")
COLUMNS = "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = '{}' ORDER BY 1"


def _use(store):
    """Everything that a backend does: few and many rows, new and old, streams, savepoints, deletions."""
    with writing(store) as session:
        session.insert([song(f"s{n:02}") for n in range(60)])
        session.upsert([song(f"s{n:02}", title="new") for n in range(120)])
        session.savepoint().rollback()
        session.patch_where(Query(Song, Eq("title", "new")), {"year": 1})
        session.delete_where(Query(Song, Eq("id", "s00")))
    with reading(store) as session:
        assert sum(map(len, session.stream(Query(Song), 50))) == 119


def _engine(url):
    return sa.create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(url), poolclass=NullPool)


def test_tables_whose_names_are_like_ours_are_left_alone(postgres_server, database, url):
    """A host's tables keep their columns and rows, whatever the library creates, writes and migrates beside them."""
    for name in ALIKE:
        postgres_server.execute(f'CREATE TABLE "{name}" (id text PRIMARY KEY, version_num text)', database)
        postgres_server.execute(f"INSERT INTO \"{name}\" VALUES ('s01', '0001_host')", database)
    store = open_store(url)
    _use(store)
    assert store.migrate().state == "current"
    store.close()
    for name in ALIKE:
        assert postgres_server.execute(f'SELECT * FROM "{name}"', database) == [("s01", "0001_host")]
        columns = postgres_server.execute(COLUMNS.format(name), database)
        assert columns == [("id", "text"), ("version_num", "text")]


def test_a_host_s_own_migrations_leave_ours_alone(postgres_server, database, url):
    """A host that creates, stamps and drops tables by its own Alembic, before and after, disturbs nothing."""
    store, engine = open_store(url), _engine(url)
    _use(store)
    for revision, change in (
        ("host_1", lambda host: host.create_table("host_songs", sa.Column("id", sa.Text))),
        ("host_2", lambda host: host.drop_table("host_songs")),
    ):
        with engine.begin() as connection:
            context = MigrationContext.configure(connection)
            change(Operations(context))
            context._ensure_version_table()
            connection.exec_driver_sql("DELETE FROM alembic_version")
            connection.exec_driver_sql(f"INSERT INTO alembic_version VALUES ('{revision}')")
        assert store.schema().state == "current"
        assert store.migrate().state == "current"
        assert postgres_server.execute("SELECT version_num FROM alembic_version", database) == [(revision,)]
    with reading(store) as session:
        assert len(session.find(Query(Song))) == 119
    store.close()


def test_a_table_of_somebody_else_with_our_name_is_refused(postgres_server, database, url):
    """Where one of our names is taken, nothing is created; in a schema of its own the library has room."""
    postgres_server.execute("CREATE TABLE kp_songs (id int)", database)
    error = raised(lambda: open_store(url))
    assert isinstance(error, Unsupported)
    assert "kp_songs" in str(error)
    tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    assert postgres_server.execute(tables, database) == [("kp_songs",)]
    store = open_store(url, backend_options={"schema": "venue"})
    _use(store)
    store.close()


def test_libraries_in_two_schemas_know_nothing_of_each_other(url):
    """Each has its own songs and its own writer: while one writes, the other need not wait."""
    stores = [open_store(url, timeout=0.5, backend_options={"schema": name}) for name in ("stage", "desk")]
    with writing(stores[0]) as one, writing(stores[1]) as other:
        one.insert([song("a")])
        other.insert([song("b")])
    for store, key in zip(stores, "ab", strict=True):
        with reading(store) as session:
            assert [row.id for row in session.find(Query(Song))] == [key]
        store.close()


@pytest.fixture
def role(postgres_server, database):
    """The name of a role that may do nothing special, and is its own password."""
    name = f"{database}_role"
    postgres_server.execute(f"CREATE ROLE {name} LOGIN PASSWORD '{name}' NOSUPERUSER NOCREATEDB NOCREATEROLE")
    yield name
    postgres_server.execute(f"DROP OWNED BY {name}", database)
    postgres_server.execute(f"DROP ROLE {name}")


@pytest.mark.parametrize("options", [{"schema": "venue"}, {}], ids=["named", "by search path"])
def test_a_role_that_owns_no_more_than_a_schema_suffices(postgres_server, database, url, role, options):
    """The role names the schema, or its search path does; its tables are there and nowhere else."""
    postgres_server.execute(f"CREATE SCHEMA venue AUTHORIZATION {role}", database)
    if not options:
        postgres_server.execute(f"ALTER ROLE {role} IN DATABASE {database} SET search_path = venue", database)
    store = open_store(with_part(url, user=role, password=role), backend_options=options)
    _use(store)
    assert store.migrate().state == "current"
    store.close()
    where = "SELECT DISTINCT schemaname, tableowner FROM pg_tables WHERE tablename LIKE 'kp%'"
    assert postgres_server.execute(where, database) == [("venue", role)]


@pytest.mark.parametrize("options", [{}, {"schema": "venue"}], ids=["public", "own schema"])
def test_a_role_that_owns_no_more_than_its_database_suffices(postgres_server, database, url, role, options):
    """It creates what is needed, schema and all, and may do everything."""
    postgres_server.execute(f"ALTER DATABASE {database} OWNER TO {role}")
    store = open_store(with_part(url, user=role, password=role), backend_options=options)
    _use(store)
    store.close()
    postgres_server.execute(f"ALTER DATABASE {database} OWNER TO CURRENT_USER")


MIGRATE = """
import sys, time
sys.path[:0] = sys.argv[5:]
from postgres_probes import open_store
from sqlite_probes import song, writing
store = open_store(sys.argv[1], timeout=60, check_schema=False, backend_options={"schema": sys.argv[2]})
while time.time() < float(sys.argv[3]):
    pass
assert store.migrate().state == "current"
with writing(store) as session:
    session.insert([song(sys.argv[4])])
store.close()
"""


def _first_version(url, schema):
    """The schema as the first release made it."""
    config, engine = Config(), _engine(url)
    config.set_main_option("script_location", "karaoke_persist_sql:migrations")
    config.set_main_option("path_separator", "os")
    with engine.begin() as connection:
        connection.exec_driver_sql(f"CREATE SCHEMA {schema}")
        connection.exec_driver_sql(f"SET LOCAL search_path = {schema}")
        config.attributes["connection"] = connection
        command.upgrade(config, REVISIONS[0])


def test_processes_may_upgrade_an_old_database_at_once(url):
    """Four processes that find an old schema all go on with the current one, and what they then write is there."""
    _first_version(url, "venue")
    store = open_store(url, check_schema=False, backend_options={"schema": "venue"})
    assert store.schema().state == "behind"
    start, here = str(time.time() + 5), Path(__file__).parent
    paths = [str(here), str(here.parent / "sqlite")]
    running = [
        subprocess.Popen(
            [sys.executable, "-c", MIGRATE, url, "venue", start, f"s{n}", *paths], stderr=subprocess.PIPE, text=True
        )
        for n in range(4)
    ]
    assert [process.communicate()[1] for process in running] == ["", "", "", ""]
    with reading(store) as session:
        assert [row.id for row in session.find(Query(Song))] == ["s0", "s1", "s2", "s3"]
    store.close()
