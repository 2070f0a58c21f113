"""Several processes on one file."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

from sqlite_probes import open_store, python, raised, reading, song, writing

from karaoke_persist.errors import Busy
from karaoke_persist.models import Song

HERE = Path(__file__).parent

HOLD = """
import sys
from pathlib import Path
from sqlite_probes import open_store
store = open_store(Path(sys.argv[1]))
session = store.session()
print("held", flush=True)
sys.stdin.readline()
session.rollback()
store.close()
"""

COUNT = """
import sys
from pathlib import Path
from karaoke_persist.models import Song
from sqlite_probes import open_store, writing
store = open_store(Path(sys.argv[1]), timeout=30, durability="relaxed")
for _ in range(100):
    with writing(store) as session:
        session.patch(Song, "n", {"year": session.get(Song, ["n"])["n"].year + 1})
store.close()
"""


def test_the_writer_of_another_process_is_busy(path):
    """While another process writes, timeout 0 fails at once, a short one after its time, and readers go on."""
    store = open_store(path)
    other = subprocess.Popen(
        python("-c", HOLD, str(path)), cwd=HERE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
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
    store.close()


def test_processes_lose_no_update(path):
    """Read-then-write transactions of four processes are one after the other."""
    store = open_store(path)
    with writing(store) as session:
        session.insert([song("n", year=0)])
    running = [
        subprocess.Popen(python("-c", COUNT, str(path)), cwd=HERE, stderr=subprocess.PIPE, text=True) for _ in range(4)
    ]
    assert [process.communicate()[1] for process in running] == ["", "", "", ""]
    with reading(store) as session:
        assert session.get(Song, ["n"])["n"].year == 400
    store.close()
