"""T1 and T2: the anomalies of isolation, each by its name, between processes."""

from __future__ import annotations

from karaoke_persist import Library
from karaoke_persist.contract import Capability
from karaoke_persist.testing import phenomena
from karaoke_persist.testing.handles import Conformance, Place, require
from karaoke_persist.testing.rule import rule
from karaoke_persist.testing.scripts import TROUPE, played


class ProcessIsolationRules(Conformance):
    """What no order of transactions one after the other gives is not seen between processes."""

    @rule("T1-20")
    def test_no_dirty_write_between_processes(self, library: Library, place: Place) -> None:
        """Between processes: of two transactions that write the same two rows, one's values stay, not some of each."""
        require(library, Capability.MULTI_PROCESS)
        history = played(phenomena.DIRTY_WRITE.script, library, place, TROUPE)
        assert phenomena.DIRTY_WRITE.is_absent(history), history

    @rule("T1-21")
    def test_no_aborted_read_between_processes(self, library: Library, place: Place) -> None:
        """Between processes: what a transaction wrote and undid, nobody sees at any time."""
        require(library, Capability.MULTI_PROCESS)
        history = played(phenomena.ABORTED_READ.script, library, place, TROUPE)
        assert phenomena.ABORTED_READ.is_absent(history), history

    @rule("T1-22")
    def test_no_intermediate_read_between_processes(self, library: Library, place: Place) -> None:
        """Between processes: nobody sees what a transaction wrote and wrote over before its commit."""
        require(library, Capability.MULTI_PROCESS)
        history = played(phenomena.INTERMEDIATE_READ.script, library, place, TROUPE)
        assert phenomena.INTERMEDIATE_READ.is_absent(history), history

    @rule("T1-23")
    def test_no_circular_reads_between_processes(self, library: Library, place: Place) -> None:
        """Between processes: of two transactions, not each sees what the other wrote."""
        require(library, Capability.MULTI_PROCESS)
        history = played(phenomena.CIRCULAR_READS.script, library, place, TROUPE)
        assert phenomena.CIRCULAR_READS.is_absent(history), history

    @rule("T1-24")
    def test_no_observed_vanishes_between_processes(self, library: Library, place: Place) -> None:
        """Between processes: who sees one write of a transaction sees all of them, until its own end."""
        require(library, Capability.MULTI_PROCESS)
        history = played(phenomena.OBSERVED_TRANSACTION_VANISHES.script, library, place, TROUPE)
        assert phenomena.OBSERVED_TRANSACTION_VANISHES.is_absent(history), history

    @rule("T1-25")
    def test_no_predicate_preceders_between_processes(self, library: Library, place: Place) -> None:
        """Between processes: rows counted by a condition are as many again when another inserted one."""
        require(library, Capability.MULTI_PROCESS)
        history = played(phenomena.PREDICATE_MANY_PRECEDERS.script, library, place, TROUPE)
        assert phenomena.PREDICATE_MANY_PRECEDERS.is_absent(history), history

    @rule("T1-26")
    def test_no_lost_update_between_processes(self, library: Library, place: Place) -> None:
        """Between processes: of two that read a number and write it raised, both count or one is refused."""
        require(library, Capability.MULTI_PROCESS)
        history = played(phenomena.LOST_UPDATE.script, library, place, TROUPE)
        assert phenomena.LOST_UPDATE.is_absent(history), history

    @rule("T1-27")
    def test_no_read_skew_between_processes(self, library: Library, place: Place) -> None:
        """Between processes: two rows that are changed together are read as both were before or both were after."""
        require(library, Capability.MULTI_PROCESS)
        history = played(phenomena.READ_SKEW.script, library, place, TROUPE)
        assert phenomena.READ_SKEW.is_absent(history), history

    @rule("T1-28")
    def test_no_write_skew_between_processes(self, library: Library, place: Place) -> None:
        """Between processes: of two that read both rows and change one each, the later saw the earlier's."""
        require(library, Capability.MULTI_PROCESS)
        history = played(phenomena.WRITE_SKEW.script, library, place, TROUPE)
        assert phenomena.WRITE_SKEW.is_absent(history), history

    @rule("T1-29")
    def test_no_phantom_between_processes(self, library: Library, place: Place) -> None:
        """Between processes: of two that count rows and insert one that counts, the later counted the earlier's."""
        require(library, Capability.MULTI_PROCESS)
        history = played(phenomena.PHANTOM.script, library, place, TROUPE)
        assert phenomena.PHANTOM.is_absent(history), history
