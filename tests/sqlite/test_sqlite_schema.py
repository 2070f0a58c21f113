"""Creating, checking and upgrading the schema."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine
from sqlite_probes import (
    add_songs_by_hand,
    migrate_to,
    numbers_of_artists,
    open_store,
    python,
    raised,
    raw,
    reading,
    song,
    writing,
)

from karaoke_persist.contract import Query
from karaoke_persist.contract.search import SearchQuery, SearchRequest
from karaoke_persist.errors import Busy, DataCorrupt, SchemaMismatch
from karaoke_persist.models import MODELS, Song, field_names, fields_of
from karaoke_persist_sql import schema as sql_schema
from karaoke_persist_sql.layout import Layout
from karaoke_persist_sql.migrations.revisions import ADDED_LATER, HEAD, REVISIONS
from karaoke_persist_sql.names import VERSION_TABLE
from karaoke_persist_sqlite.dialect import SQLiteDialect

HERE = Path(__file__).parent


def _definitions(path: Path) -> dict[str, str]:
    """What SQLite keeps as the text of everything of ours, its spacing made even, and the settings of the index."""
    connection = raw(path)
    rows = connection.execute("SELECT type || ' ' || name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    if any(name == "table kp_search_grams_config" for name, _ in rows):
        rows += connection.execute("SELECT 'grams ' || k, CAST(v AS TEXT) FROM kp_search_grams_config").fetchall()
    connection.close()
    return {name: re.sub(r"\s+", " ", sql) for name, sql in rows if VERSION_TABLE not in name}


def test_alembic_agrees_on_the_revisions():
    """The constants that spare opening the import of Alembic say what Alembic says."""
    config = Config()
    config.set_main_option("script_location", "karaoke_persist_sql:migrations")
    config.set_main_option("path_separator", "os")
    script = ScriptDirectory.from_config(config)
    assert script.get_current_head() == HEAD
    assert list(REVISIONS) == [revision.revision for revision in script.walk_revisions()][::-1]


def _migrated(path: Path, revision: str = "head") -> None:
    """Bring a file up to a revision by Alembic, as an older version of this package would have left it."""
    config = Config()
    config.set_main_option("script_location", "karaoke_persist_sql:migrations")
    config.set_main_option("path_separator", "os")
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    engine.dispose()


@pytest.mark.parametrize("revision", REVISIONS)
def test_every_revision_leads_to_the_schema_of_the_models(path, tmp_path, revision):
    """A file of any revision is upgraded to the very tables, indexes and triggers that a new one is created with."""
    open_store(path, models=MODELS).close()
    older = tmp_path / "older.db"
    _migrated(older, revision)
    store = open_store(older, models=MODELS, check_schema=False)
    assert store.migrate().state == "current"
    store.close()
    assert _definitions(older) == _definitions(path)


def test_an_upgrade_keeps_the_songs_and_fills_what_is_new(path):
    """A song of the first revision is there and found after the upgrade, was never played, and is seen by all."""
    _migrated(path, REVISIONS[0])
    old = [name for name in field_names(Song) if name not in ADDED_LATER["songs"]]
    values = {**dict.fromkeys(old), "revision": 3, "id": "a", "title": "Jóga", "artist": "Björk", "favorite": 1}
    values |= {
        "aliases": "[]",
        "tags": "[]",
        "media": "{}",
        "extra": "{}",
        "title_fold": "joga",
        "artist_fold": "bjork",
    }
    connection = raw(path)
    marks = ", ".join("?" * len(values))
    connection.execute(f"INSERT INTO kp_songs ({', '.join(values)}) VALUES ({marks})", list(values.values()))
    connection.close()
    store = open_store(path, check_schema=False)
    store.migrate()
    with reading(store) as session:
        (found,) = session.find(Query(Song))
        assert session.search(SearchRequest(query=SearchQuery.parse("bjork"))).songs == (found,)
    assert store.check() == []
    store.close()
    assert found == Song(id="a", title="Jóga", artist="Björk", favorite=True, revision=3)


@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index ix_kp_search_words")
def test_alembic_finds_nothing_to_change(path):
    """Autogeneration against a migrated database proposes nothing."""
    open_store(path).close()
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        # SQLAlchemy knows neither grams nor their counts; what defines them is compared elsewhere, as text.
        opts = {"version_table": VERSION_TABLE, "include_name": lambda name, *_: "kp_search_gram" not in str(name)}
        context = MigrationContext.configure(connection, opts=opts)
        differences = compare_metadata(context, sql_schema_metadata(path))
    engine.dispose()
    assert differences == []


def sql_schema_metadata(path: Path):
    """The metadata of the models that the test's stores have."""
    from sqlite_probes import PROBES

    return Layout(PROBES, SQLiteDialect("unused")).metadata


