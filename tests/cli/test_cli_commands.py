"""The command as a whole: errors, exit codes, and the smaller commands."""

import sqlite3
from contextlib import closing
from importlib.metadata import version

import pytest

from karaoke_persist.plugins import open_store


def test_the_version_is_that_of_the_distribution(command):
    """`--version` is what to quote in a report."""
    assert f"karaoke-persist {version('karaoke-persist')}\n" == command("--version").out


def test_help_lists_every_command(command):
    """Each with its purpose."""
    shown = command("--help").out

    for name in ("demo", "sync", "search", "history", "copy", "backup", "schema", "backends", "conformance"):
        assert name in shown


@pytest.mark.parametrize("arguments", [["nonsense"], ["sync"], ["search", "x", "--limit", "0"], ["demo", "--nonsense"]])
def test_wrong_usage_is_two(command, arguments):
    """A command that cannot be understood is told apart from one that failed."""
    assert command(*arguments, expect=2).err != ""


@pytest.mark.parametrize(
    ("store", "says"),
    [
        ("sqllite:///x.db", "Did you mean sqlite://?"),
        ("nonsense", "is not a store URL"),
        ("sqlite://", "is not a store URL"),
        ("memory://a b", "is not a store URL"),
    ],
)
@pytest.mark.parametrize("arguments", [["search", "x"], ["schema"], ["sync", "."]])
def test_a_bad_store_is_one_line(command, arguments, store, says):
    """Every command that takes a store answers the same way, with exit code 1."""
    error = command(*arguments, "--store", store, expect=1).err

    assert error.startswith("error: ")
    assert says in error
    assert error.count("\n") == 1


@pytest.mark.parametrize("debug", [[], ["--debug"]])
def test_a_password_is_never_shown(process, debug):
    """Not in the error, and not in the trace."""
    ran = process(*debug, "search", "x", "--store", "nowhere://ana:secret@host/name", expect=1)

    assert "secret" not in ran.out + ran.err


def test_debug_shows_where_an_error_came_from(process):
    """As an option or in the environment; without it a person sees the sentence only."""
    assert "Traceback" in process("--debug", "search", "x", expect=1).err
    assert "Traceback" in process("search", "x", expect=1, KARAOKE_PERSIST_DEBUG="1").err
    assert "Traceback" not in process("search", "x", expect=1).err


def test_backends_are_listed_with_their_state(command):
    """The embedded ones are there and work."""
    listed = {backend["scheme"]: backend for backend in command("backends", "--json").json}

    for scheme in ("memory", "sqlite"):
        assert {
            "scheme": scheme,
            "distribution": "karaoke-persist",
            "contract": "1.0",
            "problem": None,
        } == listed[scheme]
    shown = [line.split() for line in command("backends").out.splitlines()]
    assert ["sqlite://", "karaoke-persist", "1.0", "OK"] in shown


def test_schema_shows_an_absent_one_without_making_it(command, tmp_path):
    """Looking changes nothing."""
    answer = command("schema", "--json").json

    assert (answer["state"], answer["found"]) == ("absent", None)
    assert "schema --migrate" in command("schema").out
    assert list(tmp_path.iterdir()) == []


def test_schema_migrate_creates_one(command):
    """Then it is current, and doing it again is nothing."""
    made = command("schema", "--migrate", "--json").json

    assert ("current", made["expected"]) == (made["state"], made["found"])
    assert made == command("schema", "--migrate", "--json").json == command("schema", "--json").json
    assert "Nothing to do" in command("schema").out


def test_a_newer_schema_is_shown_and_not_touched(command, tmp_path):
    """`schema` tells how it stands; what would work with it, or migrate it, is refused with the remedy."""
    command("schema", "--migrate")
    with closing(sqlite3.connect(tmp_path / "karaoke.db", isolation_level=None)) as database:
        database.execute("UPDATE kp_schema_version SET version_num = '9999_future'")

    answer = command("schema", "--json").json

    assert (answer["state"], answer["found"]) == ("ahead", "9999_future")
    for arguments in (["search", "x"], ["schema", "--migrate"]):
        assert "upgrade this one" in command(*arguments, expect=1).err


def test_the_command_that_upgrades_a_schema_does_not_first_refuse_it(command, monkeypatch):
    """It opens the store without the check that tells a person to run this very command."""
    seen = []

    def remember(url, options):
        seen.append(options.check_schema)
        return open_store(url, options)

    monkeypatch.setattr("karaoke_persist.transfer.backups.migrating.open_store", remember)

    command("schema", "--migrate", "--store", "memory://")

    assert seen == [False]


@pytest.mark.parametrize("arguments", [["search", "x", "--store"], ["schema", "--store"], ["sync", ".", "--store"]])
def test_an_option_of_the_backend_is_handed_to_it(command, arguments, tmp_path):
    """The backend takes what it knows, as JSON, and refuses the rest by name; then nothing is made."""
    store = [*arguments, "sqlite:///options.db"]
    refused = {
        "sizes=4": "option 'sizes': this backend does not know it",
        "pool_size=many": "option 'pool_size': 'many' is no number",
        "pool_size": "'pool_size' is not a name, = and a value",
        "=4": "'=4' is not a name, = and a value",
    }
    for option, says in refused.items():
        assert says in command(*store, "--option", option, expect=1).err
    assert list(tmp_path.iterdir()) == []
    command("schema", "--migrate", "--store", "sqlite:///options.db")
    command(*store, "--option", "pool_size=4", "--option", "pre_ping=true")


def test_the_advice_about_a_schema_names_the_options_again(command):
    """What it says can be pasted into a shell."""
    shown = command("schema", "--option", "pool_size= 4").out

    assert "karaoke-persist schema --migrate --store sqlite:///karaoke.db --option 'pool_size= 4'" in shown
