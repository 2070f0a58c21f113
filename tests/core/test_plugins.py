"""Plugins: found, loaded lazily, checked, and harmless when they are broken."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import karaoke_persist
from karaoke_persist import ContractMismatch, PluginBroken, UnknownScheme, hookimpl
from karaoke_persist.contract import Importer, ImportSettings, OpenedSource
from karaoke_persist.contract.hooks import BackendHooks, ImportHooks, ListenerHooks, RotationHooks
from karaoke_persist.contract.rotation import Placed, Rotation, RotationEntry
from karaoke_persist.operations.rotation import arranged
from karaoke_persist.plugins import installed_backends

ROOT = Path(__file__).parents[2]
HEALTHY = """
from karaoke_persist.contract import hookimpl
from karaoke_persist_memory.store import open_memory_store
contract_version = "1.0"
@hookimpl
def karaoke_open_store(url, options):
    return open_memory_store("memory://", options)
"""
BROKEN = {
    "raises": ("raise OSError('no library')", PluginBroken, "no library"),
    "is not there": (None, PluginBroken, "ModuleNotFoundError"),
    "no version": (HEALTHY.replace("contract_version", "version"), PluginBroken, "contract_version"),
    "odd version": (HEALTHY.replace('"1.0"', '"one"'), PluginBroken, "not of the form 1.0"),
    "number version": (HEALTHY.replace('"1.0"', "1.0"), PluginBroken, "contract_version"),
    "next version": (HEALTHY.replace('"1.0"', '"2.0"'), ContractMismatch, "2.0"),
    "newer version": (HEALTHY.replace('"1.0"', '"1.99"'), ContractMismatch, "1.99"),
    "no store": (HEALTHY.replace('open_memory_store("memory://", options)', '"a store"'), PluginBroken, "no store"),
    "nothing": (HEALTHY.replace("    return", "    _ ="), PluginBroken, "no store"),
    "no hook": ('contract_version = "1.0"', PluginBroken, "implements no hook"),
    "other arguments": (HEALTHY.replace("url, options", "url, options, more"), PluginBroken, "more"),
    "misspelled hook": (HEALTHY.replace("karaoke_open_store", "karaoke_open_shop"), PluginBroken, "karaoke_open_shop"),
}
Add = Callable[..., None]


@pytest.fixture
def add(install: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Add:
    """Give a function that installs a plugin from its source."""

    def adding(name: str, source: str | None, module: str = "a_strangers_plugin", **how: str) -> None:
        if source is not None:
            (tmp_path / f"{module}.py").write_text(source)
        monkeypatch.delitem(sys.modules, module, raising=False)
        install(name, module, tmp_path, **how)

    return adding


def test_a_strangers_backend(add: Add) -> None:
    """A backend of another distribution opens by its scheme, without a line changed here."""
    add("foo", HEALTHY)
    with karaoke_persist.open("foo://anything") as library:
        library.songs.create_song("t", "x")
        assert library.songs.count_songs() == 1


@pytest.mark.parametrize(("source", "error", "words"), BROKEN.values(), ids=BROKEN)
def test_a_broken_backend(add: Add, source: str | None, error: type[Exception], words: str) -> None:
    """A backend that cannot be used is a typed error that says why; nobody else is disturbed."""
    add("foo", source)
    with pytest.raises(error, match=words) as caught:
        karaoke_persist.open("foo://")
    assert "foo" in str(caught.value)
    karaoke_persist.open("memory://").close()


def test_the_cause_is_chained(add: Add) -> None:
    """What a plugin raised while it was loaded is the cause of the error."""
    add("foo", "raise OSError('no library')")
    with pytest.raises(PluginBroken) as caught:
        karaoke_persist.open("foo://")
    assert isinstance(caught.value.__cause__, OSError)


def test_only_the_one_that_is_meant_is_loaded(add: Add) -> None:
    """Opening one scheme does not load the backend of another."""
    add("foo", "raise SystemExit")
    karaoke_persist.open("memory://").close()
    assert "a_strangers_plugin" not in sys.modules


def test_two_of_one_scheme(add: Add) -> None:
    """Two distributions with the same scheme are an error that names both."""
    add("foo", HEALTHY, "first_plugin", distribution="first")
    add("foo", HEALTHY, "second_plugin", distribution="second")
    with pytest.raises(PluginBroken, match=r"first.* and second.* both provide foo://"):
        karaoke_persist.open("foo://")


@pytest.mark.parametrize(("scheme", "suggestion"), [("sqlit", "sqlite"), ("memry", "memory"), ("zzz", None)])
def test_an_unknown_scheme(scheme: str, suggestion: str | None) -> None:
    """A scheme that nobody provides is `UnknownScheme` with those there are, and the one that may be meant."""
    with pytest.raises(UnknownScheme) as caught:
        karaoke_persist.open(f"{scheme}://x")
    assert (caught.value.scheme, caught.value.suggestion) == (scheme, suggestion)
    assert {"memory", "sqlite"} <= set(caught.value.known)


def test_the_list(add: Add) -> None:
    """Installed backends are listed with their distribution, also a broken one, with its cause."""
    add("foo", "raise OSError('no library')")
    listed = {plugin.name: plugin for plugin in installed_backends()}
    assert "no library" in str(listed["foo"].problem)
    assert (listed["memory"].problem, listed["memory"].contract_version) == (None, "1.0")
    assert listed["memory"].distribution == "karaoke-persist"


LISTENER = """
from karaoke_persist import hookimpl
heard = []
@hookimpl
def karaoke_after_commit(changes):
    heard.append(changes)
