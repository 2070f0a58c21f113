"""Groups of titles that are nearly the same."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from karaoke_persist.operations.fuzzy_duplicates import stars
from karaoke_persist.testing.trials import TRIALS

Titles = dict[str, str]


def likeness(one: str, other: str) -> float:
    """Twice the longest common subsequence by the sum of the lengths, by the textbook's table."""
    if not one and not other:
        return 1.0
    row = [0] * (len(other) + 1)
    for letter in one:
        above = row
        row = [0]
        for place, another in enumerate(other):
            row.append(above[place] + 1 if letter == another else max(above[place + 1], row[-1]))
    return 2 * row[-1] / (len(one) + len(other))


@TRIALS
@given(st.dictionaries(st.text("abc", min_size=1, max_size=2), st.text("xyz ", max_size=8), max_size=8))
def test_stars(titles: Titles) -> None:
    """Every song of a group is like its least one, no song is in two, and what is left is like no centre before it."""
    groups = list(stars(list(titles.items()), 0.7))
    taken = [key for group in groups for key in group]
    assert len(taken) == len(set(taken))
    for centre, *others in groups:
        assert others
        assert all(centre < key and likeness(titles[centre], titles[key]) >= 0.7 - 1e-9 for key in others)
    for key in titles.keys() - set(taken):
        left = [other for other in titles.keys() - set(taken) if other != key]
        assert all(likeness(titles[key], titles[other]) < 0.7 + 1e-9 for other in left)


def test_no_chains() -> None:
    """A song that is like a member, but not like the centre, begins a group of its own or is alone."""
    assert list(stars([("1", "abcd"), ("2", "abce"), ("3", "abfe"), ("4", "abfe")], 0.75)) == [["1", "2"], ["3", "4"]]
