"""What is installed is what was built, and what was built is whole."""

from __future__ import annotations

import importlib
import re
import sysconfig
import tomllib
from importlib.metadata import distribution, entry_points, requires
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
PACKAGES = [
    "karaoke_persist",
    "karaoke_persist_memory",
    "karaoke_persist_postgres",
    "karaoke_persist_sql",
    "karaoke_persist_sqlite",
]


@pytest.mark.parametrize("name", PACKAGES)
def test_tests_run_against_the_installed_package(name: str) -> None:
    """Core and backends all come from the installed distribution, none of them from the checkout."""
    package = importlib.import_module(name)

    assert package.__file__ is not None
    assert Path(package.__file__).is_relative_to(sysconfig.get_path("purelib"))


@pytest.mark.parametrize("name", PACKAGES)
def test_each_package_says_that_it_is_typed(name: str) -> None:
    """Every import package ships its `py.typed`."""
    files = [str(file) for file in distribution("karaoke-persist").files or ()]

    assert f"{name}/py.typed" in files


def test_one_distribution_provides_the_backends() -> None:
    """The schemes of this distribution are found by their entry points."""
    names = {point.name for point in entry_points(group="karaoke_persist.backends")}

    assert {"memory", "postgresql", "sqlite"} <= names


def test_lowest_pins_every_floor() -> None:
    """The `lowest` environment installs exactly the floors that pyproject.toml names."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = project["dependencies"] + [need for extra in project["optional-dependencies"].values() for need in extra]
    floors = dict(re.sub(r"\[.*\]", "", need).split(">=") for need in wanted)

    pinned = dict(line.split("==") for line in _lines("tests/lowest.txt"))
    pinned.pop("psycopg-binary")  # comes with psycopg[binary], at its version

    assert pinned.keys() == floors.keys()
    for name, floor in floors.items():
        assert _numbers(pinned[name])[: len(_numbers(floor))] == _numbers(floor), name


def test_the_core_needs_no_test_tools() -> None:
    """Test tools such as pytest come with the extra `testing` only."""
    needs = [need for need in requires("karaoke-persist") or () if "extra ==" not in need]

    assert not [need for need in needs if re.match("pytest|hypothesis", need)]


def _lines(path: str) -> list[str]:
    text = (REPOSITORY / path).read_text("utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def _numbers(version: str) -> list[int]:
    return [int(part) for part in version.split(".")]
