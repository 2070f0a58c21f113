"""The list of all rules, from which the guide of guarantees is made."""

from __future__ import annotations

import re

from karaoke_persist.testing.conformance import BackendConformance
from karaoke_persist.testing.rule import TOPICS, Rule, rule_of

_NUMBERED = re.compile(r"(?P<topic>[A-Z]\d*s?)-(?P<number>\d\d)")


def all_rules() -> list[Rule]:
    """Every rule of the kit, by topic and number."""
    members = (getattr(BackendConformance, name) for name in dir(BackendConformance))
    return sorted((stated for member in members if (stated := rule_of(member)) is not None), key=_place)


def _place(stated: Rule) -> tuple[int, str]:
    match = _NUMBERED.fullmatch(stated.id)
    if match is None or match["topic"] not in TOPICS:
        raise ValueError(f"{stated.id!r} is no rule id: a topic of TOPICS, a dash and two digits are expected")
    return list(TOPICS).index(match["topic"]), match["number"]
