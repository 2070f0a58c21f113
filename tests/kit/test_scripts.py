"""Scripts of transactions: a script that cannot be played to its end leaves nobody behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from karaoke_persist.testing import Place
from karaoke_persist.testing.scripts import TROUPE, Stage, played, threads

BROKEN = "A begin; A write x 11; A juggle x; B begin; B read x; B commit; A commit"
WHOLE = "A begin; A write x 11; A commit; B begin; B read x; B commit"


@pytest.mark.usefixtures("troupe")
@pytest.mark.parametrize("stage", [threads, TROUPE], ids=["threads", "processes"])
def test_after_a_broken_script(stage: Stage, tmp_path: Path) -> None:
    """What an actor raises is raised by the script, the writer is free after it, and the next script is played."""
    place = Place(f"sqlite:///{tmp_path}/scripts.db")
    with place.open() as library:
        with pytest.raises(AttributeError, match="_juggle"):
            played(BROKEN, library, place, stage)
        history = played(WHOLE, library, place, stage)
    assert (history.seen["B"], history.committed, history.left["x"]) == ({"x": (11,)}, {"A", "B"}, 11)
