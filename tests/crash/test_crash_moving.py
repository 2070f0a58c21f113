"""A process is killed at any point of a copy, a load, a restore, an upgrade or a backup.

The rule: the store opens and holds all of it, or is refused as incomplete, and doing the same again finishes it; an
upgrade is made or not; a backup that has its name is whole.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from crash_mover import MOVES, Move, kill_movers, know_newer_rules

sys.path.append(str(Path(__file__).parents[1] / "sqlite"))  # the helpers of its tests serve here too

from sqlite_probes import add_songs_by_hand, migrate_to, raw

import karaoke_persist
from karaoke_persist import IncompleteStore, Library, SchemaMismatch, transfer
from karaoke_persist.contract.search import NORMALISER
from karaoke_persist.testing.handles import Place
from karaoke_persist.testing.lived_in import everything, lived_in, many_songs
from karaoke_persist.testing.processes import Worker

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")

SONGS = 1_500
SHARE = 10
"""Each of these moves a whole library, so that there are fewer of them than of other crashes."""
MOVED = ("copy", "load", "restore")
Fresh = Callable[[], str]


@pytest.fixture
def few(rounds: int) -> int:
    """Give the number of processes to kill for each kind of move."""
    return rounds // SHARE


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Give a library that was lived in as a store, as an archive, and as a backup."""
    folder = tmp_path_factory.mktemp("house")
    url = f"sqlite:///{folder}/house.db"
    with Place(url).open() as library:
        lived_in(library)
        many_songs(library, SONGS)
        transfer.dump(library, folder / "house.zip")
        backup = transfer.backup(library, folder / "backups").path
    return {"copy": url, "load": f"{folder}/house.zip", "restore": backup}


def survive(kind: str, source: str, fresh: Fresh, whole: dict[tuple[str, str], bytes], rounds: int) -> int:
    """Kill movers, each going on where the one before was killed, and look; how often a half was refused."""
    halves = 0
    target = ready(fresh())
    with Worker(kill_movers, target, rounds) as killer:
        longest = 1.2 * told(killer, (kind, source, target), None)
        for number in range(rounds):
            if number % 3 == 0:
                target = ready(fresh())
            finished = told(killer, (kind, source, target), longest)
            longest *= 0.8 if finished else 1.1  # so that about one in three ends, however fast this machine is now
            try:
                with Place(target).open(timeout=10) as library:
                    found = everything(library)
                assert found == whole or not (found or finished), "a part is there, and nobody says so"
            except IncompleteStore:
                assert not finished
                halves += 1
    MOVES[kind](source, target)
    with Place(target).open(timeout=10) as library:
        assert everything(library) == whole
    return halves


def ready(target: str) -> str:
    """A target with its schema, so that it is the move itself that is killed."""
    Place(target).open().close()
    return target


def told(killer: Worker, move: Move, longest: float | None) -> Any:
    """What the process that kills answers."""
    killer.pipe.send((move, longest))
    assert killer.pipe.poll(30 + (longest or 0)), "a round of killing hangs"
    return killer.pipe.recv()


@contextmanager
def contents(url: str) -> Iterator[dict[tuple[str, str], bytes]]:
    """Everything in a store."""
    with Place(url).open() as library:
        yield everything(library)


@pytest.mark.backend("sqlite")
@pytest.mark.parametrize("kind", MOVED)
def test_into_sqlite(house: dict[str, str], tmp_path: Path, few: int, kind: str) -> None:
    """A file holds all of it, or is refused as incomplete."""
    numbers = count()

    def fresh() -> str:
        return f"sqlite:///{tmp_path}/{next(numbers)}.db"

    with contents(house["copy"]) as whole:
        assert survive(kind, house[kind], fresh, whole, few) > few / 10


@pytest.mark.backend("postgres")
@pytest.mark.parametrize("kind", MOVED)
def test_into_postgres(house: dict[str, str], postgres_server: Any, few: int, kind: str) -> None:
    """A database holds all of it, or is refused as incomplete."""
    made: list[str] = []

    def fresh() -> str:
        made.append(postgres_server.create())
        return postgres_server.url(made[-1])

    try:
        with contents(house["copy"]) as whole:
            assert survive(kind, house[kind], fresh, whole, few) > few / 10
    finally:
        for database in made:
            postgres_server.drop(database)