"""


def test_an_installed_listener(add: Add) -> None:
    """A listener of another distribution hears of commits."""
    add("ears", LISTENER, group="plugins")
    with karaoke_persist.open("memory://") as library:
        library.songs.create_song("t", "x", song_id="a")
    assert [change.key for changes in sys.modules["a_strangers_plugin"].heard for change in changes] == ["a"]


@pytest.mark.parametrize("source", ["raise OSError('no library')", "def broken(:", None])
def test_a_broken_listener(add: Add, source: str | None, caplog: pytest.LogCaptureFixture) -> None:
    """An installed listener that cannot be loaded is logged and left out."""
    add("ears", source, group="plugins")
    with karaoke_persist.open("memory://") as library:
        library.songs.create_song("t", "x")
        assert library.songs.count_songs() == 1
    assert "ears" in caplog.text


def test_a_listener_with_a_misspelled_hook() -> None:
    """A listener handed to `open` with a hook that does not exist is `PluginBroken`."""

    class Misspelled:
        @hookimpl
        def karaoke_after_comit(self, changes: object) -> None:
            """Never called."""

    with pytest.raises(PluginBroken, match="karaoke_after_comit"):
        karaoke_persist.open("memory://", plugins=[Misspelled()])


POLICIES = """
from karaoke_persist import hookimpl
from karaoke_persist.contract.rotation import Placed
def backwards(rotation):
    return [Placed(entry.id, "last come, first served") for entry in reversed(rotation.entries)]
@hookimpl
def karaoke_rotation_policies():
    return {"last-come": backwards}
