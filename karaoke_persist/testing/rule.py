"""A rule: one promise of the contract, as a test with an id and a sentence."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any, Final, Literal, Protocol, TypeVar, cast

import pytest

F = TypeVar("F", bound=Callable[..., None])

TOPICS: Final = {
    "T1": "Write sessions are serializable",
    "T2": "A read-only session sees one snapshot",
    "T2s": "One-shot reads",
    "T3": "Waiting for the writer",
    "T4": "All or nothing",
    "T5": "Savepoints",
    "T6": "Own writes, and those of others",
    "T7": "Read-only sessions do not write",
    "T8": "Domain errors change nothing",
    "T9": "Storage errors end a session",
    "T10": "Optimistic writes",
    "T11": "Durability",
    "V": "Values and their limits",
    "I": "Integrity",
    "S": "Songs",
    "O": "Order and paging",
    "Q": "Queries and measures",
    "R": "Search and its ranking",
    "E": "Errors",
    "N": "Events",
    "M": "Schema",
    "U": "Users and their log-in",
    "F": "Favourites",
    "G": "Singers",
    "H": "History",
    "K": "The queue of a room",
    "A": "Rotation of a queue",
    "Z": "Undo and redo of a queue",
    "J": "Jobs",
    "D": "Versions and duplicates",
    "C": "Capabilities and the life of a store",
    "L": "Ordered lists",
    "P": "Playlists",
    "Y": "The library folder",
    "W": "Importing from elsewhere",
    "B": "Copies, archives and backups",
}
"""What a rule is about, by the part of its id before the dash."""

FULL_ALONE: Final = frozenset({"R", "N", "U", "F", "G", "L", "P", "H", "K", "A", "Z", "J", "D", "Y", "W"})
"""The topics that the level Core leaves out: a backend without them answers less, and loses and falsifies nothing."""

Level = Literal["core", "full"]
"""How much of the contract a backend is held to."""


class UnderTest(Protocol):
    """What a rule asks of the class that it is tested in."""

    level: Level
    known_gaps: Mapping[str, str]
    shown_id: str
    """The id of the running test, with what it is parametrised by."""

    @property
    def contract_version(self) -> str:
        """The version of the contract that the backend declares."""
        ...

    def check_nothing_left(self) -> None:
        """Fail if a session is still open."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One promise. `since` is the version of the contract that introduced it."""

    id: str
    sentence: str
    since: str

    @property
    def topic(self) -> str:
        """What the rule is about."""
        return TOPICS[self.id.rpartition("-")[0]]

    @property
    def level(self) -> Level:
        """The least level that the rule belongs to."""
        return "full" if self.id.rpartition("-")[0] in FULL_ALONE else "core"


class ConformanceWarning(UserWarning):
    """A backend breaks a rule that is newer than the contract version it declares."""


def rule(rule_id: str, *, since: str = "1.0") -> Callable[[F], F]:
    """Mark a test method as a rule; its docstring is the rule's sentence, and pytest shows the id in the test's name.

    A backend that declares an older contract than `since` is warned, not failed: the test ends as an expected failure.
    So does a rule that is among the `known_gaps`, and it fails when it holds after all. When a test has ended, no
    session may be left open.
    """

    def mark(test: F) -> F:
        stated = Rule(rule_id, inspect.cleandoc(test.__doc__ or "").replace("\n", " "), since)

        @wraps(test)
        def checked(self: UnderTest, *args: Any, **kwargs: Any) -> None:
            __tracebackhide__ = True
            if stated.level == "full" and self.level == "core":
                pytest.skip("not among the rules of the level core")
            gap = self.known_gaps.get(self.shown_id, self.known_gaps.get(rule_id))
            try:
                test(self, *args, **kwargs)
                self.check_nothing_left()
            except (Exception, pytest.fail.Exception) as failure:
                if gap is not None:
                    pytest.xfail(f"known gap: {gap}")
                _excuse(stated, self.contract_version, failure)
                raise
            if gap is not None:
                pytest.fail(f"{self.shown_id} holds, and is no known gap any more ({gap}): {stated.sentence}")

        checked.__dict__["rule"] = stated
        shown = pytest.mark.parametrize("conformance_rule", [stated], ids=[rule_id], indirect=True).mark
        others = checked.__dict__.pop("pytestmark", [])
        checked.__dict__["pytestmark"] = [shown, *others]  # first, so that ids begin with the rule's
        return cast(F, checked)

    return mark


def rule_of(test: object) -> Rule | None:
    """The rule that a test method states, if it states one."""
    stated = getattr(test, "rule", None)
    return stated if isinstance(stated, Rule) else None


def is_newer(rule_version: str, declared: str) -> bool:
    """Whether a rule came with a later contract than the declared one."""
    return _numbers(rule_version) > _numbers(declared)


def _excuse(broken: Rule, declared: str, failure: BaseException) -> None:
    if is_newer(broken.since, declared):
        told = f"{broken.id} came with contract {broken.since}, this backend declares {declared}: {broken.sentence}"
        warnings.warn(f"{told} ({type(failure).__name__}: {failure})", ConformanceWarning, stacklevel=3)
        pytest.xfail(told)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
