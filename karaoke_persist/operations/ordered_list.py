"""Lists in an order of their own: what playlists and queues share.

An entry's place is a text key (`karaoke_persist.models.rank`), unique within its list; the position that people see is
counted from it. A move writes one entry and the list's `rev`, whatever the length of the list.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from karaoke_persist.contract import Aggregate, And, Condition, Eq, Order, Query
from karaoke_persist.contract.checks import check_revision
from karaoke_persist.errors import InvalidValue, NotFound, StaleWrite
from karaoke_persist.models import Record, rank
from karaoke_persist.models.json_values import INT64_MAX
from karaoke_persist.session import Session

Gap: TypeAlias = tuple[Any | None, Any | None]
"""Two entries with nothing between them; None is the start or the end of the list."""


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
        self._session, self._kind = session, kind
        self.id: str = list_id
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
        check_revision(self._kind.owner, rev)
        found = self.rev
        if found != rev:
            raise StaleWrite(self._kind.owner.__name__, self.id, rev, found)

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

    def at(self, position: int) -> Any | None:
        """The entry at a position, counted from 1, or None behind the last."""
        check_position(position)
        query = Query(self._kind.entry, self._own(None), Order("rank"), limit=1, offset=position - 1)
        return next(iter(self._session.find(query)), None)

    # gaps

    def start(self) -> Gap:
        """In front of the first entry."""
        return None, self._neighbour(None, back=False)

    def end(self) -> Gap:
        """Behind the last entry."""
        return self._neighbour(None, back=True), None

    def before(self, entry_id: str) -> Gap:
        """In front of an entry."""
        entry = self.entry(entry_id)
        return self._neighbour(entry, back=True), entry

    def after(self, entry_id: str) -> Gap:
        """Behind an entry."""
        entry = self.entry(entry_id)
        return entry, self._neighbour(entry, back=False)

    def beside(self, before: str | None, after: str | None) -> Gap:
        """In front of one entry, or behind another, or at the end if neither is named."""
        if before is not None and after is not None:
            raise InvalidValue("before", before, f"it goes before one entry or after one ({after!r}); name one of them")
        if before is not None:
            return self.before(before)
        return self.end() if after is None else self.after(after)

    def at_position(self, position: int) -> Gap:
        """Where a new entry has to go to be at a position."""
        check_position(position)
        if position == 1:
            return self.start()
        previous = self.at(position - 1)
        if previous is None:
            raise self._out_of_range(position, self._count() + 1)
        return self.after(previous.key)

    def moved_to(self, entry_id: str, position: int) -> Gap:
        """Where an entry of the list has to go to be at a position."""
        entry, there = self.entry(entry_id), self.at(position)
        if there is None:
            raise self._out_of_range(position, self._count())
        return self.after(there.key) if entry.rank < there.rank else self.before(there.key)

    # ranks

    def ranks(self, gap: Gap, number: int = 1) -> list[str]:
        """So many ranks within a gap. When one would be too long, the whole list is spread first."""
        made = rank.many(*_ranks_of(gap), number)
        if max(map(len, made), default=0) <= rank.LONGEST:
            return made
        self._spread()
        get = self._session.get
        low, high = (None if each is None else get(self._kind.entry, each.key) for each in gap)
        return rank.many(*_ranks_of((low, high)), number)

    def rank_at_end(self) -> str:
        """Behind the last entry."""
        return self.ranks(self.end())[0]

    def rank_at_start(self) -> str:
        """In front of the first entry."""
        return self.ranks(self.start())[0]

    def rank_before(self, entry_id: str) -> str:
        """In front of an entry."""
        return self.ranks(self.before(entry_id))[0]

    def rank_after(self, entry_id: str) -> str:
        """Behind an entry."""
        return self.ranks(self.after(entry_id))[0]

    def rank_at(self, position: int, among: Sequence[Any]) -> str:
        """Where an entry has to stand to be at a position, from 1 on, when it joins `among`, which is in order."""
        check_position(position)
        if position > len(among) + 1:
            raise self._out_of_range(position, len(among) + 1)
        if position <= len(among):
            return self.rank_before(among[position - 1].key)
        return self.rank_after(among[-1].key) if among else self.rank_at_end()

    # moving

    def move(self, entry_id: str, gap: Gap) -> bool:
        """Move an entry into a gap, and raise the `rev`; False if it stands there already, and nothing changes."""
        entry = self.entry(entry_id)
        if any(each is not None and each.key == entry.key for each in gap):
            return False
        self.put(entry_id, self.ranks(gap)[0])
        self.changed()
        return True

    def put(self, entry_id: str, new_rank: str) -> None:
        """Move one entry to a rank of this list."""
        self._session.patch(self._kind.entry, entry_id, {"rank": new_rank})

    def reorder(self, ids: Iterable[str], among: Sequence[Any], **also: Any) -> list[Any]:
        """Let the named entries take, in this order, the places that they hold now; those that moved, as they were.

        Of those that moved, what else is named changes too. One that comes twice, or is not `among` those that may
        move, is `InvalidValue`, and nothing changes.
        """
        by_id = {entry.key: entry for entry in among}
        listed = _checked_ids(ids, by_id)
        ranks = sorted(by_id[key].rank for key in listed)
        pairs = [(by_id[key], new) for key, new in zip(listed, ranks, strict=True) if by_id[key].rank != new]
        self._session.upsert([entry.replaced({"rank": new, **also}) for entry, new in pairs])
        return [entry for entry, _ in pairs]

    def replace_order(self, ids: Iterable[str], among: Sequence[Any]) -> list[Any]:
        """The same for all of them: the ids are exactly those of `among`."""
        return self.reorder(whole_order(ids, among), among)

    def _spread(self) -> None:
        self.spread = entries = self.entries()
        ranks = rank.spread(len(entries))
        self._session.upsert([entry.replaced({"rank": new}) for entry, new in zip(entries, ranks, strict=True)])

    def _neighbour(self, entry: Any | None, *, back: bool) -> Any | None:
        """The entry next to another, or the first or last of all."""
        after = None if entry is None else (entry.rank, entry.key)
        query = Query(self._kind.entry, self._own(None), Order("rank", back), limit=1, after=after)
        return next(iter(self._session.find(query)), None)

    def _count(self) -> int:
        return int(self._session.aggregate(Aggregate(self._kind.entry, self._own(None)))[0][0])

    @staticmethod
    def _out_of_range(position: object, last: int) -> InvalidValue:
        return InvalidValue("position", position, f"a whole number from 1 to {last} is expected")

    def _query(self, where: Condition | None) -> Query:
        return Query(self._kind.entry, self._own(where), Order("rank"))

    def _own(self, where: Condition | None) -> Condition:
        own = Eq(self._kind.owner_field, self.id)
        return own if where is None else And(own, where)


def _ranks_of(gap: Gap) -> tuple[str | None, str | None]:
    low, high = gap
    return None if low is None else low.rank, None if high is None else high.rank


def check_position(position: object) -> None:
    """Refuse what is no position."""
    if type(position) is not int or not 1 <= position <= INT64_MAX:
        raise InvalidValue("position", position, "a whole number from 1 on is expected")


def whole_order(ids: Iterable[str], among: Sequence[Any]) -> list[str]:
    """Ids that are exactly those of the entries, each once; anything else is `InvalidValue`."""
    by_id = {entry.key: entry for entry in among}
    listed = _checked_ids(ids, by_id)
    if missing := by_id.keys() - set(listed):
        raise InvalidValue("order", listed, f"{min(missing)!r} is missing; name every entry once")
    return listed


def _checked_ids(ids: Iterable[str], by_id: dict[str, Any]) -> list[str]:
    if isinstance(ids, str) or not isinstance(ids, Iterable):
        raise InvalidValue("order", ids, "the ids of entries are expected, as a list; nothing was moved")
    listed, seen = list(ids), set[str]()
    for key in listed:
        if not isinstance(key, str) or key not in by_id:
            raise InvalidValue("order", key, "it is not among the entries that can be moved; nothing was moved")
        if key in seen:
            raise InvalidValue("order", key, "it comes twice; nothing was moved")
        seen.add(key)
    return listed
