"""Behind PgBouncer in transaction mode, which gives each transaction any connection it has."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from urllib.parse import urlsplit

import pytest
from postgres_probes import open_store, with_part
from sqlite_probes import reading, song, writing

from karaoke_persist.contract import Order, Query
from karaoke_persist.models import Song

CONFIGURATION = """
[databases]
* = host={host} port={server}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = plain
auth_file = {folder}/users.txt
pool_mode = transaction
default_pool_size = 3
max_client_conn = 100
server_check_delay = 0
"""


@pytest.fixture
def pooled(url, tmp_path):
    """The URL of the test's database through a PgBouncer."""
    binary = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin:/usr/local/sbin")
    if binary is None:
        pytest.skip("PgBouncer is not installed (Debian: apt-get install pgbouncer)")
    parts, folder = urlsplit(url), tmp_path
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    users = f'"{parts.username}" "{parts.password}"\n'
    (folder / "users.txt").write_text(users)
    text = CONFIGURATION.format(host=parts.hostname, server=parts.port, port=port, folder=folder)
    settings = {}
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        settings = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        folder = _open_folder(folder, text.replace(str(tmp_path), "{folder}"), users)
    else:
        (folder / "pgbouncer.ini").write_text(text)
    process = subprocess.Popen(
        [binary, "-q", str(folder / "pgbouncer.ini")], stderr=subprocess.DEVNULL, cwd=folder, **settings
    )
    _wait_for(port)
    yield with_part(url, port=port)
    process.kill()
    process.wait()
    if folder != tmp_path:
        shutil.rmtree(folder)


def _open_folder(_path, text, users):
    """A folder that `nobody` may read, which pytest's own is not."""
    import tempfile
    from pathlib import Path

    folder = Path(tempfile.mkdtemp(prefix="karaoke-persist-pgbouncer-"))
    folder.chmod(0o755)
    (folder / "users.txt").write_text(users)
    (folder / "pgbouncer.ini").write_text(text.replace("{folder}", str(folder)))
    return folder


def _wait_for(port):
    for _ in range(200):
        with suppress(OSError), closing(socket.create_connection(("127.0.0.1", port), 1)):
            return
        time.sleep(0.05)
    raise RuntimeError("PgBouncer did not start")


def test_a_store_without_prepared_statements_works_behind_a_pooler(pooled):
    """Threads that read, stream and write in bulk share three connections and lose nothing."""
    store = open_store(pooled, timeout=30, backend_options={"prepare": False, "schema": "venue"})

    def work(number):
        keys = [f"s{number}-{n:03}" for n in range(60)]
        for _ in range(2):
            with writing(store) as session:
                session.upsert([song(key, title=f"{number}") for key in keys])
                session.savepoint().rollback()
        for _ in range(10):
            with reading(store) as session:
                assert len(session.get(Song, keys)) == 60
                assert sum(map(len, session.stream(Query(Song, order=Order("title")), 50))) >= 60
            single = store.session(single=True)
            (found,) = single.get(Song, keys[:1]).values()
            assert found.title == f"{number}"
            single.rollback()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(work, range(6)))
    with reading(store) as session:
        assert len(session.find(Query(Song))) == 360
    store.close()