@pytest.mark.backend("sqlite")
def test_upgrades(tmp_path: Path, few: int) -> None:
    """A schema is the old one or the new one, with every song, and each backup that has its name can be restored."""
    old, upgraded = old_database(tmp_path), 0
    with Worker(kill_movers, ready(f"sqlite:///{tmp_path}/warm.db"), few) as killer:
        longest = None
        for number in range(few + 1):
            path, backups = tmp_path / f"{number}.db", tmp_path / f"backups-{number}"
            shutil.copyfile(old, path)
            answer = told(killer, ("migrate", str(backups), f"sqlite:///{path}"), longest)
            if longest is None:
                longest = 1.2 * answer
                continue
            longest *= 0.7 if answer else 1.3  # so that some end, however fast this machine is now, and not all
            upgraded += is_upgraded(f"sqlite:///{path}")
            check_backups(backups, 200)
            transfer.migrate(f"sqlite:///{path}", backups=None)
            assert is_upgraded(f"sqlite:///{path}")
    assert 0 < upgraded < few


def old_database(folder: Path) -> Path:
    """A database of the first version, with songs."""
    from sqlalchemy import create_engine

    path = folder / "old.db"
    engine = create_engine(f"sqlite:///{path}")
    migrate_to(engine, "0001_songs")
    engine.dispose()
    connection = raw(path)
    add_songs_by_hand(connection.execute, dict.fromkeys(map(str, range(200)), "x"))
    connection.close()
    return path


def is_upgraded(url: str) -> bool:
    """Whether a database has the schema of today; if so, every song must be there."""
    try:
        with karaoke_persist.open(url) as library:
            assert library.songs.count_songs() == 200
    except SchemaMismatch:
        return False
    return True


@pytest.mark.backend("sqlite")
def test_new_rules_in_sqlite(house: dict[str, str], tmp_path: Path, few: int) -> None:
    """However often making a new index is killed in a file, an index is asked that agrees with the songs."""
    shutil.copyfile(house["copy"].removeprefix("sqlite:///"), tmp_path / "house.db")
    rebuild_among_kills(f"sqlite:///{tmp_path}/house.db", few)


@pytest.mark.backend("postgres")
def test_new_rules_in_postgres(house: dict[str, str], postgres_server: Any, few: int) -> None:
    """The same on a server."""
    database = postgres_server.create()
    try:
        MOVES["copy"](house["copy"], postgres_server.url(database))
        rebuild_among_kills(postgres_server.url(database), few)
    finally:
        postgres_server.drop(database)


def rebuild_among_kills(url: str, rounds: int) -> None:
    """Kill what makes a new index, write songs after each kill, and look at what is asked; at last let it end."""
    ended = 0
    with Worker(kill_movers, url, rounds) as killer:
        for number in range(rounds):
            ended += told(killer, ("rebuild", "", url), 0.4)  # a few batches of many
            with newer(url) as library:
                library.songs.create_song(f"Title {number}x", "Late")
                library.songs.patch_song(f"s{number:05}", {"title": f"Other {number}"})
                assert library.check() == []
                if library.store.schema().old_rules is None:
                    begin_again(library)
    assert ended < rounds
    MOVES["rebuild"]("", url)
    with newer(url) as library:
        assert (library.store.schema().old_rules, library.check()) == (None, [])
        assert library.songs.search("late", total="exact").total == rounds


def begin_again(library: Library) -> None:
    """Call an index one by the older rules, which say the same as the newer ones but for their version."""
    session: Any = library.store.session()
    session.execute(f"UPDATE kp_search_state SET version = {NORMALISER.version}")
    session.commit()


@contextmanager
def newer(url: str) -> Iterator[Library]:
    """A library with newer rules of search."""
    with Place(url).open(timeout=10) as library:
        know_newer_rules(library)
        yield library


@pytest.mark.backend("sqlite")
def test_backups(house: dict[str, str], tmp_path: Path, few: int) -> None:
    """However often making and rotating backups is killed, those that have their names are whole, and three at most."""
    with contents(house["copy"]) as whole, Worker(kill_movers, house["copy"], few) as killer:
        longest = 5 * duration_of_a_backup(house["copy"], tmp_path / "timed")
        for _ in range(few):
            told(killer, ("backup", str(tmp_path / "backups"), house["copy"]), longest)
        assert 1 <= check_backups(tmp_path / "backups", len([key for key in whole if key[0] == "Song"])) <= 4


def duration_of_a_backup(url: str, folder: Path) -> float:
    """How many seconds one takes here."""
    with Place(url).open() as library:
        began = time.monotonic()
        transfer.backup(library, folder)
        return time.monotonic() - began


def check_backups(folder: Path, songs: int) -> int:
    """Restore what is in a folder; how many backups there are."""
    found = [path for path in folder.glob("*.db") if not path.name.startswith(".")] if folder.exists() else []
    for path in found:
        with _empty() as library:
            transfer.restore(path, library)
            assert library.songs.count_songs() == songs
    return len(found)


def _empty() -> Library:
    return Place("memory://").open()
