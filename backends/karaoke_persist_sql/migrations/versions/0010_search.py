"""Other names of artists, readings, and the index of search.

Written out on purpose, types too: what a revision does must not change when the code around it does.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010_search"
down_revision = "0009_versions"
branch_labels = None
depends_on = None

TEXT = sa.Text(collation="C").with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    """Add the columns; readings of the songs that are there are made by a check that repairs."""
    for name, empty in (("artist_aliases", "'[]'"), ("title_readings", "'{}'"), ("artist_readings", "'{}'")):
        op.add_column("kp_songs", sa.Column(name, TEXT, nullable=False, server_default=sa.literal_column(empty)))


def downgrade() -> None:
    """The way back is a backup."""
    raise NotImplementedError
