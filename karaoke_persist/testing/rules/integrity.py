"""Integrity: keys, unique fields and references, by small models that only the kit stores."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import pytest

from karaoke_persist import AlreadyExists, InvalidValue, Library, ReferenceMissing, Song, StillReferenced
from karaoke_persist.contract import Change, Eq, Query
from karaoke_persist.models import Record
from karaoke_persist.session import Session
from karaoke_persist.testing.handles import Conformance, contents, nothing_changes, probing, stored
from karaoke_persist.testing.probes import Box, Folder, Seal, Shelf
from karaoke_persist.testing.rule import rule
from karaoke_persist.testing.samples import MOMENT, song
from karaoke_persist.testing.threads import outcome_of, together

E = TypeVar("E", bound=Exception)
Write = Callable[[Session, Record], object]


def by_insert(session: Session, row: Record) -> object:
    """A new row."""
    return session.insert(row)


def by_upsert(session: Session, row: Record) -> object:
    """A row that is new or not."""
    return session.upsert([row])


def by_patch(session: Session, row: Record) -> object:
    """A row that is there and changes."""
    key = row.integrity.key
    wanted = {name: getattr(row, name) for name in row.given}
    neutral = {name: f"neutral {name}" if name == "label" else None for name in wanted}
    session.insert(type(row).model_validate({key: row.key, **neutral}))
    return session.patch(type(row), row.key, wanted)


every_write: pytest.MarkDecorator = pytest.mark.parametrize("write", [by_insert, by_upsert, by_patch])


def refused(library: Library, write: Write, row: Record, error: type[E]) -> E:
    """The error with which a write is refused, in a transaction that does nothing else."""
    with pytest.raises(error) as caught, probing(library) as probe:
        write(probe, row)
    return caught.value


def put(library: Library, write: Write, row: Record) -> Callable[[], object]:
    """A write in a transaction of its own, for a thread."""

    def run() -> None:
        with probing(library) as probe:
            write(probe, row)

    return run


class IntegrityRules(Conformance):
    """Keys and unique fields are unique, references have something to name, deletions do what was declared."""

    @rule("I-01")
    def test_a_key_is_taken_once(self, library: Library, other: Library) -> None:
        """Inserting a key that is there is `AlreadyExists`, naming the model, the field and the key."""
        stored(library, Shelf(id="s", label="one"))
        with nothing_changes(other):
            error = refused(library, by_insert, Shelf(id="s", label="two"), AlreadyExists)
        assert (error.model, error.field, error.value) == ("Shelf", "id", "s")

    @rule("I-02")
    @every_write
    def test_a_unique_field_is_taken_once(self, library: Library, other: Library, write: Write) -> None:
        """A second row with the value of a unique field is `AlreadyExists`, naming the field, on every way to write."""
        stored(library, Shelf(id="s", label="one"))
        with nothing_changes(other):
            error = refused(library, write, Shelf(id="t", label="one"), AlreadyExists)
        assert (error.model, error.field, error.value) == ("Shelf", "label", "one")

    @rule("I-03")
    @every_write
    def test_unique_together(self, library: Library, other: Library, write: Write) -> None:
        """Fields that are unique together may repeat one by one, and not together: `AlreadyExists` names them all."""
        stored(library, Shelf(id="s", label="one", room="r", place=1), Shelf(id="t", label="two", room="r", place=2))
        with nothing_changes(other):
            error = refused(library, write, Shelf(id="u", label="three", room="r", place=1), AlreadyExists)
        assert (error.model, error.field, error.value) == ("Shelf", "room, place", ("r", 1))

    @rule("I-04")
    def test_absent_values_are_not_the_same(self, library: Library, other: Library) -> None:
        """Rows with None among their unique fields are not in each other's way."""
        stored(library, *(Shelf(id=f"{number}", label=f"{number}", room="r") for number in range(3)))
        assert len(contents(other)) == 3

    @rule("I-05")
    def test_a_unique_value_is_free_again(self, library: Library, other: Library) -> None:
        """A unique value is free once its row is deleted or changed, already in the same transaction."""
        stored(library, Shelf(id="s", label="one"), Shelf(id="t", label="two"))
        with probing(library) as probe:
            probe.delete(Shelf, "s")
            probe.patch(Shelf, "t", {"label": "three"})
            probe.insert(Shelf(id="u", label="one"))
            probe.insert(Shelf(id="v", label="two"))
        assert sorted(key for _, key in contents(other)) == ["t", "u", "v"]

    @rule("I-06")
    @pytest.mark.parametrize("write", [lambda s, rows: s.insert(*rows), lambda s, rows: s.upsert(rows)])
    def test_a_batch_against_itself(
        self, library: Library, other: Library, write: Callable[[Session, list[Record]], object]
    ) -> None:
        """Two rows of one batch with the same unique value are `AlreadyExists`, and none of the batch is stored."""
        rows: list[Record] = [Shelf(id="s", label="one"), Shelf(id="t", label="two"), Shelf(id="u", label="one")]
        with probing(library) as probe:
            with pytest.raises(AlreadyExists):
                write(probe, rows)
            probe.insert(Shelf(id="v", label="two"))
        assert [key for _, key in contents(other)] == ["v"]

    @rule("I-07")
    @every_write
    def test_a_reference_needs_its_target(self, library: Library, other: Library, write: Write) -> None:
        """A reference to what is not there is `ReferenceMissing`, naming field and target, on every way to write."""
        stored(library, Shelf(id="s", label="one"))
        with nothing_changes(other):
            error = refused(library, write, Seal(id="x", box="nowhere"), ReferenceMissing)
        assert (error.model, error.field, error.key) == ("Seal", "box", "nowhere")

    @rule("I-08")
    def test_an_absent_reference_is_free(self, library: Library, other: Library) -> None:
        """A reference that is None needs no target."""
        stored(library, Seal(id="x", box=None))
        assert list(contents(other)) == [("Seal", "x")]

    @rule("I-09")
    def test_a_target_of_the_same_transaction(self, library: Library, other: Library) -> None:
        """A reference may name what the same transaction has written before."""
        stored(library, Shelf(id="s", label="one"), Box(id="b", shelf="s"), Seal(id="x", box="b"))
        assert len(contents(other)) == 3

    @rule("I-10")
    def test_a_target_deleted_before(self, library: Library, other: Library) -> None:
        """A reference to what the same transaction has deleted is `ReferenceMissing`."""
        stored(library, Shelf(id="s", label="one"))
        with probing(library) as probe:
            probe.delete(Shelf, "s")
            with pytest.raises(ReferenceMissing):
                probe.insert(Box(id="b", shelf="s"))
        assert contents(other) == {}

    @rule("I-11")
    def test_restrict(self, library: Library, other: Library) -> None:
        """Deleting what a restricting reference names is `StillReferenced`, and nothing is deleted."""
        stored(library, Shelf(id="s", label="one"), Box(id="b", shelf="s"), Seal(id="x", box="b"))
        with nothing_changes(other), probing(library) as probe, pytest.raises(StillReferenced) as caught:
            probe.delete(Box, "b")
        assert (caught.value.model, caught.value.key, caught.value.by, caught.value.field) == (
            "Box",
            "b",
            "Seal",
            "box",
        )

    @rule("I-12")
    def test_restrict_ends_with_the_last(self, library: Library, other: Library) -> None:
        """What was named may be deleted once nothing names it, already in the same transaction."""
        stored(library, Shelf(id="s", label="one"), Box(id="b", shelf="s"), Seal(id="x", box="b"))
        with probing(library) as probe:
            probe.patch(Seal, "x", {"box": None})
            probe.delete(Box, "b")
        assert sorted(contents(other)) == [("Seal", "x"), ("Shelf", "s")]

    @rule("I-13")
    def test_cascade(self, library: Library, other: Library) -> None:
        """Deleting what a cascading reference names deletes what names it and no more; each deletion is told."""
        stored(library, Shelf(id="s", label="one"), Shelf(id="t", label="two"))
        stored(library, Box(id="a", shelf="s"), Box(id="b", shelf="s"), Box(id="c", shelf="t"))
        with probing(library) as probe:
            assert probe.delete(Shelf, "s")
        assert sorted(contents(other)) == [("Box", "c"), ("Shelf", "t")]
        assert set(probe.changes) == {
            Change("Box", "a", "deleted", 1, 0),
            Change("Box", "b", "deleted", 1, 0),
            Change("Shelf", "s", "deleted", 1, 0),
        }

    @rule("I-14")
    def test_set_null(self, library: Library, other: Library) -> None:
        """Deleting what a nullifying reference names makes that reference None, as an update that is told."""
        stored(library, Shelf(id="s", label="one"), Shelf(id="t", label="two"))
        stored(library, Box(id="a", shelf="s", origin="t"), Box(id="b", shelf="s", origin="s"))
        with probing(library) as probe:
            probe.delete(Shelf, "t")
        with probing(other, read_only=True) as seen:
            assert seen.get(Box, "a") == Box(id="a", shelf="s", origin=None, revision=2)
            assert seen.get(Box, "b") == Box(id="b", shelf="s", origin="s", revision=1)
        assert Change("Box", "a", "updated", 1, 2) in probe.changes

    @rule("I-15")
    def test_a_cascade_that_is_stopped(self, library: Library, other: Library) -> None:
        """A cascade that meets a restricting reference deletes nothing, tells nothing, and the session goes on."""
        stored(library, Shelf(id="s", label="one"), Shelf(id="t", label="two"))
        stored(library, Box(id="a", shelf="s"), Box(id="b", shelf="s"), Box(id="c", shelf="t", origin="s"))
        stored(library, Seal(id="x", box="b"))
        with nothing_changes(other), probing(library) as probe, pytest.raises(StillReferenced):
            probe.delete(Shelf, "s")
        assert probe.changes == ()

    @rule("I-16")
    def test_a_tree(self, library: Library, other: Library) -> None:
        """A cascade within one model deletes the whole branch, however deep, and leaves the others."""
        stored(library, Folder(id="root"), Folder(id="other", parent="root"))
        stored(library, *(Folder(id=f"{depth}", parent=f"{depth - 1}" if depth else "root") for depth in range(10)))
        with probing(library) as probe:
            probe.delete(Folder, "0")
        assert sorted(key for _, key in contents(other)) == ["other", "root"]

    @rule("I-17")
    def test_a_circle(self, library: Library, other: Library) -> None:
        """A cascade through rows that name each other, or themselves, deletes each of them once."""
        stored(library, Folder(id="a"), Folder(id="b", parent="a"), Folder(id="c", parent="b"), Folder(id="self"))
        with probing(library) as probe:
            probe.patch(Folder, "a", {"parent": "c"})
            probe.patch(Folder, "self", {"parent": "self"})
        with probing(library) as probe:
            probe.delete(Folder, "b")
            probe.delete(Folder, "self")
        assert contents(other) == {}
        assert sorted(change.key for change in probe.changes) == ["a", "b", "c", "self"]

    @rule("I-18")
    def test_deleting_what_is_not_there(self, library: Library, other: Library) -> None:
        """Deleting a key that is not there is False, and deletes nothing that names it by chance."""
        stored(library, Shelf(id="s", label="one"), Box(id="b", shelf="s"))
        with nothing_changes(other), probing(library) as probe:
            assert not probe.delete(Shelf, "b")

    @rule("I-19")
    def test_deleting_by_a_query(self, library: Library, other: Library) -> None:
        """Deleting by a query deletes its rows and what goes with them, and answers the number of its rows."""
        stored(library, *(Shelf(id=f"s{number}", label=f"{number}", room="r") for number in range(3)))
        stored(library, Shelf(id="kept", label="kept"), Box(id="a", shelf="s0"), Box(id="b", shelf="kept"))
        with probing(library) as probe:
            assert probe.delete_where(Query(Shelf, Eq("room", "r"))) == 3
        assert sorted(contents(other)) == [("Box", "b"), ("Shelf", "kept")]

    @rule("I-20")
    def test_a_race_for_a_unique_value(self, library: Library, other: Library) -> None:
        """Of several threads that take one unique value at the same time, exactly one gets it."""
        handles = [library, other, library, other]
        writes = [
            outcome_of(put(handle, by_insert, Shelf(id=f"{number}", label="one")))
            for number, handle in enumerate(handles)
        ]
        outcomes = together(*writes)
        assert [type(outcome) for outcome in outcomes if outcome is not None] == [AlreadyExists] * 3
        assert len(contents(library)) == 1

    @rule("I-21")
    def test_a_race_between_a_reference_and_a_deletion(self, library: Library, other: Library) -> None:
        """Of a reference and the deletion of its target at the same time, one is refused."""
        for number in range(5):
            stored(library, Shelf(id="s", label="one"), Box(id="b", shelf="s"))
            place = put(other, by_insert, Seal(id="x", box="b"))
            remove = put(library, lambda probe, row: probe.delete(Box, row.key), Box(id="b", shelf="s"))
            outcomes = together(outcome_of(place), outcome_of(remove))
            refused_with = [type(each) for each in outcomes if each is not None]
            assert refused_with in ([ReferenceMissing], [StillReferenced]), number
            with probing(library) as probe:
                probe.delete_where(Query(Seal))
                probe.delete(Shelf, "s")

    @rule("I-22")
    def test_what_the_library_keeps_itself(self, library: Library, other: Library) -> None:
        """What the library keeps itself raises no revision, is no event, and is not the host's to change."""
        with probing(library) as probe:
            probe.insert(song(play_count=9))
            probe.maintain(Song, "song-1", {"play_count": 1, "last_played_at": MOMENT})
            probe.upsert([song(title="New", play_count=7)])
            probe.maintain(Song, "song-1", {"play_count": 2})
            for attempt in ({"play_count": 3}, {"lastPlayedAt": None}):
                with pytest.raises(InvalidValue):
                    probe.patch(Song, "song-1", attempt)
            with pytest.raises(InvalidValue):
                probe.maintain(Song, "song-1", {"title": "x"})
        found = other.songs.get_song("song-1")
        assert found is not None
        assert (found.play_count, found.last_played_at, found.title, found.revision) == (2, MOMENT, "New", 2)
        assert [(change.kind, change.after) for change in probe.changes] == [("inserted", 1), ("updated", 2)]
