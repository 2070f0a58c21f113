"""T1 and T2: the anomalies of isolation, each by its name, between threads."""

from __future__ import annotations

from karaoke_persist import Library
from karaoke_persist.testing import phenomena
from karaoke_persist.testing.handles import Conformance, Place
from karaoke_persist.testing.rule import rule
from karaoke_persist.testing.scripts import played, threads


class IsolationRules(Conformance):
    """What no order of transactions one after the other gives is not seen between threads."""

    @rule("T1-10")
    def test_no_dirty_write_between_threads(self, library: Library, place: Place) -> None:
        """No dirty write: of two transactions that write the same two rows, one's values stay, never some of each."""
        history = played(phenomena.DIRTY_WRITE.script, library, place, threads)
        assert phenomena.DIRTY_WRITE.is_absent(history), history

    @rule("T1-11")
    def test_no_aborted_read_between_threads(self, library: Library, place: Place) -> None:
        """No aborted read: what a transaction wrote and undid, nobody sees at any time."""
        history = played(phenomena.ABORTED_READ.script, library, place, threads)
        assert phenomena.ABORTED_READ.is_absent(history), history

    @rule("T1-12")
    def test_no_intermediate_read_between_threads(self, library: Library, place: Place) -> None:
        """No intermediate read: nobody sees what a transaction wrote and wrote over before its commit."""
        history = played(phenomena.INTERMEDIATE_READ.script, library, place, threads)
        assert phenomena.INTERMEDIATE_READ.is_absent(history), history

    @rule("T1-13")
    def test_no_circular_reads_between_threads(self, library: Library, place: Place) -> None:
        """No circular reads: of two transactions, not each sees what the other wrote."""
        history = played(phenomena.CIRCULAR_READS.script, library, place, threads)
        assert phenomena.CIRCULAR_READS.is_absent(history), history

    @rule("T1-14")
    def test_no_observed_vanishes_between_threads(self, library: Library, place: Place) -> None:
        """No observed transaction vanishes: who sees one write of a transaction sees all of them, until its own end."""
        history = played(phenomena.OBSERVED_TRANSACTION_VANISHES.script, library, place, threads)
        assert phenomena.OBSERVED_TRANSACTION_VANISHES.is_absent(history), history

    @rule("T1-15")
    def test_no_predicate_preceders_between_threads(self, library: Library, place: Place) -> None:
        """No predicate with many preceders: rows counted by a condition are as many again when another inserted one."""
        history = played(phenomena.PREDICATE_MANY_PRECEDERS.script, library, place, threads)
        assert phenomena.PREDICATE_MANY_PRECEDERS.is_absent(history), history

    @rule("T1-16")
    def test_no_lost_update_between_threads(self, library: Library, place: Place) -> None:
        """No lost update: of two that read a number and write it raised, both count or one is refused."""
        history = played(phenomena.LOST_UPDATE.script, library, place, threads)
        assert phenomena.LOST_UPDATE.is_absent(history), history

    @rule("T1-17")
    def test_no_read_skew_between_threads(self, library: Library, place: Place) -> None:
        """No read skew: two rows that are changed together are read as both were before or both were after."""
        history = played(phenomena.READ_SKEW.script, library, place, threads)
        assert phenomena.READ_SKEW.is_absent(history), history

    @rule("T1-18")
    def test_no_write_skew_between_threads(self, library: Library, place: Place) -> None:
        """No write skew: of two that read both rows and change one each, the later saw the earlier's."""
        history = played(phenomena.WRITE_SKEW.script, library, place, threads)
        assert phenomena.WRITE_SKEW.is_absent(history), history

    @rule("T1-19")
    def test_no_phantom_between_threads(self, library: Library, place: Place) -> None:
        """No phantom: of two that count rows and insert one that counts, the later counted the earlier's."""
        history = played(phenomena.PHANTOM.script, library, place, threads)
        assert phenomena.PHANTOM.is_absent(history), history
