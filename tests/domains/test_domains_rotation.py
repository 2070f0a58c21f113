"""Rotation: the order of each policy, what it guarantees, and what keeps its place."""

from __future__ import annotations

import time
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from karaoke_persist import InvalidValue, PluginBroken
from karaoke_persist.contract.rotation import Placed, Rotation, RotationEntry
from karaoke_persist.operations.rotation import POLICIES, arranged

FAIR = ("history-fair", "round-robin")


def entry(name: str) -> RotationEntry:
    """`A2` is the second song of A, `AB1` a duet of A and B."""
    return RotationEntry(name, tuple(name.rstrip("0123456789")))


def rotation(queue: str, turns: str = "", playing: str | None = None, locked: str | None = None) -> Rotation:
    """A rotation in shorthand; who is on stage is the last of the turns."""
    on_stage = None if playing is None else entry(playing)
    sung = [tuple(turn) for turn in turns.split()] + ([] if on_stage is None else [on_stage.singers])
    return Rotation(tuple(map(entry, queue.split())), tuple(sung), on_stage, None if locked is None else entry(locked))


def order(policy: str, asked: Rotation) -> str:
    """The ids in the order of a policy."""
    return " ".join(placed.id for placed in arranged(policy, asked, {}))


def reasons(policy: str, asked: Rotation) -> list[str]:
    """Why the entries stand where they do."""
    return [placed.reason for placed in arranged(policy, asked, {})]


# the scenarios


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("history-fair", "B1 C1 A2 A3 A4 A5"),
        ("round-robin", "B1 C1 A2 A3 A4 A5"),
        ("first-come", "A2 A3 A4 A5 B1 C1"),
    ],
)
def test_one_who_asked_for_five_songs(policy: str, expected: str) -> None:
    """A is on stage and has four more songs; B and C come before A's second in the fair policies."""
    assert order(policy, rotation("A2 A3 A4 A5 B1 C1", playing="A1")) == expected


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("history-fair", "D1 A9 B9 C9 D2 D3 D4"),
        ("round-robin", "A9 B9 C9 D1 D2 D3 D4"),
        ("first-come", "A9 B9 C9 D1 D2 D3 D4"),
    ],
)
def test_a_newcomer_at_midnight(policy: str, expected: str) -> None:
    """A, B and C sang four songs each; history-fair lets D, who comes with four, sing one first, and then wait."""
    assert order(policy, rotation("A9 B9 C9 D1 D2 D3 D4", "A B C " * 4)) == expected


def test_who_sang_longest_ago_comes_first() -> None:
    """History-fair goes by the last turn of each singer, however often she sang."""
    assert order("history-fair", rotation("A1 B1 C1 D1", "C B B D A")) == "C1 B1 D1 A1"


def test_a_duet_counts_for_both() -> None:
    """The latest turn of its members places a duet, and once sung it is a turn of each."""
    assert order("history-fair", rotation("AB1 C1 D1", "A C B")) == "D1 C1 AB1"
    assert order("history-fair", rotation("AB1 A2 B2 C1 C2")) == "AB1 C1 A2 B2 C2"


def test_the_announced_one_has_a_turn_already() -> None:
    """Who was announced as the next comes behind the others with a further song."""
    for policy in FAIR:
        assert order(policy, rotation("A2 B2 C1", playing="B1", locked="A1")) == "C1 B2 A2"


def test_round_robin_knows_only_the_stage() -> None:
    """Round-robin leaves out what was sung before the song on stage."""
    assert order("round-robin", rotation("A1 B2 C1", "C A A", playing="B1")) == "A1 C1 B2"


@pytest.mark.parametrize("policy", POLICIES)
def test_an_empty_queue(policy: str) -> None:
    """Nothing waiting is nothing to arrange."""
    assert arranged(policy, rotation(""), {}) == []


