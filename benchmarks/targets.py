"""The databases that are measured: loaded once, then read in place or written to in a copy."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Literal

from benchmarks import libraries, search_songs
from tests.postgres_server import OwnServer

FOLDER = Path(tempfile.gettempdir()) / "karaoke_persist_benchmarks"
SETTINGS = {
    "shared_buffers": "512MB",
    "max_wal_size": "4GB",
    "max_connections": "60",
    "fsync": "on",
    "synchronous_commit": "on",
}
Kind = Literal["songs", "search"]
"""Songs with every field, or songs whose words are as frequent as in real libraries."""
_VERSION = "11"
"""Changes when the generator or the schema does, so that nothing stale is measured."""


@dataclass(frozen=True, slots=True)
class Target:
    """One loaded library."""

    backend: str
    url: str
    """For this project."""
    place: str
    """For everybody else: a path, or a connection string."""
    songs: int
    durability: str = "full"

    @property
    def sqlalchemy_url(self) -> str:
        """For SQLAlchemy."""
        if self.backend == "sqlite":
            return f"sqlite:///{self.place}"
        return self.place.replace("postgresql://", "postgresql+psycopg://")


class Targets:
    """Gives out targets, and ends what was started for them."""

    def __init__(self) -> None:
        FOLDER.mkdir(mode=0o755, exist_ok=True)
        self._server: OwnServer | None = None
        self._copies: set[Path] = set()

    def loaded(self, backend: str, songs: int, kind: Kind = "songs") -> Target:
        """A library of so many songs, for reading."""
        return self._sqlite(songs, kind) if backend == "sqlite" else self._postgres(songs, kind)

    def copy(
        self, backend: str, songs: int, durability: str = "full", kind: Kind = "songs", label: str = "copy"
    ) -> Target:
        """The same, for writing; each call gives a fresh one, in place of the one before with this label."""
        source = self.loaded(backend, songs, kind)
        if backend == "sqlite":
            path = FOLDER / f"{label}.db"
            self._copies.add(path)
            _remove(path)
            shutil.copyfile(source.place, path)
            return Target("sqlite", f"sqlite:///{path}", str(path), songs, durability)
        name = f"{_name(kind, songs)}_{label}"
        self.server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        self.server.execute(f"CREATE DATABASE {name} TEMPLATE {_name(kind, songs)}")
        return Target("postgresql", self.server.url(name), self.server.url(name), songs, durability)

    def fresh(self, backend: str) -> Target:
        """An empty database."""
        if backend == "sqlite":
            path = FOLDER / "fresh.db"
            _remove(path)
            return Target("sqlite", f"sqlite:///{path}", str(path), 0)
        self.server.execute("DROP DATABASE IF EXISTS fresh WITH (FORCE)")
        self.server.execute("CREATE DATABASE fresh")
        return Target("postgresql", self.server.url("fresh"), self.server.url("fresh"), 0)

    @property
    def server(self) -> OwnServer:
        """The PostgreSQL server, started when it is first needed; its data stays for the next run."""
        if self._server is None:
            self._server = OwnServer(SETTINGS, locale="C.UTF-8", keep=FOLDER / "postgresql").__enter__()
        return self._server

    def close(self) -> None:
        """Remove the copies and stop the server; loaded libraries stay for the next run."""
        for path in self._copies:
            _remove(path)
        if self._server is not None:
            self._server.__exit__()

    def _sqlite(self, songs: int, kind: Kind) -> Target:
        path = FOLDER / f"{_name(kind, songs)}.db"
        if not path.exists():
            unfinished = path.with_suffix(".loading")
            _remove(unfinished)
            _load(f"sqlite:///{unfinished}", songs, kind)
            connection = sqlite3.connect(unfinished)
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.close()
            unfinished.rename(path)
        return Target("sqlite", f"sqlite:///{path}", str(path), songs)

    def _postgres(self, songs: int, kind: Kind) -> Target:
        name = _name(kind, songs)
        if not self.server.execute(f"SELECT 1 FROM pg_database WHERE datname = '{name}'"):
            unfinished = f"{name}_loading"
            self.server.execute(f"DROP DATABASE IF EXISTS {unfinished} WITH (FORCE)")
            self.server.execute(f"CREATE DATABASE {unfinished}")
            _load(self.server.url(unfinished), songs, kind)
            self.server.execute("VACUUM ANALYZE", unfinished)
            self.server.execute(f"ALTER DATABASE {unfinished} RENAME TO {name}")
        return Target("postgresql", self.server.url(name), self.server.url(name), songs)


def _name(kind: Kind, songs: int) -> str:
    return f"{kind}_{songs}_{_VERSION}"


def _load(url: str, songs: int, kind: Kind) -> None:
    print(f"loading {songs:,} songs …", end=" ", flush=True)
    began = perf_counter()
    libraries.load(url, libraries.songs(songs) if kind == "songs" else search_songs.songs(songs))
    print(f"{perf_counter() - began:.0f} s", flush=True)


def _remove(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        with suppress(FileNotFoundError):
            Path(f"{path}{suffix}").unlink()
