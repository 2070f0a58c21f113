"""The reference pages say what is there: no more, no less, and with the right names."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from typing import Any

import documents
import pytest
import typer

import karaoke_persist
from karaoke_persist import errors
from karaoke_persist.cli.app import app
from karaoke_persist.contract import hooks
from karaoke_persist.media import LibrarySongs
from karaoke_persist.models import Kind, Song, fields_of
from karaoke_persist.operations import SongOperations
from karaoke_persist.operations.base import OperationSpec


def page(name: str) -> str:
    """The text of a document."""
    return (documents.DOCS / name).read_text(encoding="utf-8")


def rows(text: str, columns: int) -> list[list[str]]:
    """The rows of the tables with so many columns, without the code marks of their cells."""
    lines = [line.strip() for line in text.splitlines() if line.startswith("|")]
    cells = [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in lines]
    return [row for row in cells if len(row) == columns and not set(row[0]) <= {"-", " "}]


def public_methods(kind: type) -> set[str]:
    """The operations of a namespace."""
    return {name for name, _ in inspect.getmembers(kind, inspect.isfunction) if not name.startswith("_")}


# hooks

HOOKS = {
    name: spec
    for group in (hooks.BackendHooks, hooks.ListenerHooks, hooks.RotationHooks, hooks.MediaHooks, hooks.ImportHooks)
    for name, spec in inspect.getmembers(group, inspect.isfunction)
}


@pytest.mark.parametrize("name", HOOKS)
def test_each_hook_is_documented_with_its_parameters(name: str):
    """The hook reference has a section for the hook, its heading the exact signature."""
    parameters = ", ".join(list(inspect.signature(HOOKS[name]).parameters)[1:])

    assert f"### `{name}({parameters})`\n" in page("reference/hooks.md")


def test_no_hook_is_documented_that_is_not_there():
    """Each hook that the reference describes exists."""
    documented = re.findall(r"^### `(\w+)\(", page("reference/hooks.md"), flags=re.MULTILINE)

    assert set(HOOKS) == set(documented)


def test_the_entry_point_groups_are_documented():
    """The hook reference names both groups of entry points."""
    assert f"`{hooks.BACKENDS_GROUP}`" in page("reference/hooks.md")
    assert f"`{hooks.PLUGINS_GROUP}`" in page("reference/hooks.md")


# errors


def test_the_tree_of_errors_is_the_tree():
    """The table of errors has each of them, under its base, and says rightly whether it is retryable."""
    tree = {
        name: (getattr(errors, name).__base__.__name__, "yes" if getattr(errors, name).retryable else "no")
        for name in errors.__all__
    }
    shown = {row[0]: (row[1], row[3]) for row in rows(page("how-to/errors-and-degrading.md"), 4)[1:]}

    assert {**tree, "Unavailable": ("StorageError", "depends")} == shown


class SpecCollector:
    """Stands in for the library, and keeps how each operation is marked."""

    def run_operation(self, spec: OperationSpec, call: Callable[..., Any]) -> OperationSpec:
        """Answer with the mark."""
        return spec


def test_what_degrades_is_what_the_table_says():
    """The table of empty answers has each operation, with the answer of its mark."""
    operations = SongOperations(None, SpecCollector())  # type: ignore[arg-type]
    marks = {name: call_with_anything(operations, name) for name in public_methods(SongOperations) - {"bound_to"}}
    expected = {name: "raises" if mark.empty is None else repr(mark.empty()) for name, mark in marks.items()}

    assert expected == dict(rows(page("how-to/errors-and-degrading.md"), 2)[1:])


def call_with_anything(operations: SongOperations, name: str) -> OperationSpec:
    """Call an operation; its parameters do not matter, since it is not run."""
    return getattr(operations, name)()


# the API


def test_every_public_name_is_documented():
    """The API page documents each name of the package, the errors by their module."""
    documented = set(re.findall(r"auto(?:class|function|data):: (?:[\w.]+\.)?(\w+)", page("reference/api.md")))
    documented |= set(re.findall(r"^\.\. data:: (\w+)", page("reference/api.md"), flags=re.MULTILINE))

    assert set(karaoke_persist.__all__) <= documented | set(errors.__all__)
    assert ".. automodule:: karaoke_persist.errors" in page("reference/api.md")


def test_every_operation_is_shown_at_work():
    """Each song operation appears in a how-to page or the tutorial."""
    guides = "".join(path.read_text(encoding="utf-8") for path in documents.documents() if "how-to" in path.parts)

    assert not sorted(name for name in public_methods(LibrarySongs) - {"bound_to"} if name not in guides)


def test_every_option_of_open_is_mentioned():
    """Each option of `open`, but the one for the kit, appears in a how-to page."""
    guides = "".join(path.read_text(encoding="utf-8") for path in documents.documents())
    options = set(karaoke_persist.OpenOptions.__annotations__) - {"models"}

    assert not sorted(name for name in options if name not in guides)


def test_the_fields_of_a_song_are_the_fields():
    """The page on songs has each field in its order, with its kind."""
    shown = [tuple(row[:2]) for row in rows(page("reference/song.md"), 3)[1:]]

    assert [(field.name, field.kind.value) for field in fields_of(Song)] == shown[: len(fields_of(Song))]
    assert {kind.value for kind in Kind} == {name for name, _ in shown[len(fields_of(Song)) + 1 :]}


# the command line

COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_is_documented_with_its_options(name: str):
    """The command-line page has a section for the command, with its arguments and every option."""
    parts = re.split(r"^## `karaoke-persist (.*)`$", page("reference/command-line.md"), flags=re.MULTILINE)
    sections = {heading.split()[0]: (heading, text) for heading, text in zip(parts[1::2], parts[2::2], strict=True)}
    heading, text = sections[name]
    options = [option for each in COMMANDS[name].params if each.param_type_name == "option" for option in each.opts]
    arguments = [each.metavar.strip("[]") for each in COMMANDS[name].params if each.param_type_name == "argument"]

    assert arguments == re.findall(r"[A-Z]+", heading)
    assert not [option for option in options if f"`{option}" not in text and option not in ("-h", "--help")]


@pytest.mark.parametrize("name", [name for name, command in COMMANDS.items() if hasattr(command, "commands")])
def test_each_subcommand_is_documented_with_its_options(name: str):
    """The section of a group of commands names each of them, and every option that one of them has."""
    text = page("reference/command-line.md").partition(f"## `karaoke-persist {name}`")[2].partition("\n## ")[0]
    commands = COMMANDS[name].commands
    options = {option for command in commands.values() for each in command.params for option in each.opts}

    assert not [each for each in commands if not re.search(rf"`({name} )?{each}\b", text)]
    assert not [option for option in options if option.startswith("-") and f"`{option}" not in text]


def test_no_command_is_documented_that_is_not_there():
    """Each command that the page describes exists."""
    documented = re.findall(r"^## `karaoke-persist ([\w-]+)", page("reference/command-line.md"), flags=re.MULTILINE)

    assert set(COMMANDS) == set(documented)


# guarantees


def test_the_guarantees_are_numbered_without_a_gap():
    """The guarantees are T1 to T11, in order."""
    numbers = re.findall(r"^T(\d+)\. ", page("reference/guarantees.md"), flags=re.MULTILINE)

    assert list(map(str, range(1, 12))) == numbers
