"""A process is killed at any point of an import; nothing comes in by halves, and the next import completes it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from crash_importer import SIZES, check_steps, everything, kill_importers, wipe, write_source
from fault_runs import install_faults

import karaoke_persist
from karaoke_persist.testing.processes import Worker

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")


def survive_imports(url: str, folder: Path, rounds: int) -> int:
    """Kill imports, each going on where the one before was killed, and look; how many kills met one half-way."""
    source = str(write_source(folder / "source.db"))
    expected = undisturbed(source)
    with karaoke_persist.open(url, on_error="raise") as library:
        wipe(library)
    halfway, before = 0, 0
    with Worker(kill_importers, url, source, str(folder), rounds) as killer:
        for _ in range(rounds):
            killer.pipe.send(True)
            assert killer.pipe.poll(60), "a round of killing hangs"
            killer.pipe.recv()
            with karaoke_persist.open(url, on_error="raise", timeout=10) as library:
                imported = check_steps(library)
                assert imported >= before, "what was committed is gone"
                halfway += 0 < imported < sum(SIZES.values())
                before = imported
                if imported == sum(SIZES.values()):
                    assert everything(library) == expected
                    wipe(library)
                    before = 0
        killer.pipe.send(False)
    with karaoke_persist.open(url, on_error="raise", timeout=10) as library:
        library.transfer.import_oks(source)
        assert everything(library) == expected
    return halfway


def undisturbed(source: str) -> set[str]:
    """What an import brings in that nobody kills."""
    with karaoke_persist.open("memory://", on_error="raise") as library:
        library.transfer.import_oks(source)
        return everything(library)


@pytest.mark.backend("sqlite")
def test_imports_into_sqlite(tmp_path: Path, long_rounds: int) -> None:
    """On SQLite, whole batches are there after each kill, and an import that is not killed completes them."""
    assert survive_imports(f"sqlite:///{tmp_path}/crash.db", tmp_path, long_rounds) > long_rounds / 10


@pytest.mark.backend("postgres")
def test_imports_into_postgres(postgres_server: Any, tmp_path: Path, long_rounds: int) -> None:
    """On PostgreSQL the same holds for each killed client."""
    database = postgres_server.create()
    try:
        assert survive_imports(postgres_server.url(database), tmp_path, long_rounds // 2) > long_rounds / 20
    finally:
        postgres_server.drop(database)


@pytest.mark.backend("sqlite")
def test_an_import_by_halves_is_found(install: Any, tmp_path: Path) -> None:
    """A store that writes piece by piece leaves halves of batches, and they are found."""
    install_faults(install)
    with pytest.raises(AssertionError):
        survive_imports(f"faulty://writes_without_a_transaction/{tmp_path}/crash.db", tmp_path, 40)
