"""A queue is compared, step by step, with what plain lists say it must be."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

import karaoke_persist
from karaoke_persist.operations.queue.edits import KEPT

PLACES = st.integers(0, 50)


class QueueBesideLists(RuleBasedStateMachine):
    """Random edits and undos, then plays too. `order` and `held` are what they must come to."""

    @initialize()
    def open(self):
        """An empty queue."""
        self.library = karaoke_persist.open("memory://", on_error="raise")
        self.queue = self.library.queue
        self.library.songs.create_or_update_song("song", "Song", "x")
        self.order, self.held, self.number = [], frozenset(), 0
        self.undone, self.done = [], []
        self.playing, self.has_played = None, False

    def teardown(self):
        """Close it."""
        self.library.close()

    def edited(self, order, held=None):
        """What an edit must come to. If it changes something, it can be undone, and nothing can be redone."""
        after = (order, (self.held if held is None else held) & frozenset(order))
        if after != (self.order, self.held):
            self.done = [*self.done, (self.order, self.held)][-KEPT:]
            self.undone = []
            self.order, self.held = after

    def pick(self, place):
        """One of the entries."""
        return self.order[place % len(self.order)]

    def rev(self):
        """The queue's own."""
        return self.queue.view().rev

    @rule(place=PLACES)
    def add(self, place):
        """Add behind all, or in front of one."""
        self.number += 1
        new = f"e{self.number}"
        before = self.pick(place) if self.order and place % 2 else None
        position = self.queue.add("song", singer=new, entry_id=new, before=before).position
        index = len(self.order) if before is None else self.order.index(before)
        assert position == index + 1
        self.edited([*self.order[:index], new, *self.order[index:]])

    @precondition(lambda self: self.order)
    @rule(place=PLACES)
    def remove(self, place):
        """Take one out."""
        gone = self.pick(place)
        self.queue.remove(gone)
        self.edited([each for each in self.order if each != gone])

    @precondition(lambda self: self.order)
    @rule(place=PLACES, to=PLACES, by=st.sampled_from(["before", "after", "position"]))
    def move(self, place, to, by):
        """Move one beside another, or to a position."""
        moved = self.pick(place)
        rest = [each for each in self.order if each != moved]
        index = to % (len(rest) + 1)
        if by == "before" and index < len(rest):
            position = self.queue.move(moved, before=rest[index], pin=False)
        elif by == "after" and index > 0:
            position = self.queue.move(moved, after=rest[index - 1], pin=False)
        else:
            position = self.queue.move_to(moved, index + 1, expect=self.rev(), pin=False)
        assert position == index + 1
        self.edited([*rest[:index], moved, *rest[index:]])

    @precondition(lambda self: self.order)
    @rule(data=st.data())
    def reorder(self, data):
        """Let some take the slots of one another."""
        some = data.draw(st.lists(st.sampled_from(self.order), unique=True))
        self.queue.reorder(some, expect=self.rev(), pin=False)
        rest = iter(some)
        self.edited([next(rest) if each in some else each for each in self.order])

    @precondition(lambda self: self.order)
    @rule(place=PLACES, release=st.booleans())
    def hold_or_release(self, place, release):
        """Hold one, or let it wait again."""
        one = frozenset([self.pick(place)])
        (self.queue.release if release else self.queue.hold)(*one)
        self.edited(self.order, self.held - one if release else self.held | one)

    @rule()
    def clear(self):
        """Take all out."""
        assert self.queue.clear() == len(self.order)
        self.edited([])

    @precondition(lambda self: not self.has_played)
    @rule()
    def undo(self):
        """Take back the last edit."""
        assert (self.queue.undo() is not None) == bool(self.done)
        if self.done:
            self.undone.append((self.order, self.held))
            self.order, self.held = self.done.pop()

    @precondition(lambda self: not self.has_played)
    @rule()
    def redo(self):
        """Make it once more."""
        assert (self.queue.redo() is not None) == bool(self.undone)
        if self.undone:
            self.done.append((self.order, self.held))
            self.order, self.held = self.undone.pop()

    @precondition(lambda self: self.number > 6)
    @rule(skipped=st.booleans())
    def play_next(self, skipped):
        """Bring the first who is not held on stage."""
        self.has_played = True
        self.playing = next((each for each in self.order if each not in self.held), None)
        played = self.queue.play_next(skipped=skipped)
        assert (None if played is None else played.id) == self.playing
        self.order = [each for each in self.order if each != self.playing]

    @invariant()
    def the_queue_is_what_it_must_be(self):
        """Order, positions, states and the stage."""
        items = self.queue.entries()
        standing = [item for item in items if item.state != "playing"]
        assert [item.id for item in standing] == self.order
        assert [item.position for item in standing] == list(range(1, len(self.order) + 1))
        assert {item.id for item in standing if item.state == "held"} == self.held
        assert [item.id for item in items if item.position == 0] == [
            each for each in [self.playing] if each is not None
        ]


TestQueueBesideLists = QueueBesideLists.TestCase
TestQueueBesideLists.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