def test_reasons() -> None:
    """Each entry says why it stands where it does."""
    asked = rotation("A2 B2 C2 D2 E1 F2 E2", "F B C", playing="A1", locked="D1")
    assert list(zip(order("history-fair", asked).split(), reasons("history-fair", asked), strict=True)) == [
        ("E1", "has not sung tonight"),
        ("F2", "last sang 4 turns ago"),
        ("B2", "last sang 3 turns ago"),
        ("C2", "last sang 2 turns ago"),
        ("A2", "is on stage now"),
        ("D2", "is announced as the next already"),
        ("E2", "waits behind their own earlier song"),
    ]
    assert reasons("history-fair", rotation("A2", "A")) == ["was the last to sing"]
    assert reasons("round-robin", rotation("A2 B1", "B", playing="A1")) == [
        "has no turn before this one",
        "is on stage now",
    ]
    assert reasons("first-come", rotation("A1")) == ["in the order of the queue"]


# what holds of every queue

SINGERS = st.lists(st.sampled_from("ABCDE"), min_size=1, max_size=3, unique=True).map(tuple)


@st.composite
def rotations(draw: st.DrawFn) -> Rotation:
    """Queues of few singers and many duets, so that they meet."""
    sets = draw(st.lists(SINGERS, max_size=14))
    entries = [RotationEntry(f"{number:02}", singers) for number, singers in enumerate(sets)]
    turns = draw(st.lists(SINGERS, max_size=8))
    playing = RotationEntry("playing", turns[-1]) if turns and draw(st.booleans()) else None
    locked = RotationEntry("locked", draw(SINGERS)) if draw(st.booleans()) else None
    return Rotation(tuple(entries), tuple(turns), playing, locked)


def candidates(waiting: Sequence[RotationEntry]) -> list[RotationEntry]:
    """The entries before which none of their members has another, found by looking at each pair."""
    return [
        each
        for place, each in enumerate(waiting)
        if not any(set(each.singers) & set(before.singers) for before in waiting[:place])
    ]


def steps(policy: str, asked: Rotation) -> list[tuple[list[RotationEntry], RotationEntry]]:
    """For each place, the entries that still waited, and the one that was taken."""
    by_id = {each.id: each for each in asked.entries}
    waiting, found = list(asked.entries), []
    for placed in arranged(policy, asked, {}):
        found.append((list(waiting), by_id[placed.id]))
        waiting.remove(by_id[placed.id])
    return found


@given(rotations())
def test_history_fair_is_what_is_written(asked: Rotation) -> None:
    """Each time, of the candidates, the one with the least recent last turn of its members, first in stored order."""
    turns = [*asked.turns, *([] if asked.locked is None else [asked.locked.singers])]
    for waiting, taken in steps("history-fair", asked):
        marks = [
            max((number for number, turn in enumerate(turns) if set(turn) & set(each.singers)), default=-1)
            for each in candidates(waiting)
        ]
        assert candidates(waiting)[marks.index(min(marks))] == taken
        turns.append(taken.singers)


@pytest.mark.parametrize("policy", FAIR)
@given(asked=rotations())
def test_each_other_singer_passes_at_most_once(policy: str, asked: Rotation) -> None:
    """Once an entry is first of all its members, each other singer passes it at most once."""
    taken = steps(policy, asked)
    for start, (waiting, _) in enumerate(taken):
        for candidate in candidates(waiting):
            passing = []
            for _, each in taken[start:]:
                if each == candidate:
                    break
                passing += each.singers
            assert len(passing) == len(set(passing))


@pytest.mark.parametrize("policy", FAIR)
@given(asked=rotations())
def test_nobody_sings_twice_in_a_row(policy: str, asked: Rotation) -> None:
    """Nobody sings twice in a row while an entry that could be taken shares no member with the last turn."""
    known = asked.turns if policy == "history-fair" or asked.playing is not None else ()
    before = set(asked.locked.singers if asked.locked is not None else known[-1] if known else ())
    for waiting, taken in steps(policy, asked):
        if set(taken.singers) & before:
            assert all(set(each.singers) & before for each in candidates(waiting))
        before = set(taken.singers)


@pytest.mark.parametrize("policy", FAIR)
@given(asked=rotations())
def test_nobody_alone_sings_twice_in_a_row(policy: str, asked: Rotation) -> None:
    """Without duets nobody sings twice in a row while anybody else waits."""
    alone = Rotation(tuple(RotationEntry(each.id, each.singers[:1]) for each in asked.entries))
    before: tuple[str, ...] = ()
    for waiting, taken in steps(policy, alone):
        if taken.singers == before:
            assert {each.singers for each in waiting} == {before}
        before = taken.singers


