"""What a store was copied from.

Written out on purpose, types too: what a revision does must not change when the code around it does.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013_copies"
down_revision = "0012_imports"
branch_labels = None
depends_on = None

TEXT = sa.Text(collation="C").with_variant(sa.Text(), "sqlite")
INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    """Create the table of the last copy."""
    op.create_table(
        "kp_transfers",
        sa.Column("revision", INTEGER, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("source", TEXT, nullable=False),
        sa.Column("began_at", TIME, nullable=False),
        sa.Column("verified_at", TIME),
        sa.Column("digest", TEXT),
        sa.PrimaryKeyConstraint("id", name="pk_kp_transfers"),
        sqlite_strict=True,
    )


def downgrade() -> None:
    """The way back is a backup."""
    raise NotImplementedError
