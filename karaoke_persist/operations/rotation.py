"""Putting a queue in the order of a policy, around the entries that keep their places."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from karaoke_persist.contract.policies import POLICIES
from karaoke_persist.contract.rotation import Placed, Rotation, RotationPolicies, RotationPolicy
from karaoke_persist.errors import InvalidValue, PluginBroken

__all__ = ["POLICIES", "arranged", "policy_named"]


def arranged(
    policy: str, rotation: Rotation, fixed: Mapping[int, Placed], policies: RotationPolicies = POLICIES
) -> list[Placed]:
    """The whole waiting list in the order of a policy.

    `fixed` are the entries that are none of the rotation's, by the place that each keeps, from 0 on: those held or
    pinned, and the locked one at 0. The others fill in around them. One whose place lies beyond the end of the list
    comes at its end.

    An unknown policy is `InvalidValue`. One that fails, or does not answer every entry once, is `PluginBroken`.
    """
    order = _checked(policy, rotation, _answer(policy, policy_named(policy, policies), rotation))
    return list(_filled(order, fixed))


def policy_named(name: str, policies: RotationPolicies = POLICIES) -> RotationPolicy:
    """The policy of a name; an unknown one is `InvalidValue` with those there are."""
    if name not in policies:
        raise InvalidValue("policy", name, f"there is no such rotation policy; choose one of {', '.join(policies)}")
    return policies[name]


def _filled(order: Sequence[Placed], fixed: Mapping[int, Placed]) -> Iterator[Placed]:
    rest = iter(order)
    for place in range(len(order) + len(fixed)):
        placed = fixed[place] if place in fixed else next(rest, None)
        if placed is not None:
            yield placed
    length = len(order) + len(fixed)
    yield from (fixed[place] for place in sorted(fixed) if place >= length)


def _answer(name: str, policy: RotationPolicy, rotation: Rotation) -> Sequence[Any]:
    try:
        return list(policy(rotation))
    except Exception as error:
        raise _broken(name, f"it raised {error!r}") from error


def _checked(name: str, rotation: Rotation, answer: Sequence[Any]) -> list[Placed]:
    """What a policy answered, if it is every entry of the rotation, each once, with a reason."""
    due = {entry.id for entry in rotation.entries}
    for each in answer:
        if not isinstance(each, Placed) or not isinstance(each.reason, str):
            raise _broken(name, f"it answered {each!r}, where Placed(id, reason) is expected")
        if each.id not in due:
            raise _broken(name, f"it answered {each.id!r} twice, or it is none of the rotation's entries")
        due.remove(each.id)
    if due:
        raise _broken(name, f"it left out {min(due)!r}")
    return list(answer)


def _broken(policy: str, problem: str) -> PluginBroken:
    return PluginBroken(f"rotation policy {policy}", problem)
