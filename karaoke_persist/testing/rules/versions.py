"""D: which songs are versions of one another, which is preferred, and which seem to be the same."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

import pytest

from karaoke_persist import DuplicateGroup, InvalidValue, Library, NotFound, Song
from karaoke_persist.models.singer import singer_key
from karaoke_persist.operations.duplicates import Sameness
from karaoke_persist.testing.handles import Conformance, add_songs, nothing_changes, probing
from karaoke_persist.testing.rule import rule
from karaoke_persist.testing.samples import MOMENT, song

ANA: Final = singer_key("Ana")
BOB: Final = singer_key("Bob", "user-1")
LONGEST: Final = "ﷺ" * 27
"""Text of few bytes whose fold is long; two of these and a name are more than an index row holds."""


def played(library: Library, song_id: str, times: int) -> None:
    """Let a song have been sung so often."""
    with probing(library) as probe:
        probe.maintain(Song, song_id, {"play_count": times})


def ids(library: Library, song_id: str, *sources: str) -> list[str]:
    """The versions of a song, by id."""
    return [each.id for each in library.versions.get_versions(song_id, sources=sources)]


def offered(library: Library, song_id: str, singer: str | None = None, *sources: str) -> str | None:
    """The version that is offered, by id."""
    found = library.versions.get_preferred(song_id, singer=singer, sources=sources)
    return None if found is None else found.id


class VersionRules(Conformance):
    """Versions and preferences."""

    @rule("D-01")
    def test_versions(self, library: Library) -> None:
        """Songs whose artist and title are the same but for case, accents and width are versions of one another."""
        add_songs(library, song("a"), song("b", "JOGA", "björk"), song("c", "Ｊｏｇａ", "BJORK"))
        add_songs(library, song("d", "Jóga", "Other"), song("e", "Jóga live"), song("f", "Jóg"))
        assert [sorted(ids(library, song_id)) for song_id in "abc"] == [["a", "b", "c"]] * 3
        assert ids(library, "d") == ["d"]
        assert (ids(library, "nowhere"), offered(library, "nowhere")) == ([], None)

    @rule("D-02")
    def test_the_order_of_versions(self, library: Library) -> None:
        """Versions come by the host's sources, then the most played, then the oldest; hidden ones come last."""
        add_songs(library, song("old", date_added=MOMENT), song("new", date_added=MOMENT + timedelta(days=1)))
        add_songs(library, song("played", source="x"), song("vendor", source="sf"), song("undated", date_added=None))
        add_songs(library, song("hidden", source="sf", hidden=True))
        played(library, "played", 2)
        played(library, "hidden", 9)
        assert ids(library, "old") == ["played", "old", "new", "vendor", "undated", "hidden"]
        assert ids(library, "old", "sf", "x")[:3] == ["vendor", "played", "old"]
        assert offered(library, "old", None, "none", "sf") == "vendor"
        assert offered(library, "old") == "played"

    @rule("D-03")
    def test_preferences(self, library: Library, other: Library) -> None:
        """A singer is offered what she prefers, or else what the host does, or else the first version."""
        add_songs(library, song("a"), song("b", "JOGA"), song("c", "Joga"), song("x", "Other"))
        played(library, "a", 1)
        at = library.versions
        at.prefer("b")
        at.prefer("c", singer=ANA)
        at.prefer("x", singer=BOB)
        for song_id in "abc":
            assert [offered(other, song_id, who) for who in (ANA, BOB, None)] == ["c", "b", "b"]
        at.prefer("a", singer=ANA)
        assert offered(other, "b", ANA, "any") == "a"
        assert (at.forget_preference("c", singer=ANA), at.forget_preference("c", singer=ANA)) == (True, False)
        assert offered(other, "b", ANA) == "b"
        assert at.forget_preference("a") is True
        assert offered(other, "b", ANA) == "a"

    @rule("D-04")
    def test_a_preference_that_does_not_hold(self, library: Library) -> None:
        """A preference holds while its song is there and a version; after that it is as if it had not been made."""
        add_songs(library, song("a"), song("b"))
        library.versions.prefer("b")
        library.songs.patch_song("b", {"title": "Another"})
        assert offered(library, "a") == "a"
        library.songs.patch_song("b", {"title": "JÓGA"})
        assert offered(library, "a") == "b"
        library.songs.delete_song("b")
        assert offered(library, "a") == "a"

    @rule("D-05")
    def test_preference_mistakes(self, library: Library, other: Library) -> None:
        """A preference for what is not there, or by who is no singer, is refused; one for the longest names is not."""
        add_songs(library, song("a"), song("long", LONGEST, LONGEST))
        at = library.versions
        with nothing_changes(other):
            for call in (at.prefer, at.forget_preference):
                with pytest.raises(NotFound):
                    call("nowhere")
                for singer in ("Ana", "", 1):
                    with pytest.raises(InvalidValue):
                        call("a", singer=singer)  # type: ignore[arg-type]
            with pytest.raises(InvalidValue):
                at.get_versions("a", sources="sf")
        at.prefer("long", singer=singer_key(LONGEST))
        assert offered(library, "long", singer_key(LONGEST)) == "long"


