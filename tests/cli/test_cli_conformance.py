"""`karaoke-persist conformance`: the kit against a URL."""

from __future__ import annotations

import pytest

import karaoke_persist
from karaoke_persist.cli import conformance as conformance_command
from karaoke_persist.testing import all_rules, running
from karaoke_persist.testing.running import Result, Run


def test_a_store_that_conforms(process):
    """Every rule is answered, in the order of the guide, and the exit code is 0."""
    told = process("conformance", "memory://kit", "--json").json

    assert [rule.id for rule in all_rules()] == [rule["id"] for rule in told["rules"]]
    assert {"passed", "skipped"} == {rule["outcome"] for rule in told["rules"]}
    assert (told["conforms"], told["failed"], told["gap"]) == (True, 0, 0)


def test_one_that_does_not(command, monkeypatch):
    """A rule that fails is shown with its sentence, a gap with its reason, and the exit code is 1."""

    def ended(place, *, level, known_gaps, progress):
        rules = {rule.id: rule for rule in all_rules()}
        outcomes = {"T1-01": ("failed", "39 != 40"), "T1-02": ("passed", ""), "C-01": ("gap", dict(known_gaps)["C-01"])}
        results = {rule_id: Result(rules[rule_id], *outcome) for rule_id, outcome in outcomes.items()}
        return Run(place, level, results=results)

    monkeypatch.setattr(running, "run_kit", ended)
    shown = command("conformance", "memory://kit", "--level", "core", "--known-gap", "C-01=later", expect=1).out

    assert ["all", "3", "1", "1", "1", "0"] in [line.split() for line in shown.splitlines()]
    assert "failed T1-01: Threads that read a number" in shown
    assert "gap C-01: A store tells its scheme" in shown
    assert "(later)" in shown
    assert "memory://kit does not keep the contract at the level core." in shown


def test_a_store_that_is_not_empty(command, tmp_path):
    """A store that holds a song is refused, and the song stays."""
    url = f"sqlite:///{tmp_path}/party.db"
    with karaoke_persist.open(url) as library:
        library.songs.create_song("Jóga", "Björk")

    assert "not empty" in command("conformance", url, expect=1).err
    with karaoke_persist.open(url) as library:
        assert library.songs.count_songs() == 1


@pytest.mark.parametrize("gap", ["T3-02", "T3-02=", "X-99=why"])
def test_a_gap_needs_an_id_and_a_reason(command, gap):
    """What is no id of a rule, or has no reason, is refused."""
    assert "is not the id of a rule" in command("conformance", "memory://x", "--known-gap", gap, expect=1).err


def test_without_pytest(command, monkeypatch):
    """Where the kit's own needs are not installed, the command says how to install them."""
    monkeypatch.setattr(conformance_command, "find_spec", lambda _: None)

    assert "pip install 'karaoke-persist[testing]'" in command("conformance", "memory://x", expect=1).err


def test_an_option_of_the_backend_is_handed_to_it(command):
    """The kit opens its stores with it; one that the backend does not know is refused before anything is run."""
    assert "option 'sizes'" in command("conformance", "memory://x", "--option", "sizes=4", expect=1).err