"""
BROKEN_POLICIES = {
    "raises": (POLICIES.replace("    return {", '    raise OSError("no luck")\n    return {'), "no luck"),
    "no mapping": (POLICIES.replace('{"last-come": backwards}', "backwards"), "no mapping"),
    "no name": (POLICIES.replace('"last-come"', "1"), "no name"),
    "empty name": (POLICIES.replace("last-come", " "), "no name"),
    "no function": (POLICIES.replace(": backwards", ": 'backwards'"), "no name with a function"),
    "built in": (POLICIES.replace("last-come", "first-come"), "'first-come' already"),
}


def policies_of(library: karaoke_persist.Library) -> Any:
    """The policies that the operations of a library are given."""
    with library.transaction(read_only=True) as tx:
        return tx._session.context.policies


def test_an_installed_policy(add: Add) -> None:
    """Rotation policies of another distribution stand beside the built-in ones, in every library opened then."""
    add("backwards", POLICIES, group="plugins")
    with karaoke_persist.open("memory://") as library:
        assert list(policies_of(library)) == ["history-fair", "round-robin", "first-come", "last-come"]
        entries = (RotationEntry("a", ("x",)), RotationEntry("b", ("y",)))
        placed = arranged("last-come", Rotation(entries), {}, policies_of(library))
    assert [each.id for each in placed] == ["b", "a"]


def test_a_policy_handed_to_open() -> None:
    """A policy handed to `open` belongs to that library alone; the same name twice is `PluginBroken`."""

    class Mine:
        @hookimpl
        def karaoke_rotation_policies(self) -> object:
            """Give one policy."""
            return {"mine": lambda rotation: [Placed(each.id, "") for each in rotation.entries]}

    with karaoke_persist.open("memory://", plugins=[Mine()]) as mine, karaoke_persist.open("memory://") as other:
        assert "mine" in policies_of(mine)
        assert "mine" not in policies_of(other)
    with pytest.raises(PluginBroken, match="'mine' already"):
        karaoke_persist.open("memory://", plugins=[Mine(), Mine()])


@pytest.mark.parametrize(("source", "words"), BROKEN_POLICIES.values(), ids=BROKEN_POLICIES)
def test_broken_policies(add: Add, tmp_path: Path, source: str, words: str, caplog: pytest.LogCaptureFixture) -> None:
    """Policies that cannot be used are `PluginBroken`; an installed plugin that has them is logged and left out."""
    add("backwards", source, group="plugins")
    with karaoke_persist.open("memory://") as library:
        assert list(policies_of(library)) == ["history-fair", "round-robin", "first-come"]
    assert words in caplog.text
    with pytest.raises(PluginBroken, match=re.escape(words)):
        karaoke_persist.open("memory://", plugins=[sys.modules["a_strangers_plugin"]])


IMPORTERS = """
from contextlib import contextmanager
from karaoke_persist import hookimpl
from karaoke_persist.contract import Importer, OpenedSource
@contextmanager
def opened(path, settings):
    yield OpenedSource([])
@hookimpl
def karaoke_importers():
    return {"tape": Importer(opened)}
