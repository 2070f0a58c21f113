"""A list comes into another order by moving as few entries as possible."""

from hypothesis import given
from hypothesis import strategies as st

from karaoke_persist.models import rank
from karaoke_persist.operations.queue.least_moves import least_moves, longest_rising

KEYS = [f"k{number}" for number in range(12)]


def ranked(keys):
    """Ranks in the order of the keys."""
    return dict(zip(keys, rank.spread(len(keys)), strict=True))


def longest_by_trying(values):
    """The length of a longest rising subsequence, by the definition."""
    best = [1] * len(values)
    for later, value in enumerate(values):
        for earlier in range(later):
            if values[earlier] < value:
                best[later] = max(best[later], best[earlier] + 1)
    return max(best, default=0)


@given(st.permutations(KEYS), st.integers(0, 12))
def test_the_list_is_in_the_order_wanted(order, size):
    """With the new ranks the entries stand in the order wanted, no two at one place, and nobody at a taken one."""
    wanted = order[:size]
    before = ranked(sorted(wanted))
    taken = [rank.between(low, high) for low, high in zip(before.values(), list(before.values())[1:], strict=False)]

    moved = least_moves(wanted, before, taken)
    after = {**before, **moved}

    assert sorted(wanted, key=after.__getitem__) == wanted
    assert len({*after.values(), *taken}) == len(after) + len(taken)


@given(st.permutations(KEYS))
def test_no_more_move_than_must(order):
    """All but a longest run of entries in the right order get new ranks, and these alone."""
    moved = least_moves(order, ranked(KEYS))

    assert len(moved) == len(KEYS) - longest_by_trying([KEYS.index(key) for key in order])


@given(st.lists(st.integers(0, 30), unique=True))
def test_the_longest_run_is_a_run(numbers):
    """The run is of places that rise, at which the values rise."""
    values = [f"{number:02}" for number in numbers]
    places = longest_rising(values)

    assert places == sorted(set(places))
    assert [values[place] for place in places] == sorted(values[place] for place in places)
    assert len(places) == longest_by_trying(values)


def test_a_whole_list_turned_round_keeps_its_keys_short():
    """Of 1,000 entries in the opposite order 999 move, and no key grows beyond a few characters more."""
    keys = [f"{number:04}" for number in range(1_000)]

    moved = least_moves(keys[::-1], ranked(keys))

    assert len(moved) == 999
    assert max(map(len, moved.values())) <= 12


def test_a_newcomer_in_front_of_many():
    """One entry that comes from the end to the front is the only one to move."""
    keys = [f"{number:04}" for number in range(1_000)]

    assert list(least_moves([keys[-1], *keys[:-1]], ranked(keys))) == [keys[-1]]
