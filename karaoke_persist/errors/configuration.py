"""Errors of set-up: the URL, the options, the plugins, the schema."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from karaoke_persist.errors.base import KaraokePersistError, redacted, shown


class ConfigurationError(KaraokePersistError):
    """The store cannot be used as it is configured; trying again changes nothing."""


class BadURL(ConfigurationError):
    """A store URL that cannot be read. `url` never holds a password."""

    url: str
    problem: str
    remedy: str

    def __init__(self, url: str, problem: str, remedy: str) -> None:
        self.url, self.problem, self.remedy = redacted(url), problem, remedy
        super().__init__(f"{shown(self.url)} is not a store URL: {problem}. {remedy}")


class BadOption(ConfigurationError):
    """An option of `open` that is unknown, or whose value cannot be used."""

    option: str
    problem: str
    remedy: str

    def __init__(self, option: str, problem: str, remedy: str) -> None:
        self.option, self.problem, self.remedy = option, problem, remedy
        super().__init__(f"option {option!r}: {problem}. {remedy}")


class UnknownScheme(ConfigurationError):
    """No installed distribution provides a backend for this URL scheme."""

    scheme: str
    known: tuple[str, ...]
    suggestion: str | None

    def __init__(self, scheme: str, known: Sequence[str], suggestion: str | None = None) -> None:
        self.scheme, self.known, self.suggestion = scheme, tuple(known), suggestion
        hint = f" Did you mean {suggestion}://?" if suggestion else ""
        super().__init__(
            f"no backend is installed for {scheme}://. Installed: {', '.join(known) or 'none'}.{hint}"
            " `karaoke-persist backends` lists them with their distributions."
        )


class DriverMissing(ConfigurationError):
    """The backend is here, the database driver it needs is not."""

    scheme: str
    package: str
    command: str

    def __init__(self, scheme: str, package: str, command: str) -> None:
        self.scheme, self.package, self.command = scheme, package, command
        super().__init__(f"{scheme}:// needs the package {package!r}. Install it: {command}")


class PluginBroken(ConfigurationError):
    """A plugin could not be loaded, or broke a rule of its hook. The cause is chained."""

    plugin: str
    problem: str

    def __init__(self, plugin: str, problem: str) -> None:
        self.plugin, self.problem = plugin, problem
        super().__init__(f"plugin {plugin!r} is broken: {problem}. Update or uninstall it.")


class ContractMismatch(ConfigurationError):
    """A backend was written for another version of the contract."""

    scheme: str
    theirs: str
    ours: str

    def __init__(self, scheme: str, theirs: str, ours: str) -> None:
        self.scheme, self.theirs, self.ours = scheme, theirs, ours
        super().__init__(
            f"the backend of {scheme}:// was made for contract {theirs}; this karaoke-persist speaks {ours}."
            " Install versions that agree."
        )


class Unsupported(ConfigurationError):
    """Something this backend does not claim to do."""

    backend: str
    what: str
    remedy: str

    def __init__(self, backend: str, what: str, remedy: str) -> None:
        self.backend, self.what, self.remedy = backend, what, remedy
        super().__init__(f"{backend} does not support {what}. {remedy}")


Standing = Literal["absent", "behind", "current", "ahead"]
"""How a schema that was found compares with the one needed."""


class SchemaMismatch(ConfigurationError):
    """The database's schema is absent, older or newer than this version of the software."""

    state: Standing
    found: str | None
    expected: str
    url: str

    def __init__(self, state: Standing, found: str | None, expected: str, url: str) -> None:
        self.state, self.found, self.expected, self.url = state, found, expected, redacted(url)
        super().__init__(
            f"the schema of {shown(self.url)} is {state}: found revision {found or 'none'}, expected {expected}."
            f" {self._remedy()}"
        )

    def _remedy(self) -> str:
        if self.state == "ahead":
            return "It was written by a newer karaoke-persist: upgrade this one (pip install -U karaoke-persist)."
        command = f"karaoke-persist schema --migrate --store {self.url}"
        return f"Run: {command}" if self.state == "absent" else f"Back the database up, then run: {command}"


class IncompleteStore(ConfigurationError):
    """The store holds a part of something only: a copy into it was interrupted."""

    url: str
    kind: str
    source: str
    began_at: datetime

    def __init__(self, url: str, kind: str, source: str, began_at: datetime) -> None:
        self.url, self.kind, self.source, self.began_at = redacted(url), kind, redacted(source), began_at
        super().__init__(
            f"{shown(self.url)} holds a part of {shown(self.source)} only: a {kind} that began at"
            f" {began_at:%Y-%m-%d %H:%M} UTC did not end. Run it again: karaoke-persist {self._command()}"
        )

    def _command(self) -> str:
        return (
            f"copy {self.source} {self.url}" if self.kind == "copy" else f"{self.kind} {self.source} --store {self.url}"
        )


class BadArchive(ConfigurationError):
    """An archive, or a backup, that cannot be loaded. Nothing was written."""

    path: str
    place: str
    problem: str
    remedy: str

    def __init__(self, path: str, place: str, problem: str, remedy: str = "Take another copy of it") -> None:
        self.path, self.place, self.problem, self.remedy = path, place, problem, remedy
        super().__init__(f"{shown(path)} cannot be loaded: {place}: {problem}. {remedy}; nothing was written.")