"""
BROKEN_IMPORTERS = {
    "raises": (IMPORTERS.replace("    return {", '    raise OSError("no luck")\n    return {'), "no luck"),
    "no mapping": (IMPORTERS.replace('{"tape": Importer(opened)}', "opened"), "no mapping"),
    "no name": (IMPORTERS.replace('"tape"', '"Tape 2"'), "no name of lower-case letters"),
    "no importer": (IMPORTERS.replace("Importer(opened)", "opened"), "with an Importer"),
    "built in": (IMPORTERS.replace("tape", "oks"), "an importer 'oks' already"),
}
OWN_FORMATS = ["oks", "pikaraoke", "karaoke-eternal", "openkj", "karafun"]


def test_an_installed_importer(add: Add) -> None:
    """Importers of another distribution stand beside the built-in ones, in every library opened then."""
    add("tapes", IMPORTERS, group="plugins")
    with karaoke_persist.open("memory://") as library:
        assert list(library.transfer.importers) == [*OWN_FORMATS, "tape"]
        assert library.transfer.import_file("tape", __file__).tables == ()


def test_an_importer_handed_to_open() -> None:
    """An importer handed to `open` belongs to that library alone; the same name twice is `PluginBroken`."""

    @contextmanager
    def opened(path: Path, settings: ImportSettings) -> Iterator[OpenedSource]:
        yield OpenedSource([])

    class Mine:
        @hookimpl
        def karaoke_importers(self) -> object:
            """Give one importer."""
            return {"mine": Importer(opened)}

    with karaoke_persist.open("memory://", plugins=[Mine()]) as mine, karaoke_persist.open("memory://") as other:
        assert list(mine.transfer.importers) == [*OWN_FORMATS, "mine"]
        assert list(other.transfer.importers) == OWN_FORMATS
    with pytest.raises(PluginBroken, match="'mine' already"):
        karaoke_persist.open("memory://", plugins=[Mine(), Mine()])


@pytest.mark.parametrize(("source", "words"), BROKEN_IMPORTERS.values(), ids=BROKEN_IMPORTERS)
def test_broken_importers(add: Add, source: str, words: str, caplog: pytest.LogCaptureFixture) -> None:
    """Importers that cannot be used are `PluginBroken`; an installed plugin that has them is logged and left out."""
    add("tapes", source, group="plugins")
    with karaoke_persist.open("memory://") as library:
        assert list(library.transfer.importers) == OWN_FORMATS
    assert words in caplog.text
    with pytest.raises(PluginBroken, match=re.escape(words)):
        karaoke_persist.open("memory://", plugins=[sys.modules["a_strangers_plugin"]])


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (IMPORTERS.replace("OpenedSource([])", "[]"), "no OpenedSource"),
        (IMPORTERS.replace("OpenedSource([])", "rows()"), "opening test_plugins.py raised KeyError"),
        (IMPORTERS.replace("OpenedSource([])", "OpenedSource([SourceTable('t', 1, rows, None)])"), "no rows"),
        (
            IMPORTERS.replace("OpenedSource([])", "OpenedSource([SourceTable('t', 1, lambda: [('1', {})], rows)])"),
            "converting row '1' of t raised",
        ),
        (
            IMPORTERS.replace("OpenedSource([])", "OpenedSource([SourceTable('t', 1, lambda: [('1', {})], odd)])"),
            "row '1' of t became 5, which is no draft",
        ),
    ],
)
def test_an_importer_that_fails(add: Add, source: str, words: str) -> None:
    """What an importer does wrong while it works is `PluginBroken`, which names its format and the row."""
    helpers = "from karaoke_persist.contract import SourceTable\ndef rows(*_): raise KeyError('no rows')\n"
    add("tapes", helpers + "def odd(*_): return 5\n" + source, group="plugins")
    with karaoke_persist.open("memory://") as library, pytest.raises(PluginBroken, match=words) as caught:
        library.transfer.import_file("tape", __file__)
    assert caught.value.plugin == "tape"


HOOK_GROUPS = (BackendHooks, ListenerHooks, RotationHooks, ImportHooks)
HOOKS = sorted(name for spec in HOOK_GROUPS for name in vars(spec) if name.startswith("karaoke_"))


@pytest.mark.parametrize("hook", HOOKS)
def test_hooks_are_described(hook: str) -> None:
    """Each hook has a docstring, and is implemented by some test."""
    spec = next(vars(group)[hook] for group in HOOK_GROUPS if hook in vars(group))
    tests = [*(ROOT / "tests").rglob("*.py"), *Path(karaoke_persist.__file__).parent.rglob("testing/*.py")]
    assert spec.__doc__
    assert any(re.search(rf"def {hook}\(", path.read_text(encoding="utf-8")) for path in tests)


def test_a_backend_without_its_driver() -> None:
    """Opening `postgresql://` where psycopg is not installed names the package, and the command that installs it."""
    code = (
        "import sys; sys.modules['psycopg'] = None\n"
        "import karaoke_persist\n"
        "try: karaoke_persist.open('postgresql://localhost/karaoke')\n"
        "except karaoke_persist.DriverMissing as error: print(error.package, error.command, sep='|')"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == 'psycopg|pip install "karaoke-persist[postgres]"'
