"""In which order models are copied: what is named comes before what names it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from karaoke_persist.errors import Unsupported
from karaoke_persist.models import Record, Transfer


def in_order(models: Iterable[type[Record]]) -> tuple[type[Record], ...]:
    """The models whose rows are copied, each after those that its references lead to, itself aside."""
    left = [model for model in models if model is not Transfer]
    ordered: list[type[Record]] = []
    while left:
        free = [model for model in left if not _named_by(model, left)]
        if not free:
            circle = ", ".join(model.__name__ for model in left)
            raise Unsupported("a copy", f"models that name each other in a circle ({circle})", "Break the circle.")
        ordered += free
        left = [model for model in left if model not in free]
    return tuple(ordered)


def self_references(model: type[Record]) -> tuple[str, ...]:
    """The fields that name rows of the same model."""
    own = model.integrity.collection
    return tuple(reference.field for reference in model.integrity.references if reference.to == own)


def _named_by(model: type[Record], others: Sequence[type[Record]]) -> bool:
    """Whether the model has to wait for one of the others."""
    waiting = {other.integrity.collection for other in others if other is not model}
    return any(reference.to in waiting for reference in model.integrity.references)
