"""A disk that runs full in the middle of a sync."""

import subprocess
import sys

import pytest

import karaoke_persist

SONGS = 800
SYNC = """
import resource, signal, sys
import karaoke_persist
from karaoke_persist import StorageError

path, root, room = sys.argv[1], sys.argv[2], int(sys.argv[3])
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a write beyond the limit fails, as one on a full disk does
with karaoke_persist.open(path, on_error="raise") as library:
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
    try:
        library.media.sync(folder=root, workers=0)
    except StorageError as error:
        print(type(error).__name__, error)
"""


@pytest.mark.backend("sqlite")
def test_a_disk_that_runs_full_leaves_whole_songs(tmp_path, root, put):
    """The sync ends with a typed error; what is stored is whole, and the next one, with room again, adds the rest."""
    content = put("first.mp3").read_bytes()
    for number in range(1, SONGS):
        (root / f"Artist - Song {number}.mp3").write_bytes(content)
    path = tmp_path / "karaoke.db"
    karaoke_persist.open(path).close()
    room = path.stat().st_size + 300_000

    full = subprocess.run(
        [sys.executable, "-c", SYNC, path, root, str(room)], capture_output=True, text=True, timeout=120, check=True
    )

    assert full.stdout.startswith(("CommitUnknown", "Unavailable")), full
    with karaoke_persist.open(path, on_error="raise") as library:
        stored = library.songs.count_songs()
        assert stored < SONGS
        assert library.check() == []
        report = library.media.sync(folder=root)
        assert (report.added, library.songs.count_songs()) == (SONGS - stored, SONGS)
        assert library.media.sync(folder=root).unchanged == SONGS
