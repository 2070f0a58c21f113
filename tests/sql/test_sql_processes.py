"""Several processes on one database of any SQL backend."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from sqlite_probes import raised, reading, song, writing

from karaoke_persist.errors import Busy
from karaoke_persist.models import Song

BEGIN = """
import sys
from karaoke_persist.models import Song
from karaoke_persist.plugins import open_store
from sqlite_probes import options, writing
store = open_store(sys.argv[1], options(timeout=30, durability="relaxed"))
"""
HOLD = f"""{BEGIN}
session = store.session()
print("held", flush=True)
sys.stdin.readline()
session.rollback()
store.close()
"""
COUNT = f"""{BEGIN}
for _ in range(100):
    with writing(store) as session:
        session.patch(Song, "n", {{"year": session.get(Song, ["n"])["n"].year + 1}})
store.close()
"""


def _begin(script, url, **pipes):
    here = Path(__file__).parents[1] / "sqlite"
    return subprocess.Popen([sys.executable, "-c", script, url], cwd=here, text=True, **pipes)


def test_the_writer_of_another_process_is_busy(url, store):
    """While another process writes, timeout 0 fails at once, a short one after its time, and readers go on."""
    other = _begin(HOLD, url, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert other.stdout.readline() == "held\n"
    began = time.monotonic()
    assert isinstance(raised(lambda: store.session(timeout=0)), Busy)
    assert time.monotonic() - began < 0.2
    assert isinstance(raised(lambda: store.session(timeout=0.3)), Busy)
    assert time.monotonic() - began >= 0.3
    with reading(store) as session:
        assert session.get(Song, ["n"]) == {}
    other.communicate("\n")
    store.session(timeout=0).rollback()


def test_processes_lose_no_update(url, store):
    """Read-then-write transactions of four processes are one after the other."""
    with writing(store) as session:
        session.insert([song("n", year=0)])
    running = [_begin(COUNT, url, stderr=subprocess.PIPE) for _ in range(4)]
    assert [process.communicate()[1] for process in running] == ["", "", "", ""]
    with reading(store) as session:
        assert session.get(Song, ["n"])["n"].year == 400
