"""The SQLite backend keeps every rule."""

from pathlib import Path

import pytest

from karaoke_persist.testing import BackendConformance, StoreUrl


@pytest.mark.backend("sqlite")
class TestSqlite(BackendConformance):
    """`sqlite:///`, each test in files of its own."""

    @pytest.fixture
    def store_url(self, tmp_path: Path) -> StoreUrl:
        """Files in the test's own folder."""
        return lambda name: f"sqlite:///{tmp_path}/{name}.db"
