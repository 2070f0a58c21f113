"""How rows of older archives become rows of today: a table of steps, by the version of the models that brought them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from karaoke_persist.models import Record, Song

Plain = dict[str, Any]
Step = Callable[[Plain], Plain]


def _adding(**fields: Any) -> Step:
    """A step for fields that came later: what they are in rows that never knew them."""
    return lambda plain: {**fields, **plain}


def _deriving(model: type[Record], step: Step) -> Step:
    """A step after which what is derived from other fields is made."""

    def derived(plain: Plain) -> Plain:
        more = step(plain)
        return {**more, **model.integrity.derive(more)}

    return derived


UPGRADES: Final[Mapping[int, Mapping[str, Step]]] = {
    3: {"songs": _adding(hidden=False, play_count=0)},
    10: {"songs": _deriving(Song, _adding(artist_aliases=[]))},
    11: {"songs": _adding(curated=[])},
}
"""By version and collection. Rows of a version below get the step; those of a collection that is new have none."""


def upgraded(collection: str, plain: Plain, version: int) -> Plain:
    """A row of an archive whose models have this version, as the models of today would have written it."""
    for number in sorted(UPGRADES):
        if number > version and collection in UPGRADES[number]:
            plain = UPGRADES[number][collection](plain)
    return plain