def found(library: Library, by: Sameness, limit: int = 50) -> list[list[str]]:
    """The ids of every group, read page by page."""
    groups: list[DuplicateGroup] = []
    cursor: str | None = None
    while True:
        page = library.versions.find_duplicates(by, limit=limit, cursor=cursor)
        assert len(page.items) <= limit
        groups += page.items
        cursor = page.cursor
        if cursor is None:
            return [list(group.ids) for group in groups]


class DuplicateRules(Conformance):
    """Duplicates, in pages."""

    @rule("D-10")
    @pytest.mark.parametrize("limit", [1, 2, 50])
    def test_duplicates_by_name(self, library: Library, limit: int) -> None:
        """Songs of the same artist and title are found, letter by letter or folded, in pages of any size."""
        add_songs(library, song("a1"), song("a2"), song("b1", "joga", "BJORK"), song("b2", "joga", "BJORK"))
        add_songs(library, song("c1", "Jóga", "Other"), song("c2", "JÓGA", "Other"), song("d", "Jóga", "Alone"))
        add_songs(library, song("e", "Army of Me"), song("e2", "army of me"), song("f", "Zzz"), song("f2", "Zzz", "Y"))
        played(library, "b2", 3)
        assert found(library, "exact", limit) == [["a1", "a2"], ["b2", "b1"]]
        assert found(library, "folded", limit) == [["e", "e2"], ["c1", "c2"], ["b2", "a1", "a2", "b1"]]

    @rule("D-11")
    @pytest.mark.parametrize("by", ["video_id", "checksum"])
    def test_duplicates_by_identity(self, library: Library, by: Sameness) -> None:
        """Songs of the same video or recording are found whatever they are called; what is unknown is not the same."""
        for number, value in enumerate(["v1", "v2", "v1", "v3", "v2", "v1", None, None, "", ""]):
            add_songs(library, song(f"{number}", f"Title {number}").model_copy(update={by: value}))
        assert found(library, by, 1) == found(library, by) == [["0", "2", "5"], ["1", "4"]]

    @rule("D-14")
    @pytest.mark.parametrize("limit", [1, 50])
    def test_duplicates_that_are_nearly_the_same(self, library: Library, limit: int) -> None:
        """Fuzzy groups are of one artist but for case and accents, each song like the one with the least id."""
        add_songs(library, song("a1", "Bohemian Rhapsody", "Queen"), song("a2", "Bohemian Rapsody!", "QUEEN"))
        add_songs(library, song("a3", "Bohemian Rhapsodies", "Queen"), song("a4", "We Will Rock You", "Queen"))
        add_songs(library, song("b1", "Bohemian Rhapsody", "Queen B"), song("c1", "abcd", "C"), song("c2", "abce", "C"))
        # Of four letters one differs: 0.75. c3 is like c2 and not like c1, so it is in no group.
        add_songs(library, song("c3", "abfe", "C"), song("d1", "Jóga", "Björk"), song("d2", "JOGA", "Bjork"))
        by_id = [sorted(group) for group in found(library, "fuzzy", limit)]
        assert by_id == [["d1", "d2"], ["a1", "a2", "a3"]]
        page = library.versions.find_duplicates("fuzzy", likeness=0.7)
        assert [sorted(group.ids) for group in page.items] == [["d1", "d2"], ["c1", "c2"], ["a1", "a2", "a3"]]

    @rule("D-12")
    def test_pages_while_songs_change(self, library: Library) -> None:
        """Between two pages songs may come and go: no later group is lost or shown twice."""
        add_songs(library, *(song(f"{title}{number}", title) for title in "abc" for number in (1, 2)))
        first = library.versions.find_duplicates(limit=2)
        library.songs.delete_song("b2")
        add_songs(library, song("a0", "a"), song("d1", "D"), song("d2", "d"))
        rest = library.versions.find_duplicates(limit=2, cursor=first.cursor)
        assert [sorted(group.ids) for group in (*first.items, *rest.items)] == [
            ["a1", "a2"],
            ["b1", "b2"],
            ["c1", "c2"],
            ["d1", "d2"],
        ]

    @rule("D-13")
    def test_duplicate_mistakes(self, library: Library) -> None:
        """A sameness that is not known, a page of nothing and a foreign cursor are refused."""
        add_songs(library, song("a"), song("b"), song("c", "x"), song("d", "x"))
        at = library.versions
        cursor = at.find_duplicates(limit=1).cursor
        assert cursor is not None
        mistakes: list[dict[str, Any]] = [{"by": "similar"}, {"limit": 0}, {"cursor": "nonsense"}]
        mistakes.append({"by": "exact", "cursor": cursor})
        mistakes += [{"by": "fuzzy", "likeness": likeness} for likeness in (0.49, 1.01, "0.9", True, float("nan"))]
        for arguments in mistakes:
            with pytest.raises(InvalidValue):
                at.find_duplicates(**arguments)
