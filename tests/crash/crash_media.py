"""The process that syncs a folder, removes a song with its files, and is killed somewhere on the way."""

from __future__ import annotations

import os
import random
import shutil
import signal
import time
import traceback
from pathlib import Path

import karaoke_persist
from karaoke_persist.media.removal import TRASH
from karaoke_persist.testing.processes import Pipe


def kill_syncs(pipe: Pipe, url: str, root: str, seed: int) -> None:
    """Each time it is told to: change the folder, let a fork of this process sync it, and kill that one."""
    chance, took = random.Random(seed), 0.05
    sources = [path.read_bytes() for path in Path(root).parent.glob("sources/*.mp3")]
    karaoke_persist.open(url).close()  # whatever opening imports is imported once, before the forks
    while (number := pipe.recv()) is not None:
        _change(Path(root), chance, sources, number)
        took = 0.8 * took + 0.2 * _one_round(url, root, chance.uniform(0.0, 1.3) * took)
        pipe.send(took)


def _change(root: Path, chance: random.Random, sources: list[bytes], number: int) -> None:
    """Something new, something moved, something gone, something changed."""
    there = sorted(path for path in root.rglob("*.mp3") if TRASH not in path.parts)
    chance.shuffle(there)
    for path in there[8:10]:
        path.unlink()
    for path in there[:2]:
        target = root / f"folder {chance.randrange(3)}" / f"{path.stem}.mp3"
        target.parent.mkdir(exist_ok=True)
        path.replace(target)
    for path in there[2:4]:
        with path.open("ab") as stream:
            stream.write(b"more")
    for each in range(3):
        (root / f"song {number}-{each}.mp3").write_bytes(chance.choice(sources) + bytes([number % 256, each]))
    folder = root / f"stems {number % 7}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for stem in ("original", "vocals", "instrumental"):
        (folder / f"{stem}.mp3").write_bytes(chance.choice(sources) + f"{number} {stem}".encode())


def _one_round(url: str, root: str, seconds: float) -> float:
    """How long it went on."""
    begun, child = time.monotonic(), os.fork()
    if child == 0:
        _work(url, root)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.waitstatus_to_exitcode(status) == 0, "the sync failed before it was killed"
    return time.monotonic() - begun if os.WIFSIGNALED(status) else max(0.02, time.monotonic() - begun - 0.01)


def _work(url: str, root: str) -> None:
    """Sync, and remove two songs."""
    try:
        with karaoke_persist.open(url, on_error="raise", roots={"main": root}) as library:
            library.media.sync(accept_missing=True, workers=0)
            for song in library.songs.get_songs()[:2]:
                library.media.remove_song(song.id)
        os._exit(0)
    finally:
        traceback.print_exc()
        os._exit(1)  # nothing of the parent's may run twice
