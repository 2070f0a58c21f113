"""The SQLite backend keeps every rule."""

from collections.abc import Iterator
from tempfile import TemporaryDirectory

import pytest
from in_memory import folder_in_memory

from karaoke_persist.testing import BackendConformance, StoreUrl


@pytest.mark.backend("sqlite")
class TestSqlite(BackendConformance):
    """`sqlite:///`, each test in files of its own."""

    @pytest.fixture
    def store_url(self) -> Iterator[StoreUrl]:
        """Files in a folder of the test's own; no rule is about what a disk does, so they may be in memory."""
        with TemporaryDirectory(dir=folder_in_memory()) as folder:
            yield lambda name: f"sqlite:///{folder}/{name}.db"
