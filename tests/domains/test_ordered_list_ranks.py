"""Order keys: there is always room for another, appending does not make them longer, none ends where nothing fits."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as some

from karaoke_persist.models import rank
from karaoke_persist.testing.trials import TRIALS

KEYS = some.text(rank.DIGITS, min_size=1, max_size=20).filter(lambda key: not key.endswith("0"))
PAIRS = some.tuples(KEYS, KEYS).filter(lambda pair: pair[0] != pair[1]).map(sorted)


def check_in_order(keys):
    """Keys rise strictly, over the alphabet alone, and leave room in front of each."""
    assert all(low < high for low, high in pairwise(keys))
    assert all(set(key) <= set(rank.DIGITS) and not key.endswith("0") for key in keys)


@TRIALS
@given(PAIRS)
def test_between_two_keys_is_another(pair):
    """A key between two lies between them, and is at most one digit longer than the longer."""
    low, high = pair

    made = rank.between(low, high)

    check_in_order([low, made, high])
    assert len(made) <= max(len(low), len(high)) + 1


@TRIALS
@given(KEYS)
def test_there_is_room_at_either_end(key):
    """A key has others before and after it, and between it and the beginning and the end of all."""
    check_in_order([rank.before(key), key, rank.after(key)])
    check_in_order([rank.between(None, key), key, rank.between(key, None)])


@pytest.mark.parametrize(("low", "high"), [("b", "a"), ("a", "a"), ("ab", "a")])
def test_there_is_nothing_between_keys_out_of_order(low, high):
    """Keys that are not in order are refused, rather than answered with a key that lies elsewhere."""
    with pytest.raises(ValueError, match="not in order"):
        rank.between(low, high)


@pytest.mark.parametrize("step", [rank.after, rank.before])
def test_a_thousand_at_an_end_keep_keys_short(step):
    """Appending and prepending count, so that the thousandth key is as short as the first may be."""
    keys = []
    for _ in range(1_000):
        keys.append(step(keys[-1] if keys else None))

    check_in_order(keys if step is rank.after else keys[::-1])
    assert max(map(len, keys)) <= 8


def test_behind_the_last_number_keys_are_halved():
    """Where counting ends, keys grow, and are still in order."""
    keys = ["z" * 8]
    for _ in range(20):
        keys.append(rank.after(keys[-1]))

    check_in_order(keys)


def test_insertions_at_one_place_lengthen_keys_slowly():
    """Five insertions at one place cost a digit, so that about six hundred fit before a list is spread anew."""
    low, high, number = "i", "j", 0
    while len(low) <= rank.LONGEST:
        low, number = rank.between(low, high), number + 1

    assert number > 550


@TRIALS
@given(some.none() | KEYS, some.none() | KEYS, some.integers(0, 60))
def test_many_keys_lie_between_two(one, other, number):
    """So many keys as are asked for lie between two keys, or between one and an end, in their order."""
    low, high = (one, other) if None in (one, other) or one < other else (other, one)
    if low is not None and low == high:
        return

    made = rank.many(low, high, number)

    assert len(made) == number
    check_in_order([key for key in (low, *made, high) if key is not None])


def test_many_keys_in_the_middle_are_short():
    """Ten thousand keys between two neighbours are a few digits longer, since they halve what is there."""
    assert max(map(len, rank.many("i", "j", 10_000))) <= 8


@TRIALS
@given(some.integers(0, 400))
def test_spread_keys_leave_room(number):
    """Keys that are spread are short and in order, and so are the ends on."""
    keys = list(rank.spread(number))

    check_in_order(keys)
    assert len(keys) == number
    assert max(map(len, keys), default=0) <= 8
