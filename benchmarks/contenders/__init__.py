"""The contenders, by the names that the tables show. Each offers the same calls, as its users would write them.

`get(id)`, `newest()` (a page of 50), `newest_json()`, `count_up(id)` (read a song, write it, have it back),
`save(batch)`, `artists()` (a page of 100 with the total), `stream()` (batches), `close()`. All work on the tables and
indexes of this project, so what differs is the way to them.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from benchmarks.targets import Target

RAW, PROJECT, SEED = "raw driver", "karaoke_persist", "seed's pattern"
ORM, SQLMODEL, PEEWEE, ALCHEMY = "SQLAlchemy ORM", "SQLModel session", "peewee", "advanced-alchemy"
PAGE, ARTISTS, BATCH = 50, 100, 1_000
OTHERS = (ORM, SQLMODEL, PEEWEE, ALCHEMY, SEED)
EVERYBODY = (RAW, PROJECT, *OTHERS)

_CLASSES = {
    PROJECT: "project.Project",
    ORM: "sqlalchemy_orm.SQLAlchemyORM",
    SQLMODEL: "sqlmodel_session.SQLModelSession",
    PEEWEE: "peewee_models.Peewee",
    ALCHEMY: "advanced_alchemy_repository.AdvancedAlchemy",
    SEED: "seed_pattern.SeedPattern",
}


def opened(name: str, target: Target) -> Any:
    """A contender at work on a target."""
    place = f"raw_{target.backend}.Raw" if name == RAW else _CLASSES[name]
    module, kind = place.split(".")
    return getattr(import_module(f"{__name__}.{module}"), kind)(target)