def test_columns_are_the_fields_and_their_folds():
    """Every field of a model has a column; beside them there are folds alone."""
    layout = Layout(MODELS, SQLiteDialect("unused"))
    for model in layout.models:
        columns = {column.name for column in layout.tables[model].columns}
        folds = {f"{field.name}_fold" for field in fields_of(model) if field.kind.value == "indexed"}
        assert field_names(model) | folds == columns


def test_the_tables_stay_out_of_a_host_s_metadata():
    """SQLModel's own metadata, which a host uses, never holds a table of ours."""
    from sqlmodel import SQLModel

    Layout(MODELS, SQLiteDialect("unused"))
    assert not [name for name in SQLModel.metadata.tables if name.startswith("kp_")]


CURRENT = """
import sys
from pathlib import Path
from sqlite_probes import open_store
assert "sqlalchemy" not in sys.modules
import karaoke_persist_sqlite
assert "sqlalchemy" not in sys.modules
store = open_store(Path(sys.argv[1]))
store.session().rollback()
assert "current" == store.schema().state
store.close()
print([name for name in sys.modules if name.split(".")[0] in ("alembic", "mako")])
"""


def test_a_current_database_opens_without_alembic(path):
    """Alembic is imported only when there is something to upgrade."""
    open_store(path).close()
    done = subprocess.run(python("-c", CURRENT, str(path)), capture_output=True, text=True, check=False, cwd=HERE)
    assert done.stdout == "[]\n", done.stderr


def test_a_schema_is_created_once(path):
    """Opening again finds the schema current, and the rows there."""
    store = open_store(path)
    with writing(store) as session:
        session.insert([song("a")])
    store.close()
    again = open_store(path, create_schema=False)
    assert (again.schema().state, again.schema().found, again.schema().expected) == ("current", HEAD, HEAD)
    assert again.migrate().state == "current"
    with reading(again) as session:
        assert len(session.find(Query(Song))) == 1
    again.close()


def _set_version(path: Path, revision: str) -> None:
    connection = raw(path)
    connection.execute(f"UPDATE {VERSION_TABLE} SET version_num = ?", (revision,))
    connection.close()


def test_a_newer_schema_is_refused(path):
    """A revision that this software does not know is never touched."""
    open_store(path).close()
    _set_version(path, "9999_future")
    error = raised(lambda: open_store(path))
    assert isinstance(error, SchemaMismatch)
    assert (error.state, error.found) == ("ahead", "9999_future")


def test_an_older_schema_is_not_upgraded_unasked(path, monkeypatch):
    """`open` names the command that upgrades, and leaves the database as it is."""
    open_store(path).close()
    monkeypatch.setattr(sql_schema, "REVISIONS", ("0000_older", *REVISIONS))
    _set_version(path, "0000_older")
    error = raised(lambda: open_store(path))
    assert isinstance(error, SchemaMismatch)
    assert error.state == "behind"
    assert "schema --migrate" in str(error)


def test_a_database_of_the_first_version_is_upgraded(path):
    """The artists of songs that are there already are counted once, and kept from then on."""
    path.touch()
    engine = create_engine(f"sqlite:///{path}")
    migrate_to(engine, "0001_songs")
    engine.dispose()
    connection = raw(path)
    add_songs_by_hand(connection.execute, {"a": "Björk", "b": "Björk", "c": "Ólöf"})
    store = open_store(path, check_schema=False)
    assert store.schema().state == "behind"
    assert store.migrate().state == "current"
    assert numbers_of_artists(store, connection.execute) == ([2, 3, 5, 4, 4, 3, 0], [2, 3, 5, 4, 4, 3, 0])
    store.close()
    connection.close()


def test_tables_of_further_models_are_added(path):
    """Models beyond the package's own get their tables when a store with them is opened."""
    open_store(path, models=MODELS).close()
    error = raised(lambda: open_store(path, create_schema=False))
    assert isinstance(error, SchemaMismatch)
    store = open_store(path)
    assert store.schema().state == "current"
    assert "trigger kp_venues_city_counts_insert" in _definitions(path)
    store.close()


