"""Pure helpers that make a backend's afternoon: a query evaluator, order, grouping, integrity, plain search."""

from karaoke_persist.contract.reference.evaluate import matcher, select
from karaoke_persist.contract.reference.grouping import aggregate
from karaoke_persist.contract.reference.integrity import check_deleted, check_written, counted
from karaoke_persist.contract.reference.ordering import is_after, ordered, sort_value
from karaoke_persist.contract.reference.search import PlainSearch, complete, search, search_artists

__all__ = [
    "PlainSearch",
    "aggregate",
    "check_deleted",
    "check_written",
    "complete",
    "counted",
    "is_after",
    "matcher",
    "ordered",
    "search",
    "search_artists",
    "select",
    "sort_value",
]
