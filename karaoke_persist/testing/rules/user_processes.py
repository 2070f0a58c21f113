"""Users, favourites and guests between processes."""

from __future__ import annotations

from karaoke_persist import Library
from karaoke_persist.contract import Capability
from karaoke_persist.testing import domain_workers
from karaoke_persist.testing.handles import Conformance, Place, require
from karaoke_persist.testing.processes import in_processes
from karaoke_persist.testing.rule import rule
from karaoke_persist.testing.rules.singers import check_one_claimed, prepare_claim
from karaoke_persist.testing.rules.users import check_one_registered


class UserProcessRules(Conformance):
    """What only one of several may do is done by one, also between processes."""

    @rule("U-16")
    def test_users_in_four_processes(self, library: Library, place: Place) -> None:
        """Of four processes that register one name, claim one guest or like one song at the same time, one does."""
        require(library, Capability.MULTI_PROCESS)
        prepare_claim(library, 4)
        outcomes = in_processes(domain_workers.race_for_ana, [(place, number) for number in range(4)])
        liked, claimed, registered = (list(each) for each in zip(*outcomes, strict=True))
        assert sorted(liked) == [False, False, False, True]
        check_one_claimed(library, claimed)
        check_one_registered(library, registered)
