"""Merging singers, against a model that fits in a sentence."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

import karaoke_persist
from karaoke_persist import Library, singer_key, user_key
from karaoke_persist.testing.night import perform, queue_up, sung_by, waiting


def singer_of(who: tuple[str, str | None]) -> str:
    """The singer that somebody is."""
    return singer_key(*who)


NAMES = ("Ana", "ÁNA", "Bob", "Zoë")
WHO = st.tuples(st.sampled_from(NAMES), st.sampled_from([None, "u1", "u2"]))
SINGERS = [user_key("u1"), user_key("u2"), *sorted({singer_key(name) for name in NAMES})]
SUNG = st.lists(st.lists(WHO, min_size=1, max_size=4, unique_by=singer_of), max_size=4)


def furnished(sung: list[list[tuple[str, str | None]]]) -> Library:
    """A library in which these sing together, in queue and history alike."""
    library = karaoke_persist.open("memory://", on_error="raise")
    library.users.register("user 1", user_id="u1")
    library.users.register("user 2", user_id="u2")
    for number, singers in enumerate(sung):
        queue_up(library, f"e{number}", *singers)
        perform(library, f"p{number}", *singers)
    return library


def first_of_each(rows: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Of rows with the same singer, the first."""
    return [row for place, row in enumerate(rows) if row[1] not in {singer for _, singer in rows[:place]}]


@settings(deadline=None)
@given(SUNG, st.sampled_from(SINGERS), st.sampled_from(SINGERS))
def test_who_was_one_singer_is_the_other(sung: list[list[tuple[str, str | None]]], old: str, new: str) -> None:
    """Each row of the old singer is the new one's, under its name; of two in one entry the first stays."""
    if old == new or (old.startswith("user:") and new.startswith("name:")):
        return
    with furnished(sung) as library:
        library.singers.merge_singers(old, new)
        keys = [[(name, singer_key(name, user)) for name, user in singers] for singers in sung]
        moved = [first_of_each([(name, new if key == old else key) for name, key in rows]) for rows in keys]
        for found in (waiting(library), sung_by(library)):
            assert [[row[:2] for row in rows] for rows in found.values()] == moved
            assert all(
                (user is not None) == singer.startswith("user:") for rows in found.values() for _, singer, user in rows
            )


@settings(deadline=None)
@given(SUNG)
def test_who_is_deleted_is_a_mere_name(sung: list[list[tuple[str, str | None]]]) -> None:
    """No row names the user any more; each is of the name under which it stood, the first of two."""
    with furnished(sung) as library:
        library.users.delete("u1")
        keys = [[(name, singer_key(name, None if user == "u1" else user)) for name, user in row] for row in sung]
        for found in (waiting(library), sung_by(library)):
            assert [[row[:2] for row in rows] for rows in found.values()] == [first_of_each(rows) for rows in keys]
