"""L: lists in an order of their own, shown by playlists."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from karaoke_persist import (
    Change,
    InvalidValue,
    Library,
    NotFound,
    Playlist,
    PlaylistEntry,
    ReferenceMissing,
    StaleWrite,
)
from karaoke_persist.contract import Capability, Eq, Order, Query
from karaoke_persist.models import rank
from karaoke_persist.operations import PlaylistOperations
from karaoke_persist.testing.domain_workers import add_and_move
from karaoke_persist.testing.handles import (
    Conformance,
    Opener,
    Place,
    add_songs,
    nothing_changes,
    probing,
    require,
    stored,
)
from karaoke_persist.testing.listening import Recorder
from karaoke_persist.testing.processes import in_processes
from karaoke_persist.testing.rule import rule
from karaoke_persist.testing.samples import songs
from karaoke_persist.testing.threads import together
from karaoke_persist.testing.trials import TRIALS

LIST = "list"
STEPS = st.lists(st.tuples(st.sampled_from("abfpmrsx"), st.integers(0, 30), st.integers(0, 30)), max_size=12)
"""What to do, and two numbers from which places in the list are made."""


def filled(library: Library, count: int = 5) -> list[str]:
    """A list of so many entries, `e0`, `e1` and so on; their ids."""
    add_songs(library, *songs(3))
    library.playlists.create("List", playlist_id=LIST)
    with library.transaction() as tx:
        return [tx.playlists.add(LIST, "song-000", entry_id=f"e{number}").id for number in range(count)]


def entries(library: Library) -> list[PlaylistEntry]:
    """The entries in their order, as the host sees them at positions 1, 2 and so on."""
    items = library.playlists.get_contents(LIST, limit=1_000).items
    assert [item.position for item in items] == list(range(1, len(items) + 1))
    return [item.entry for item in items if item.entry is not None]


def order(library: Library) -> list[str]:
    """The ids of the entries in their order."""
    return [entry.id for entry in entries(library)]


def rev(library: Library) -> int:
    """How often the list has changed."""
    found = library.playlists.get(LIST)
    assert found is not None
    return found.rev


def crowded(library: Library) -> list[str]:
    """A list in which no key fits between the second and the third entry; the ids of its entries."""
    add_songs(library, *songs(3))
    stored(library, Playlist(id=LIST, name="List"))
    keys = ["1", "1" * (rank.LONGEST - 1) + "3", "1" * (rank.LONGEST - 1) + "4", "z"]
    found = [
        PlaylistEntry(id=f"e{number}", playlist_id=LIST, rank=key, song_id="song-000")
        for number, key in enumerate(keys)
    ]
    stored(library, *found)
    return [entry.id for entry in found]


class OrderedListRules(Conformance):
    """The order, its keys, and what a change costs."""

    @rule("L-01")
    def test_keys_and_positions(self, library: Library, other: Library) -> None:
        """Entries have positions from 1 on without a gap, and keys over 0-9a-z that are unique and in their order."""
        ids = filled(library)
        library.playlists.move(LIST, ids[4], before=ids[1])
        library.playlists.remove(LIST, ids[0])
        keys = [entry.rank for entry in entries(other)]
        assert order(other) == ["e4", "e1", "e2", "e3"]
        assert keys == sorted(set(keys))
        assert set("".join(keys)) <= set(rank.DIGITS)

    @rule("L-02")
    def test_a_move_writes_one_row(self, library: Library, open_library: Opener) -> None:
        """A move writes the entry that moves and the counter of its list, whatever the length of the list."""
        ids = filled(library, 40)
        before = {entry.id: entry for entry in entries(library)}
        recorder = Recorder()
        listened = open_library(plugins=[recorder])
        listened.playlists.move(LIST, ids[30], after=ids[2])
        listened.playlists.move_to(LIST, ids[7], 35)
        assert recorder.changes == [
            Change("PlaylistEntry", "e30", "updated", 1, 2),
            Change("PlaylistEntry", "e7", "updated", 1, 2),
        ]
        unmoved = [entry for entry in entries(library) if entry.id not in ("e30", "e7")]
        assert unmoved == [before[entry.id] for entry in unmoved]
        assert len(unmoved) == 38

    @rule("L-03")
    def test_appending(self, library: Library) -> None:
        """Appending counts keys up, so that after hundreds none is longer, and writes no other entry."""
        filled(library, 300)
        assert max(len(entry.rank) for entry in entries(library)) <= 8
        assert {entry.revision for entry in entries(library)} == {1}

    @rule("L-04")
    def test_a_crowded_place(self, library: Library, other: Library) -> None:
        """When a key would be over 120 characters, the list is spread in the same transaction, its order kept."""
        ids = crowded(library)
        added = library.playlists.add(LIST, "song-001", before=ids[2])
        assert order(other) == [ids[0], ids[1], added.id, ids[2], ids[3]]
        assert max(len(entry.rank) for entry in entries(other)) < 20
        assert rev(other) == 1

    @rule("L-05")
    def test_a_crowded_place_undone(self, library: Library, other: Library) -> None:
        """A list that was spread for an entry which could not be added, or moved, is as it was before."""
        ids = crowded(library)
        with nothing_changes(other):
            with pytest.raises(ReferenceMissing), library.transaction() as tx:
                tx.playlists.add(LIST, "nobody", before=ids[2])
            with library.transaction() as tx:
                with pytest.raises(ReferenceMissing):
                    tx.playlists.add(LIST, "nobody", before=ids[2])
                with pytest.raises(KeyboardInterrupt), tx.savepoint():
                    tx.playlists.move(LIST, ids[0], after=ids[1])
                    raise KeyboardInterrupt

    @rule("L-06")
    def test_rev_counts_changes(self, library: Library, other: Library) -> None:
        """Every change of a list raises its `rev` by one, whatever its size, and not the revision of the list."""
        ids = filled(library)
        at = library.playlists
        made = at.get(LIST)
        changes: list[Callable[[], object]] = [
            lambda: at.add(LIST, "song-001"),
            lambda: at.add_many(LIST, ["song-001", "song-002"], before=ids[0]),
            lambda: at.add_at(LIST, 2, ["song-001", "song-002"]),
            lambda: at.move(LIST, ids[0]),
            lambda: at.move_to(LIST, ids[0], 1),
            lambda: at.reorder(LIST, [ids[2], ids[1]]),
            lambda: at.replace_order(LIST, order(library)[::-1]),
            lambda: at.remove(LIST, ids[0]),
            lambda: at.remove_many(LIST, ids[1:3]),
            lambda: at.clear(LIST),
        ]
        for number, change in enumerate(changes, 6):
            change()
            assert rev(other) == number
        assert made is not None
        assert other.playlists.get(LIST) == made.replaced({"rev": rev(other)})

    @rule("L-07")
    def test_what_changes_nothing(self, library: Library, other: Library) -> None:
        """A move to where the entry stands, an order that is there already, and nothing to add raise no `rev`."""
        ids = filled(library)
        at = library.playlists
        with nothing_changes(other):
            at.move(LIST, ids[4])
            at.move(LIST, ids[1], before=ids[2])
            at.move(LIST, ids[1], after=ids[0])
            at.move(LIST, ids[1], after=ids[1])
            at.move_to(LIST, ids[2], 3)
            at.reorder(LIST, [])
            at.reorder(LIST, ids[1:3])
            at.replace_order(LIST, ids)
            at.add_many(LIST, [])
            assert at.remove_many(LIST, []) == 0

    @rule("L-08")
    def test_moves_beside_another_win(self, library: Library, other: Library) -> None:
        """A move before or after an entry needs no token and takes effect, whatever has changed in between."""
        ids = filled(library)
        other.playlists.move(LIST, ids[1], after=ids[4])
        library.playlists.move(LIST, ids[3], before=ids[1])
        other.playlists.remove(LIST, ids[2])
        library.playlists.move(LIST, ids[4], after=ids[0])
        assert order(other) == ["e0", "e4", "e3", "e1"]

    @rule("L-09")
    def test_stale_tokens(self, library: Library, other: Library) -> None:
        """What names positions or an order is `StaleWrite` when the list is not at the `rev` that it expects."""
        ids = filled(library)
        at = library.playlists
        calls: list[Callable[[int], object]] = [
            lambda expect: at.move_to(LIST, ids[0], 5, expect=expect),
            lambda expect: at.reorder(LIST, [ids[2], ids[1]], expect=expect),
            lambda expect: at.replace_order(LIST, order(library)[::-1], expect=expect),
            lambda expect: at.add_at(LIST, 1, ["song-001"], expect=expect),
        ]
        for call in calls:
            now = rev(other)
            for stale in (now - 1, now + 1):
                with nothing_changes(other), pytest.raises(StaleWrite) as caught:
                    call(stale)
                assert (caught.value.model, caught.value.expected, caught.value.found) == ("Playlist", stale, now)
            call(now)
            assert rev(other) == now + 1
        with nothing_changes(other), pytest.raises(InvalidValue):
            calls[0](True)

    @rule("L-10")
    def test_partial_reorder(self, library: Library, other: Library) -> None:
        """Entries that are reordered take, in the order given, the places they held; the others stay where they are."""
        filled(library, 6)
        library.playlists.reorder(LIST, ["e4", "e1", "e3"])
        assert order(other) == ["e0", "e4", "e2", "e1", "e3", "e5"]
        library.playlists.replace_order(LIST, ["e5", "e4", "e3", "e2", "e1", "e0"])
        assert order(other) == ["e5", "e4", "e3", "e2", "e1", "e0"]

    @rule("L-11")
    def test_wrong_orders(self, library: Library, other: Library) -> None:
        """An entry that is named twice or is of another list is an error, so is a full order without all of them."""
        ids = filled(library)
        library.playlists.create("Other", playlist_id="other")
        foreign = library.playlists.add("other", "song-000").id
        wrong: list[Callable[[], object]] = [
            lambda: library.playlists.reorder(LIST, [ids[1], ids[0], ids[1]]),
            lambda: library.playlists.reorder(LIST, [ids[1], ids[0], foreign]),
            lambda: library.playlists.reorder(LIST, ["nobody"]),
            lambda: library.playlists.reorder(LIST, ids[0]),
            lambda: library.playlists.reorder(LIST, [["e0"]]),  # type: ignore[list-item]
            lambda: library.playlists.replace_order(LIST, ids[:4]),
            lambda: library.playlists.replace_order(LIST, [*ids, ids[0]]),
            lambda: library.playlists.replace_order(LIST, [*ids[:4], foreign]),
        ]
        for call in wrong:
            with nothing_changes(other), pytest.raises(InvalidValue):
                call()
        beside: list[Callable[[], object]] = [
            lambda: library.playlists.move(LIST, ids[0], before=foreign),
            lambda: library.playlists.move(LIST, foreign, before=ids[0]),
            lambda: library.playlists.move(LIST, "nobody"),
            lambda: library.playlists.add(LIST, "song-000", after=foreign),
            lambda: library.playlists.move_to(LIST, foreign, 1),
        ]
        for call in beside:
            with nothing_changes(other), pytest.raises(NotFound):
                call()
        with nothing_changes(other), pytest.raises(InvalidValue, match="name one of them"):
            library.playlists.move(LIST, ids[0], before=ids[1], after=ids[2])

    @rule("L-12")
    def test_positions(self, library: Library, other: Library) -> None:
        """An entry that is moved or added to a position is at that position; one outside the list is `InvalidValue`."""
        filled(library, 4)
        for place in (1, 2, 3, 4, 1, 3, 2, 4):
            library.playlists.move_to(LIST, "e1", place)
            assert order(other).index("e1") == place - 1
        for place in (1, 3, 7):
            added = library.playlists.add_at(LIST, place, ["song-001"])
            assert order(other).index(added.entries[0].id) == place - 1
        for position in (0, -1, 8, 2**63, True, "1", 1.0):
            with nothing_changes(other), pytest.raises(InvalidValue, match="position"):
                library.playlists.move_to(LIST, "e1", cast(int, position))
        for at in (0, -1, 9, 2**64, True, None):
            with nothing_changes(other), pytest.raises(InvalidValue, match="position"):
                library.playlists.add_at(LIST, cast(int, at), ["song-001"])

    @rule("L-13")
    def test_many_at_one_place(self, library: Library, other: Library) -> None:
        """Many songs that are added in the middle come in their order, with short keys, and write no other entry."""
        ids = filled(library, 2)
        added = library.playlists.add_many(LIST, ["song-001"] * 200, after=ids[0])
        assert order(other) == [ids[0], *(entry.id for entry in added.entries), ids[1]]
        assert max(len(entry.rank) for entry in entries(other)) <= 16
        assert {entry.revision for entry in entries(other)} == {1}

    @rule("L-14")
    def test_like_a_plain_list(self, library: Library) -> None:
        """Whatever is added, moved, reordered and removed, the order is that of a plain list treated the same."""
        add_songs(library, *songs(3))

        @TRIALS
        @given(STEPS)
        def check(steps: list[tuple[str, int, int]]) -> None:
            with library.transaction() as tx:
                tx.playlists.create("List", playlist_id=LIST)
                plain: list[str] = []
                changes = sum(_step(tx.playlists, plain, number, step) for number, step in enumerate(steps))
                items, found = tx.playlists.get_contents(LIST).items, tx.playlists.get(LIST)
                assert [item.entry.id for item in items if item.entry is not None] == plain
                assert found is not None
                assert found.rev == changes
                tx.rollback()

        check()

    @rule("L-15")
    def test_threads(self, library: Library, other: Library) -> None:
        """Eight threads that add and move lose nothing: all entries are there, keys differ, `rev` counts changes."""
        ids = filled(library, 3)

        def working(handle: Library, number: int) -> Callable[[], None]:
            def work() -> None:
                for time in range(4):
                    entry_id = f"t{number}-{time}"
                    handle.playlists.add(LIST, "song-001", entry_id=entry_id, after=ids[time % 3])
                    handle.playlists.move(LIST, entry_id, before=ids[(time + 1) % 3])

            return work

        together(*(working((library, other)[number % 2], number) for number in range(8)))
        expected = {f"t{number}-{time}" for number in range(8) for time in range(4)}
        found = entries(other)
        assert {entry.id for entry in found} == expected | set(ids)
        assert len({entry.rank for entry in found}) == len(found) == 35
        assert [entry.id for entry in found if entry.id in ids] == ids
        assert rev(other) == 3 + _moves_and_adds(found)

    @rule("L-16")
    def test_processes(self, library: Library, place: Place) -> None:
        """Four processes that add and move lose nothing either."""
        require(library, Capability.MULTI_PROCESS)
        filled(library, 2)
        answers = in_processes(add_and_move, [(place, LIST, 5)] * 4)
        found = entries(library)
        assert {entry.id for entry in found} == {"e0", "e1", *(entry_id for ids in answers for entry_id in ids)}
        assert len({entry.rank for entry in found}) == len(found) == 22
        assert rev(library) == 2 + _moves_and_adds(found)

    @rule("L-17")
    def test_entries_come_in_the_order_of_their_keys(self, library: Library) -> None:
        """The order that the host sees is the order of the keys in the store."""
        ids = filled(library, 6)
        library.playlists.replace_order(LIST, ids[::-1])
        with probing(library, read_only=True) as probe:
            found = probe.find(Query(PlaylistEntry, Eq("playlist_id", LIST), Order("rank")))
        assert [entry.id for entry in found] == order(library) == ids[::-1]


def _moves_and_adds(found: list[PlaylistEntry]) -> int:
    """The changes that made these entries, `e…` apart: each was added once, and moved as its revision says."""
    return sum(entry.revision for entry in found if not entry.id.startswith("e"))


def _step(at: PlaylistOperations, plain: list[str], number: int, step: tuple[str, int, int]) -> bool:
    """Do one thing to the playlist and to a plain list; whether it changed something."""
    what, one, two = step
    before = list(plain)
    if what in "ab" or not plain:
        _add(at, plain, f"n{number}", one % (len(plain) + 1))
        return True
    entry, target = plain[one % len(plain)], plain[two % len(plain)]
    if what == "x":
        at.remove(LIST, entry)
        plain.remove(entry)
    elif what == "r":
        chosen = list(dict.fromkeys([entry, target]))
        at.reorder(LIST, chosen)
        for place, entry_id in zip(sorted(plain.index(each) for each in chosen), chosen, strict=True):
            before[place] = entry_id
        plain[:], before = before, list(plain)
    elif what == "s":
        at.replace_order(LIST, plain[::-1])
        plain.reverse()
    elif what == "p":
        position = two % len(plain)
        at.move_to(LIST, entry, position + 1)
        plain.remove(entry)
        plain.insert(position, entry)
    elif entry != target:
        at.move(LIST, entry, before=target if what == "f" else None, after=None if what == "f" else target)
        plain.remove(entry)
        plain.insert(plain.index(target) + (what == "m"), entry)
    return plain != before


def _add(at: PlaylistOperations, plain: list[str], entry_id: str, place: int) -> None:
    before = plain[place] if place < len(plain) else None
    at.add(LIST, "song-002", entry_id=entry_id, before=before)
    plain.insert(place, entry_id)
