"""Making room: rows of a target that are not the source's any more, and what hangs on them.

Whatever else goes along is written again when its own range is compared.
"""

from __future__ import annotations

from collections.abc import Sequence

from karaoke_persist.contract import And, In, Query
from karaoke_persist.models import Record
from karaoke_persist.session import Session


def evict(session: Session, model: type[Record], keys: Sequence[str]) -> int:
    """Delete rows together with all that name them, directly or not; how many."""
    if not keys:
        return 0
    doomed, number = _with_own(session, model, keys), 0
    for other in session.context.models:
        for reference in other.integrity.references:
            if reference.to == model.integrity.collection and other is not model:
                number += evict(session, other, _naming(session, other, reference.field, doomed))
    return number + session.delete_verbatim(model, doomed)


def in_the_way(session: Session, model: type[Record], rows: Sequence[Record]) -> list[str]:
    """The keys of other rows that have unique values which some of these rows are to have."""
    keys = {row.key for row in rows}
    found: dict[str, None] = {}
    for unique in model.integrity.unique:
        wanted = {values for row in rows if None not in (values := _values(row, unique.fields))}
        among = [In(name, [values[place] for values in wanted]) for place, name in enumerate(unique.fields)]
        for key, *cells in session.rows(Query(model, And(*among)), (model.integrity.key, *unique.fields)):
            if tuple(cells) in wanted and key not in keys:
                found[key] = None
    return list(found)


def _values(row: Record, fields: Sequence[str]) -> tuple[object, ...]:
    return tuple(row.__dict__[name] for name in fields)


def _with_own(session: Session, model: type[Record], keys: Sequence[str]) -> list[str]:
    """These keys and those of the rows of the same model that name them, and so on; circles end."""
    own = [each.field for each in model.integrity.references if each.to == model.integrity.collection]
    found, level = dict.fromkeys(keys), list(keys)
    while own and level:
        naming = [key for name in own for key in _naming(session, model, name, level)]
        level = [key for key in dict.fromkeys(naming) if key not in found]
        found.update(dict.fromkeys(level))
    return list(found)


def _naming(session: Session, model: type[Record], field: str, keys: Sequence[str]) -> list[str]:
    return [key for (key,) in session.rows(Query(model, In(field, keys)), (model.integrity.key,))]
