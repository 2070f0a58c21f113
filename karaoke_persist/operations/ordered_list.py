"""Lists in an order of their own: what playlists and queues share.

An entry's place is a text key (`karaoke_persist.models.rank`), unique within its list; the position that people see is
counted from it. A move writes one entry and the list's `rev`, whatever the length of the list.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from karaoke_persist.contract import And, Condition, Eq, Order, Query
from karaoke_persist.errors import InvalidValue, NotFound, StaleWrite
from karaoke_persist.models import Record, rank
from karaoke_persist.session import Session


@dataclass(frozen=True, slots=True)
class ListKind:
    """What a kind of list consists of."""

    owner: type[Record]
    """The model of the list itself."""
    rev: str
    """Its field that counts the changes of the list."""
    entry: type[Record]
    """The model of its entries, which have a `rank`."""
    owner_field: str
    """The field of an entry that names its list."""


class OrderedList:
    """One list, within a session."""

    def __init__(self, session: Session, kind: ListKind, list_id: str) -> None:
        self._session, self._kind, self.id = session, kind, list_id
        self.spread: list[Any] = []
        """All entries as they stood before their ranks were spread, if this had to be done."""

    @property
    def rev(self) -> int:
        """How often the list has changed. A list that is not there is `NotFound`."""
        owner = self._session.get(self._kind.owner, self.id)
        if owner is None:
            raise NotFound(self._kind.owner.__name__, self.id)
        rev: int = getattr(owner, self._kind.rev)
        return rev

    def expect(self, rev: int) -> None:
        """Refuse, as `StaleWrite`, a list that has changed since it had this `rev`."""
        if self.rev != rev:
            raise StaleWrite(self._kind.owner.__name__, self.id, rev, self.rev)

    def changed(self) -> int:
        """Raise the `rev`, once for each change; the new one."""
        rev = self.rev + 1
        self._session.maintain(self._kind.owner, self.id, {self._kind.rev: rev})
        return rev

    def entries(self, where: Condition | None = None) -> list[Any]:
        """The entries in their order, or those that meet a condition."""
        return self._session.find(self._query(where))

    def entry(self, entry_id: str) -> Any:
        """One entry; what is not in this list is `NotFound`."""
        found = self._session.get(self._kind.entry, entry_id)
        if found is None or getattr(found, self._kind.owner_field) != self.id:
            raise NotFound(self._kind.entry.__name__, entry_id)
        return found

    # the rank of a place

    def rank_at_end(self) -> str:
        """Behind the last entry."""
        last = self._neighbour(None, back=True)
        return self._between(last, None)

    def rank_at_start(self) -> str:
        """In front of the first entry."""
        return self._between(None, self._neighbour(None, back=False))

    def rank_before(self, entry_id: str) -> str:
        """In front of an entry."""
        entry = self.entry(entry_id)
        return self._between(self._neighbour(entry, back=True), entry)

    def rank_after(self, entry_id: str) -> str:
        """Behind an entry."""
        entry = self.entry(entry_id)
        return self._between(entry, self._neighbour(entry, back=False))

    def rank_at(self, position: int, among: Sequence[Any]) -> str:
        """Where an entry has to stand to be at a position, from 1 on, when it joins `among`, which is in order."""
        if not 1 <= position <= len(among) + 1:
            raise InvalidValue("position", position, f"a whole number from 1 to {len(among) + 1} is expected")
        if position <= len(among):
            return self.rank_before(among[position - 1].key)
        return self.rank_after(among[-1].key) if among else self.rank_at_end()

    # moving

    def put(self, entry_id: str, new_rank: str) -> None:
        """Move one entry to a rank of this list."""
        self._session.patch(self._kind.entry, entry_id, {"rank": new_rank})

    def reorder(self, ids: Sequence[str], among: Sequence[Any], **also: Any) -> list[Any]:
        """Let the named entries take, in this order, the places that they hold now; those that moved, as they were.

        Of those that moved, what else is named changes too. One that comes twice, or is not `among` those that may
        move, is `InvalidValue`, and nothing changes.
        """
        by_id = {entry.key: entry for entry in among}
        _check_ids(ids, by_id)
        ranks = sorted(by_id[key].rank for key in ids)
        pairs = [(by_id[key], new) for key, new in zip(ids, ranks, strict=True) if by_id[key].rank != new]
        self._session.upsert([entry.replaced({"rank": new, **also}) for entry, new in pairs])
        return [entry for entry, _ in pairs]

    def replace_order(self, ids: Sequence[str], among: Sequence[Any]) -> list[Any]:
        """The same for all of them: the ids are exactly those of `among`."""
        missing = sorted({entry.key for entry in among} - set(ids))
        if missing:
            raise InvalidValue("order", list(ids), f"{missing[0]!r} is missing; name every entry once")
        return self.reorder(ids, among)

    def _between(self, low: Any | None, high: Any | None) -> str:
        """A rank between two neighbours. When it would be too long, the whole list is spread first."""
        made = _rank_between(low, high)
        if len(made) <= rank.LONGEST:
            return made
        self._spread()
        get = self._session.get
        low, high = (None if each is None else get(self._kind.entry, each.key) for each in (low, high))
        return _rank_between(low, high)

    def _spread(self) -> None:
        self.spread = entries = self.entries()
        ranks = rank.spread(len(entries))
        self._session.upsert([entry.replaced({"rank": new}) for entry, new in zip(entries, ranks, strict=True)])

    def _neighbour(self, entry: Any | None, *, back: bool) -> Any | None:
        """The entry next to another, or the first or last of all."""
        after = None if entry is None else (entry.rank, entry.key)
        query = Query(self._kind.entry, self._own(None), Order("rank", back), limit=1, after=after)
        return next(iter(self._session.find(query)), None)

    def _query(self, where: Condition | None) -> Query:
        return Query(self._kind.entry, self._own(where), Order("rank"))

    def _own(self, where: Condition | None) -> Condition:
        own = Eq(self._kind.owner_field, self.id)
        return own if where is None else And(own, where)


def _rank_between(low: Any | None, high: Any | None) -> str:
    if high is None:
        return rank.after(None if low is None else low.rank)
    return rank.before(high.rank) if low is None else rank.between(low.rank, high.rank)


def _check_ids(ids: Sequence[str], by_id: dict[str, Any]) -> None:
    seen = set[str]()
    for key in ids:
        if key not in by_id:
            raise InvalidValue("order", key, "it is not among the entries that can be moved; nothing was moved")
        if key in seen:
            raise InvalidValue("order", key, "it comes twice; nothing was moved")
        seen.add(key)
