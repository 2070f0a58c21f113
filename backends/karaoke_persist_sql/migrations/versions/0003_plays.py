"""What a song was played, whether guests see it, and the checksum of its recording.

Written out on purpose, types too: what a revision does must not change when the code around it does.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003_plays"
down_revision = "0002_artist_total"
branch_labels = None
depends_on = None

TEXT = sa.Text(collation="C").with_variant(sa.Text(), "sqlite")
INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
BOOLEAN = sa.Boolean(create_constraint=False).with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    """Add the columns; the songs that are there were never played, and are seen by everybody."""
    op.add_column("kp_songs", sa.Column("hidden", BOOLEAN, nullable=False, server_default=sa.false()))
    op.add_column("kp_songs", sa.Column("checksum", TEXT))
    op.add_column("kp_songs", sa.Column("play_count", INTEGER, nullable=False, server_default=sa.literal_column("0")))
    op.add_column("kp_songs", sa.Column("last_played_at", TIME))


def downgrade() -> None:
    """The way back is a backup."""
    raise NotImplementedError
