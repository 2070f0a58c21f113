"""The processes that copy, load, restore and upgrade, and are killed anywhere in it."""

from __future__ import annotations

import dataclasses
import os
import random
import signal
import tempfile
import time
import traceback
from collections.abc import Callable
from functools import partial
from typing import Any

from karaoke_persist import Library, transfer
from karaoke_persist.contract.search import NORMALISER
from karaoke_persist.testing.handles import Place
from karaoke_persist.testing.processes import Pipe

Move = tuple[str, str, str]
"""What is done, where from, and where to."""


def copy(source: str, target: str) -> None:
    """Copy a store."""
    with Place(source).open() as old, _target(target) as new:
        transfer.copy(old, new)


def load(archive: str, target: str) -> None:
    """Load an archive."""
    with _target(target) as library:
        transfer.load(archive, library)


def restore(backup: str, target: str) -> None:
    """Restore a backup."""
    with _target(target) as library:
        transfer.restore(backup, library)


def migrate(folder: str, target: str) -> None:
    """Upgrade a schema, after a backup."""
    transfer.migrate(target, backups=folder)


def rebuild(_: str, target: str) -> None:
    """Make the index of search anew by newer rules."""
    with Place(target).open(timeout=10) as library:
        know_newer_rules(library)
        library.store.migrate()


def know_newer_rules(library: Library) -> None:
    """Let an opened library be one that has newer rules of search beside those of today."""
    plans: Any = library.store.plans  # type: ignore[attr-defined]
    newer = dataclasses.replace(NORMALISER, version=NORMALISER.version + 1)
    plans.rules, plans.normaliser = {NORMALISER.version: NORMALISER, newer.version: newer}, newer


def backup(folder: str, target: str) -> None:
    """Back up over and over, keeping three."""
    with Place(target).open() as library:
        while True:
            transfer.backup(library, folder, keep=3)


MOVES: dict[str, Callable[[str, str], None]] = {
    "copy": copy,
    "load": load,
    "restore": restore,
    "migrate": migrate,
    "rebuild": rebuild,
    "backup": backup,
}


def kill_movers(pipe: Pipe, url: str, seed: int) -> None:
    """Each time it is told what to do, let a fork do it, and kill it at a random moment; whether it had ended.

    Told to let it end, it says how many seconds that took.
    """
    import alembic.command
    import alembic.config  # noqa: F401  # whatever moving imports is imported once, before the forks

    with Place(url).open() as library, tempfile.TemporaryDirectory() as folder:
        transfer.dump(library, f"{folder}/a.zip")
    chance = random.Random(seed)
    while (told := pipe.recv()) is not None:
        move, longest = told
        pipe.send(_timed(move) if longest is None else _killed(move, chance.uniform(0.0, longest)))


def _timed(move: Move) -> float:
    began = time.monotonic()
    assert _ended(move, _begun(move)), "nobody killed it"
    return time.monotonic() - began


def _killed(move: Move, after: float) -> bool:
    child = _begun(move)
    time.sleep(after)
    os.kill(child, signal.SIGKILL)
    return _ended(move, child)


def _begun(move: Move) -> int:
    kind, source, target = move
    child = os.fork()
    if child == 0:
        _move_and_exit(partial(MOVES[kind], source, target))
    return child


def _ended(move: Move, child: int) -> bool:
    """Wait for a fork; whether it ended by itself."""
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, f"{move[0]} failed by itself"
    return not os.WIFSIGNALED(status)


def _move_and_exit(move: Callable[[], None]) -> None:
    try:
        move()
        os._exit(0)
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(1)  # nothing of the parent's may run twice


def _target(url: str) -> Library:
    return Place(url).open(allow_incomplete=True, timeout=10)
