"""The schema: made when it is absent, the same for everybody, and at the revision that is needed."""

from __future__ import annotations

import pytest

from karaoke_persist import Library, OpenOptions, SchemaMismatch
from karaoke_persist.contract import Capability
from karaoke_persist.testing.handles import Conformance, Opener, Place, StoreUrl, add_songs, nothing_changes, require
from karaoke_persist.testing.processes import in_processes
from karaoke_persist.testing.rule import rule
from karaoke_persist.testing.samples import EVERY_FIELD, song
from karaoke_persist.testing.threads import Background, together
from karaoke_persist.testing.workers import open_and_store


class SchemaRules(Conformance):
    """Opening makes an absent schema; nothing is upgraded unasked."""

    @rule("M-01")
    def test_opening_makes_it(self, library: Library, other: Library) -> None:
        """Opening an empty database makes its schema, at the revision that is needed."""
        state = other.store.schema()
        assert (state.state, state.found) == ("current", state.expected)

    @rule("M-02")
    def test_migrating_what_is_current(self, library: Library, other: Library) -> None:
        """Migrating a current schema changes nothing and keeps every row."""
        add_songs(library, song(**EVERY_FIELD))
        with nothing_changes(other):
            assert library.store.migrate() == library.store.schema()
        assert library.store.schema().state == "current"

    @rule("M-03")
    def test_not_made_where_it_must_not_be(self, library: Library, open_library: Opener) -> None:
        """With `create_schema=False` an absent schema is `SchemaMismatch`, which says what to do, and stays absent."""
        require(library, Capability.PERSISTENT)
        for _ in range(2):
            with pytest.raises(SchemaMismatch, match="karaoke-persist schema --migrate") as caught:
                open_library("untouched", create_schema=False)
            assert (caught.value.state, caught.value.found) == ("absent", None)

    @rule("M-04")
    def test_a_schema_that_is_there(self, library: Library, open_library: Opener) -> None:
        """With `create_schema=False` a schema that is there is used."""
        add_songs(library, song())
        assert open_library(create_schema=False).songs.count_songs() == 1

    @rule("M-05")
    def test_threads_that_open_at_once(self, open_library: Opener) -> None:
        """Threads that open an empty database at the same time all succeed, and see each other's rows."""
        libraries = together(*[open_library] * 4)
        for number, library in enumerate(libraries):
            add_songs(library, song(f"{number}"))
        assert [library.songs.count_songs() for library in libraries] == [4] * 4

    @rule("M-06")
    def test_processes_that_open_at_once(
        self, library: Library, store_url: StoreUrl, store_options: OpenOptions, open_library: Opener
    ) -> None:
        """Four processes that open an empty database at the same time all succeed."""
        require(library, Capability.MULTI_PROCESS)
        places = [(Place(store_url("fresh"), store_options), f"{number}") for number in range(4)]
        assert in_processes(open_and_store, places) == ["current"] * 4
        assert open_library("fresh").songs.count_songs() == 4

    @rule("M-07")
    def test_two_databases(self, library: Library, open_library: Opener) -> None:
        """Databases of different names share nothing."""
        second = open_library("second")
        add_songs(library, song("a"))
        add_songs(second, song("b"))
        assert ([each.id for each in library.songs.get_songs()], second.songs.count_songs()) == (["a"], 1)

    @rule("M-08")
    def test_migrating_at_the_same_time(self, library: Library, other: Library) -> None:
        """Threads that migrate a current schema while others write all succeed, and no row is lost."""
        together(
            library.store.migrate,
            other.store.migrate,
            lambda: add_songs(library, song("a")),
            lambda: add_songs(other, song("b")),
        )
        assert library.songs.count_songs() == 2
        assert other.store.schema().state == "current"

    @rule("M-09")
    def test_a_migration_waits_for_the_writer(self, library: Library, open_library: Opener) -> None:
        """A migration while a transaction is open is done after it at the latest, and undoes none of it."""
        hasty = open_library()
        with library.transaction() as tx:
            tx.songs.create_or_update_song("a", "A", "x")
            migrating = Background(hasty.store.migrate)
            tx.songs.create_or_update_song("b", "B", "x")
        assert migrating.result().state == "current"
        assert library.songs.count_songs() == 2
