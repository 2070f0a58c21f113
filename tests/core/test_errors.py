"""The tree of errors: fields, sentences, and no secrets."""

from __future__ import annotations

import logging
import pickle
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

import karaoke_persist
from karaoke_persist import errors
from karaoke_persist.errors import KaraokePersistError

EXAMPLES: list[KaraokePersistError] = [
    errors.BadURL("postgres//host", "it has no scheme", "Examples: memory://"),
    errors.BadOption("timeout", "'x' is no number", "Give 0 to 86400."),
    errors.UnknownScheme("sqlit", ["memory", "sqlite"], "sqlite"),
    errors.DriverMissing("postgresql", "psycopg", "pip install 'karaoke-persist[postgres]'"),
    errors.PluginBroken("foo", "loading it raised ImportError"),
    errors.ContractMismatch("foo", "2.0", "1.0"),
    errors.Unsupported("memory://", "durability='full'", "Use sqlite:///file.db."),
    errors.IncompleteStore("sqlite:///a.db", "copy", "memory://party", datetime(2024, 2, 29, 20, tzinfo=UTC)),
    errors.BadArchive("a.zip", "songs.jsonl line 3", "it is not JSON"),
    errors.SchemaMismatch("behind", "0001", "0002", "sqlite:////tmp/a.db"),
    errors.InvalidValue("Song.title", "x\x00", "text must not hold NUL"),
    errors.NotFound("Song", "a"),
    errors.AlreadyExists("Song", "id", "a"),
    errors.AlreadyExists("Song", "id", "a", merged_into="b"),
    errors.StaleWrite("Song", "a", 1, 2),
    errors.ReferenceMissing("Box", "shelf", "Shelf", "s"),
    errors.StillReferenced("Box", "b", "Seal", "box"),
    errors.IllegalState("Job", "j", "completed", "be cancelled", "Look at what became of it"),
    errors.QuotaExceeded("Ana", "waiting songs", 2, 3),
    errors.LeaseLost("j", 1, "it was cancelled"),
    errors.SessionClosed(),
    errors.SessionFailed(ValueError("broken")),
    errors.NestedSession(),
    errors.ReadOnlySession("patch"),
    errors.WrongThread(),
    errors.StreamStale("Song"),
    errors.Busy("the writer", 1.5),
    errors.Conflict("serialization"),
    errors.Unavailable("the disk is full", "Make room.", retryable=False),
    errors.CommitUnknown("the connection was lost"),
    errors.DataCorrupt("songs", "no JSON", "a"),
    errors.StoreBug("foo", "find raised OSError"),
]
PARENTS = {
    errors.ConfigurationError: {"BadURL", "BadOption", "UnknownScheme", "DriverMissing", "PluginBroken"}
    | {"ContractMismatch", "Unsupported", "SchemaMismatch", "IncompleteStore", "BadArchive"},
    errors.DomainError: {"InvalidValue", "NotFound", "AlreadyExists", "StaleWrite", "ReferenceMissing"}
    | {"StillReferenced", "IllegalState", "QuotaExceeded", "LeaseLost"},
    errors.UsageError: {"SessionClosed", "SessionFailed", "NestedSession", "ReadOnlySession", "WrongThread"}
    | {"StreamStale"},
    errors.StorageError: {"Busy", "Conflict", "Unavailable", "CommitUnknown", "DataCorrupt", "StoreBug"},
}
every_error = pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: type(error).__name__)


def test_the_tree() -> None:
    """Every error has its parent, is exported by the package, and stands among the examples here."""
    leaves = {name: parent for parent, names in PARENTS.items() for name in names}
    assert {type(error).__name__ for error in EXAMPLES} == set(leaves)
    assert set(errors.__all__) == set(leaves) | {parent.__name__ for parent in PARENTS} | {"KaraokePersistError"}
    for name, parent in leaves.items():
        assert getattr(karaoke_persist, name).__mro__[1:3] == (parent, KaraokePersistError)


@every_error
def test_pickling(error: KaraokePersistError) -> None:
    """An error survives pickling with its type, its fields and its sentence."""
    copy = pickle.loads(pickle.dumps(error))
    assert (type(copy), str(copy), vars(copy), copy.args) == (type(error), str(error), vars(error), error.args)


@every_error
def test_sentences(error: KaraokePersistError) -> None:
    """An error says more than its name, on one line."""
    assert len(str(error)) > 20
    assert "\n" not in str(error)
    assert "None" not in str(error)


def test_only_these_may_be_tried_again() -> None:
    """Busy and Conflict may be tried again, and Unavailable when it says so."""
    retryable = {type(error).__name__ for error in EXAMPLES if error.retryable}
    assert retryable == {"Busy", "Conflict"}
    assert errors.Unavailable("lost", "Again.", retryable=True).retryable


def test_a_hostile_value() -> None:
    """A value whose repr is huge or fails is still told of, and its sentence can be printed."""

    class Hostile:
        def __repr__(self) -> str:
            raise RuntimeError

    assert "<Hostile>" in str(errors.InvalidValue("x", Hostile(), "bad"))
    assert len(str(errors.InvalidValue("x", "y" * 10_000, "bad"))) < 200
    str(errors.InvalidValue("x", "\ud800", "bad")).encode()


SECRET = "s3cr3t-pass"
URLS = [
    f"nowhere://user:{SECRET}@host/name",
    f"postgresql://user:{SECRET}@host:99999/name",
    f"sqlite://user:{SECRET}@host/a.db",
    f"memory://user:{SECRET}@x",
    f"//user:{SECRET}@host",
    f"postgres//user:{SECRET}@host",
    f"nowhere://host/name?user=x&password={SECRET}",
    f"nowhere://user:{SECRET}%2Fmore@host/name",
    f"nowhere://user:{SECRET}/slash@host/name",
    f"nowhere://user:{SECRET}@evil@host/name",
    f"NOWHERE://:{SECRET}@host",
]


@pytest.mark.parametrize("url", URLS)
def test_no_password_is_shown(url: str, caplog: pytest.LogCaptureFixture) -> None:
    """No error, repr or log line shows the password of a URL."""
    with caplog.at_level(logging.DEBUG), pytest.raises(KaraokePersistError) as caught:
        karaoke_persist.open(url)
    shown: list[str] = [caplog.text]
    error: BaseException | None = caught.value
    while error is not None:
        shown += [str(error), repr(error), str(vars(error))]
        error = error.__cause__ or error.__context__
    assert [text for text in shown if SECRET in text] == []


@pytest.mark.parametrize("bad", [{"timeout": "x"}, {"nonsense": 1}])
def test_options_are_checked_before_the_url(bad: dict[str, Any]) -> None:
    """A bad option is told of even where the URL would fail too."""
    opening: Callable[..., object] = karaoke_persist.open
    with pytest.raises(errors.BadOption):
        opening("nowhere://", **bad)
