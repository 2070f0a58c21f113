"""The number of artists, kept rather than counted.

Written out on purpose, types and triggers too: what a revision does must not change when the code around it does.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002_artist_total"
down_revision = "0001_songs"
branch_labels = None
depends_on = None

INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the table with its one row, and the triggers that keep it."""
    op.create_table(
        "kp_songs_artist_total",
        sa.Column("id", INTEGER, nullable=False, autoincrement=False),
        sa.Column("n", INTEGER, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_kp_songs_artist_total"),
        sqlite_strict=True,
    )
    bind = op.get_bind()
    bind.exec_driver_sql("INSERT INTO kp_songs_artist_total (id, n) SELECT 1, count(*) FROM kp_songs_artist_counts")
    if bind.dialect.name not in TRIGGERS:
        raise NotImplementedError(f"the triggers of {bind.dialect.name} have not been written")
    for statement in TRIGGERS[bind.dialect.name]:
        bind.exec_driver_sql(statement.replace("{schema}", _schema()))


def downgrade() -> None:
    """The way back is a backup."""
    raise NotImplementedError


def _schema() -> str:
    """The schema that the tables are made in: a function must not depend on the search path of who writes."""
    bind = op.get_bind()
    if bind.dialect.name != "postgresql":
        return ""
    return str(bind.exec_driver_sql("SELECT quote_ident(current_schema())").scalar_one())


def _sqlite(event: str, sign: str) -> str:
    return (
        f"CREATE TRIGGER kp_songs_artist_total_{event.lower()} AFTER {event} ON kp_songs_artist_counts"  # noqa: S608
        f" BEGIN UPDATE kp_songs_artist_total SET n = n {sign} 1; END"
    )


def _postgres(event: str, sign: str, rows: str) -> tuple[str, str]:
    function = f"{{schema}}.kp_songs_artist_total_{event.lower()}()"
    return (
        f"CREATE FUNCTION {function} RETURNS trigger LANGUAGE plpgsql AS $kp$ BEGIN"  # noqa: S608
        f" UPDATE {{schema}}.kp_songs_artist_total SET n = n {sign} (SELECT count(*) FROM {rows}_rows)"
        f" WHERE EXISTS (SELECT FROM {rows}_rows); RETURN NULL; END $kp$",
        f"CREATE TRIGGER kp_songs_artist_total_{event.lower()} AFTER {event} ON {{schema}}.kp_songs_artist_counts"
        f" REFERENCING {rows.upper()} TABLE AS {rows}_rows FOR EACH STATEMENT EXECUTE FUNCTION {function}",
    )


TRIGGERS = {
    "sqlite": (_sqlite("INSERT", "+"), _sqlite("DELETE", "-")),
    "postgresql": (*_postgres("INSERT", "+", "new"), *_postgres("DELETE", "-", "old")),
}
