"""The catalogue: every rule has an id and a sentence."""

from __future__ import annotations

import re
from collections import Counter

from karaoke_persist import Song
from karaoke_persist.contract import CONTRACT_VERSION
from karaoke_persist.models import Kind, fields_of
from karaoke_persist.models.record import unchangeable_fields
from karaoke_persist.testing import TOPICS, BackendConformance, all_rules
from karaoke_persist.testing.probes import Sample
from karaoke_persist.testing.rule import is_newer, rule_of
from karaoke_persist.testing.samples import EVERY_FIELD


def test_ids_are_given_once() -> None:
    """No two rules have the same id."""
    assert [rule_id for rule_id, count in Counter(rule.id for rule in all_rules()).items() if count > 1] == []


def test_no_rule_hides_another() -> None:
    """Every rule of every class is found in the whole: no two of them have the same name."""
    names = [name for base in BackendConformance.__mro__ for name, member in vars(base).items() if rule_of(member)]
    assert [name for name, count in Counter(names).items() if count > 1] == []


def test_ids_are_well_formed() -> None:
    """An id is a topic, a dash and two digits, and every topic has a rule."""
    assert [rule.id for rule in all_rules() if not re.fullmatch(r"(T\d+s?|[A-Z])-\d\d", rule.id)] == []
    assert {rule.id.rpartition("-")[0] for rule in all_rules()} == set(TOPICS)


def test_each_has_a_sentence() -> None:
    """A rule is one sentence, with a capital letter, or code, at its start and a period at its end."""
    wrong = [rule.id for rule in all_rules() if not re.fullmatch(r"[A-Z`&0-9][^.]*(?:\.\d[^.]*)*\.", rule.sentence)]
    assert wrong == []


def test_sentences_differ() -> None:
    """No two rules say the same."""
    assert [text for text, count in Counter(rule.sentence for rule in all_rules()).items() if count > 1] == []


def test_each_test_is_a_rule() -> None:
    """Every test of the kit states a rule."""
    tests = [name for name in dir(BackendConformance) if name.startswith("test")]
    assert [name for name in tests if rule_of(getattr(BackendConformance, name)) is None] == []
    assert len(tests) == len(all_rules())


def test_no_test_hides_another() -> None:
    """No test of one topic replaces a test of the same name of another."""
    names = Counter(name for base in BackendConformance.__mro__ for name in vars(base) if name.startswith("test"))
    assert [name for name, count in names.items() if count > 1] == []


def test_no_rule_is_from_the_future() -> None:
    """No rule is newer than the contract it ships with."""
    assert [rule.id for rule in all_rules() if is_newer(rule.since, CONTRACT_VERSION)] == []


def test_the_sample_is_whole() -> None:
    """The song that rules store whole has every field a host gives, none at its default, the probes every kind."""
    assert set(EVERY_FIELD) == set(Song.model_fields) - unchangeable_fields(Song)
    at_default = [name for name, value in EVERY_FIELD.items() if value == Song.model_fields[name].default]
    assert at_default == []
    assert {field.kind for field in fields_of(Sample)} == set(Kind)
