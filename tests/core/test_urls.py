"""Which URLs are read, and as what."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from karaoke_persist import BadURL
from karaoke_persist.urls import redacted, scheme_of, store_url


@pytest.mark.parametrize(
    ("url", "scheme"),
    [
        ("memory://", "memory"),
        ("memory://party", "memory"),
        ("sqlite:///a.db", "sqlite"),
        ("sqlite:////tmp/a.db", "sqlite"),
        ("SQLite:///a.db", "sqlite"),
        ("postgresql://user@host/name", "postgresql"),
        ("postgres://user@host/name", "postgresql"),
        ("postgresql+psycopg://user@host/name", "postgresql"),
        ("foo-bar.2://x", "foo-bar.2"),
    ],
)
def test_schemes(url: str, scheme: str) -> None:
    """The scheme chooses the backend; a driver's name is not part of it, and case does not count."""
    assert scheme_of(store_url(url)) == scheme


@pytest.mark.parametrize("given", ["songs.db", "some folder/songs.sqlite", "songs.SQLITE3", Path("songs.data")])
def test_paths(given: str | Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A path object, and text that ends like a SQLite file, is that file, made absolute at once."""
    monkeypatch.chdir(tmp_path)
    assert store_url(given) == f"sqlite:///{tmp_path / given}"


WELL_MEANT = ["", "songs", "postgres//host/name", "//host", "://x", "1a://x", "sqlite:songs.db", "a b://x", "memory:/x"]


@pytest.mark.parametrize("given", [*WELL_MEANT, "x\x00.db", "memory://\x00", ":memory:", "file", None, 7, b"memory://"])
def test_what_is_no_url(given: Any) -> None:
    """Anything else is `BadURL`, with examples."""
    with pytest.raises(BadURL, match="Examples: sqlite:///karaoke"):
        store_url(given)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://me:secret@host/name", "postgresql://me:***@host/name"),
        ("postgresql://me@host/name", "postgresql://me@host/name"),
        ("postgresql://:secret@host", "postgresql://:***@host"),
        ("postgresql://me:se@cret@host", "postgresql://me:***@host"),
        ("postgresql://host/n?user=x&password=secret&a=1", "postgresql://host/n?user=x&password=***&a=1"),
        ("postgresql://host/n?PASSWORD=secret", "postgresql://host/n?PASSWORD=***"),
        ("sqlite:////tmp/a:b@c.db", "sqlite:////tmp/a:b@c.db"),
    ],
)
def test_redacted(url: str, shown: str) -> None:
    """The password is taken out of a URL, and nothing else."""
    assert redacted(url) == shown
