"""What was brought in from elsewhere: the sources, and which of their rows became what.

Written out on purpose, types too: what a revision does must not change when the code around it does.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012_imports"
down_revision = "0011_media"
branch_labels = None
depends_on = None

TEXT = sa.Text(collation="C").with_variant(sa.Text(), "sqlite")
INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.Text(collation="C").with_variant(sa.Text(), "sqlite").with_variant(postgresql.JSON(), "postgresql")
TIME = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    """Create the tables of sources and of imported rows."""
    _create_import_sources()
    _create_imported_rows()


def downgrade() -> None:
    """The way back is a backup."""
    raise NotImplementedError


def _create_import_sources() -> None:
    op.create_table(
        "kp_import_sources",
        sa.Column("revision", INTEGER, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("format", TEXT, nullable=False),
        sa.Column("path", TEXT, nullable=False),
        sa.Column("first_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_kp_import_sources"),
        sqlite_strict=True,
    )


def _create_imported_rows() -> None:
    op.create_table(
        "kp_imported_rows",
        sa.Column("revision", INTEGER, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("source_id", TEXT, nullable=False),
        sa.Column("table_name", TEXT, nullable=False),
        sa.Column("row_key", TEXT, nullable=False),
        sa.Column("row_hash", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("target", TEXT, nullable=False),
        sa.Column("fields", JSON, nullable=False),
        sa.Column("imported_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_kp_imported_rows"),
        sa.ForeignKeyConstraint(
            ["source_id"],
            ["kp_import_sources.id"],
            name="fk_kp_imported_rows_source_id",
            deferrable=True,
            initially="DEFERRED",
        ),
        sqlite_strict=True,
    )
    op.create_index("ix_kp_imported_rows_source_id", "kp_imported_rows", ["source_id"])