def test_a_host_s_own_tables_are_left_alone(path):
    """Tables of the host in the same file, with rows that break its own rules, survive as they are."""
    connection = raw(path)
    connection.execute("CREATE TABLE songs (id INTEGER PRIMARY KEY, title TEXT)")
    connection.execute("CREATE TABLE alembic_version (version_num TEXT)")
    connection.execute("CREATE TABLE queue (song REFERENCES songs (id))")
    connection.execute("INSERT INTO queue VALUES (99)")
    connection.execute("INSERT INTO alembic_version VALUES ('theirs')")
    connection.close()
    before = _definitions(path)
    open_store(path).close()
    assert before.items() <= _definitions(path).items()
    connection = raw(path)
    assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [("theirs",)]
    connection.close()


def _fail(*_: object, **__: object) -> None:
    raise RuntimeError("power cut")


@pytest.mark.parametrize("target", ["alembic.op.create_index", "sqlalchemy.MetaData.create_all"])
def test_a_failed_upgrade_leaves_nothing(path, monkeypatch, target):
    """An upgrade that breaks, in the revisions or after them, is undone whole, and can be tried again."""
    _migrated(path, REVISIONS[0])
    before = _definitions(path)
    store = open_store(path, check_schema=False, timeout=0)
    with monkeypatch.context() as broken:
        broken.setattr(target, _fail)
        assert isinstance(raised(store.migrate), RuntimeError)
    assert _definitions(path) == before
    assert store.migrate().state == "current"
    store.close()


def test_a_failed_creation_leaves_nothing(path, monkeypatch):
    """A schema whose creation breaks at its last statement is undone whole, and can be tried again."""
    with monkeypatch.context() as broken:
        creation = Layout.creation
        broken.setattr(Layout, "creation", lambda self, dialect: [*creation(self, dialect), "CREATE NONSENSE"])
        assert raised(lambda: open_store(path)) is not None
    assert _definitions(path) == {}
    open_store(path, timeout=0).close()


OPEN = """
import sys, time
from pathlib import Path
from sqlite_probes import open_store, song, writing
while time.time() < float(sys.argv[2]):
    pass
store = open_store(Path(sys.argv[1]), timeout=30)
with writing(store) as session:
    session.insert([song(sys.argv[3])])
store.close()
"""


@pytest.mark.parametrize("attempt", range(3))
def test_processes_may_open_an_empty_file_at_once(path, attempt):
    """Four processes that find no database all get one, the same."""
    import time

    start = str(time.time() + 2)
    running = [
        subprocess.Popen(python("-c", OPEN, str(path), start, f"s{n}"), cwd=HERE, stderr=subprocess.PIPE, text=True)
        for n in range(4)
    ]
    told = [process.communicate()[1] for process in running]
    assert told == ["", "", "", ""]
    store = open_store(path)
    with reading(store) as session:
        assert [row.id for row in session.find(Query(Song))] == ["s0", "s1", "s2", "s3"]
    store.close()


def test_migrating_waits_for_the_writer_no_longer_than_asked(path):
    """A database whose writer is taken is `Busy` to an upgrade."""
    store = open_store(path, models=MODELS, timeout=0.1)
    session = store.session()
    assert isinstance(raised(store.migrate), Busy)
    session.rollback()
    other = raw(path)
    other.execute("BEGIN IMMEDIATE")
    assert isinstance(raised(store.migrate), Busy)
    other.execute("ROLLBACK")
    other.close()
    store.close()


def test_an_upgrade_does_not_commit_broken_references(path):
    """Rows that name others which are not there stop an upgrade, because foreign keys are off meanwhile."""
    open_store(path).close()
    connection = raw(path)
    connection.execute("INSERT INTO kp_gigs (revision, id, venue_id) VALUES (1, 'n', 'nowhere')")
    for trigger in ("insert", "delete", "update_new", "update_old"):
        connection.execute(f"DROP TRIGGER kp_venues_seats_counts_{trigger}")
    connection.execute("DROP TABLE kp_venues_seats_counts")
    connection.close()
    assert isinstance(raised(lambda: open_store(path)), DataCorrupt)
    assert "table kp_venues_seats_counts" not in _definitions(path)
