"""The memory backend keeps every rule."""

from uuid import uuid4

import pytest

from karaoke_persist.testing import BackendConformance, StoreUrl


@pytest.mark.backend("memory")
class TestMemory(BackendConformance):
    """`memory://`, each test in databases of its own."""

    @pytest.fixture
    def store_url(self) -> StoreUrl:
        """Databases that are gone with their last handle."""
        prefix = uuid4().hex
        return lambda name: f"memory://{prefix}-{name}"