@pytest.mark.parametrize("policy", POLICIES)
@given(asked=rotations())
def test_a_singers_own_order_is_kept(policy: str, asked: Rotation) -> None:
    """The songs of one singer stay in their order, and nothing is lost or doubled."""
    taken = [each for _, each in steps(policy, asked)]
    for singer in "ABCDE":
        own = [each.id for each in taken if singer in each.singers]
        assert own == [each.id for each in asked.entries if singer in each.singers]
    assert sorted(each.id for each in taken) == [each.id for each in asked.entries]


@pytest.mark.parametrize("policy", POLICIES)
def test_a_thousand_entries(policy: str) -> None:
    """A queue ten times as long takes about ten times as long to arrange, not a hundred times."""

    def seconds(length: int) -> float:
        singers = [(f"s{number * 7 % 97}", f"t{number % 31}") for number in range(length)]
        asked = Rotation(tuple(RotationEntry(str(number), each) for number, each in enumerate(singers)))
        begin = time.process_time()
        arranged(policy, asked, {})
        return time.process_time() - begin

    short = min(seconds(1_000) for _ in range(5))
    assert min(seconds(10_000) for _ in range(5)) < 40 * short


# places that are kept


def test_fixed_entries_keep_their_places() -> None:
    """Pinned, held and announced entries stand where they stood, and the others fill in around them."""
    fixed = {0: Placed("next", "announced"), 3: Placed("pinned", "pinned"), 4: Placed("held", "held")}
    placed = arranged("history-fair", rotation("A1 A2 B1"), fixed)
    assert [each.id for each in placed] == ["next", "A1", "B1", "pinned", "held", "A2"]
    assert placed[3] is fixed[3]


@given(rotations(), st.dictionaries(st.integers(0, 20), st.integers(), max_size=5))
def test_places_are_kept_as_far_as_the_list_goes(asked: Rotation, places: dict[int, int]) -> None:
    """What is fixed is at its place, or in that order at the end of too short a list; the rest is in the policy's."""
    fixed = {place: Placed(f"fixed {place}", "") for place in places}
    placed = [each.id for each in arranged("round-robin", asked, fixed)]
    assert len(placed) == len(asked.entries) + len(fixed)
    assert [each for each in placed if not each.startswith("fixed")] == order("round-robin", asked).split()
    assert [each for each in placed if each.startswith("fixed")] == [f"fixed {place}" for place in sorted(places)]
    if all(place < len(placed) for place in places):
        assert all(placed[place] == f"fixed {place}" for place in places)


# policies that are wrong


def test_an_unknown_policy() -> None:
    """A policy that is not there is `InvalidValue` with those that are."""
    with pytest.raises(InvalidValue, match=r"history-fair, round-robin, first-come .*'fairest'"):
        arranged("fairest", rotation("A1"), {})


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ([], "left out 'A1'"),
        ([Placed("A1", ""), Placed("A1", ""), Placed("B1", "")], "'A1' twice"),
        ([Placed("A1", ""), Placed("B1", ""), Placed("C1", "")], "'C1' twice, or it is none"),
        (["A1", "B1"], "Placed"),
        ([Placed("A1", None), Placed("B1", "")], "Placed"),
        (None, "TypeError"),
    ],
)
def test_a_policy_that_answers_wrongly(answer: object, problem: str) -> None:
    """A policy must answer every entry once, with a reason; otherwise it is named as broken."""
    with pytest.raises(PluginBroken, match=problem) as caught:
        arranged("mine", rotation("A1 B1"), {}, {"mine": lambda _: answer})
    assert caught.value.plugin == "rotation policy mine"


def test_a_policy_that_fails() -> None:
    """What a policy raises is the cause of the error that names it."""

    def failing(_: Rotation) -> list[Placed]:
        raise OSError("no luck")

    with pytest.raises(PluginBroken, match="no luck") as caught:
        arranged("mine", rotation("A1"), {}, {"mine": failing})
    assert isinstance(caught.value.__cause__, OSError)
