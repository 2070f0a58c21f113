"""The functions in SQL that make the grams of a document, and the index over them.

They say what `karaoke_persist_sql.search.grams` says; a test compares the two. They call nothing but functions of the
server's own, and are bound by identity, so that no search path matters.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

TEXTS: Final = ("title", "artist", "album", "more_title", "more_artist", "more_album")
"""The columns of which a document's text is made."""
ARGUMENTS: Final = (
    *TEXTS,
    *("title_initials", "artist_initials", "year", "lyrics", "hidden", "sung"),
    *("name_key", "genre_key", "language_key"),
)
"""The columns of which its grams are made."""
PENDING_KB: Final = 2_048
"""How much may wait to be sorted into the index, some 800 songs. Readers look through it, which takes up to half a
millisecond; the writer who fills it sorts it in, the more at once, the less for each."""

# Every form stands between spaces, and once more with the markers of its field: the first form of a field only with its
# beginning and its end, to keep it short. Breaks are what no gram may reach across.
_TEXT: Final = """
CREATE OR REPLACE FUNCTION {text}(
    title text, artist text, album text, more_title text, more_artist text, more_album text
) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
    E'\\n ' || title || E' \\nＴ' || left(title, 2) || E'\\n' || right(title, 2)
    || E'Ｔ\\n ' || artist || E' \\nＡ' || left(artist, 2) || E'\\n' || right(artist, 2) || E'Ａ\\n'
    || coalesce(' ' || album || E' \\n', '')
    || coalesce(more_title || replace(replace(more_title, E'\\n ', E'\\nＴ'), E' \\n', E'Ｔ\\n'), '')
    || coalesce(replace(replace(more_title, E'\\n ', E'\\nＵ'), E' \\n', E'\\n'), '')
    || coalesce(more_artist || replace(replace(more_artist, E'\\n ', E'\\nＡ'), E' \\n', E'Ａ\\n'), '')
    || coalesce(more_album, '')
"""
# One, two and three characters in a row, within a word and the spaces round it, 21 bits each; the first two and three
# of initials, below zero; and facts. The cost tells the planner that nobody wants to do this for every row.
_GRAMS: Final = """
CREATE OR REPLACE FUNCTION {grams}(
    title text, artist text, album text, more_title text, more_artist text, more_album text,
    title_initials text, artist_initials text, year bigint, lyrics bigint, hidden bigint, sung boolean,
    name_key bigint, genre_key bigint, language_key bigint
) RETURNS bigint[] LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 10000 RETURN (
    SELECT array_agg(a) FILTER (WHERE a > 32)
        || array_agg((a << 21) | b) FILTER (WHERE a > 10 AND b > 32)
        || array_agg((a << 42) | (b << 21) | c) FILTER (WHERE a > 10 AND b > 32 AND c > 10)
    FROM (
        SELECT unnest(letters) AS a, unnest(letters[2:]) AS b, unnest(letters[3:]) AS c
        FROM (
            SELECT array_agg(ascii(letter)::bigint) AS letters
            FROM string_to_table(
                {text}(title, artist, album, more_title, more_artist, more_album), NULL
            ) AS letter
        ) AS spelled
    ) AS windows
) || CASE WHEN title_initials IS NULL AND artist_initials IS NULL THEN '{{}}' ELSE (
    SELECT array_agg(-1 - code)
    FROM string_to_table(coalesce(title_initials, '') || coalesce(artist_initials, ''), E'\\n') AS form, LATERAL (
        SELECT ascii(substr(form, 2))::bigint, ascii(substr(form, 3))::bigint, ascii(substr(form, 4))::bigint
    ) AS first(a, b, c), LATERAL (VALUES (3, (a << 21) | b), (4, (a << 42) | (b << 21) | c)) AS codes(longer, code)
    WHERE length(form) > longer
) END || array_remove(ARRAY[
    name_key, genre_key, language_key,
    (ascii('Ｙ')::bigint << 42) | (year & 4398046511103),
    (ascii('Ｄ')::bigint << 42) | (floor(year / 10.0)::bigint & 4398046511103),
    CASE WHEN lyrics = 1 THEN ascii('Ｗ') END, CASE WHEN hidden = 1 THEN ascii('Ｈ') END,
    CASE WHEN sung THEN ascii('Ｓ') END
], NULL)
"""
_INDEX: Final = "CREATE INDEX {index} ON {docs} USING gin ({grams}({arguments})) WITH (gin_pending_list_limit = {kb})"
# Statistics of grams are dear to make, and for a gram that all documents have they would advise against the index.
_UNTOLD: Final = "ALTER INDEX {qualified}{index} ALTER COLUMN 1 SET STATISTICS 0"


def creation(docs: str) -> Sequence[str]:
    """The statements that follow the creation of a table of documents."""
    prefix = docs.removesuffix("docs")
    qualified, dot, name = docs.rpartition(".")
    names = {"text": f"{prefix}text", "grams": f"{prefix}grams", "docs": docs, "index": f"ix_{name}_grams"}
    return (
        _TEXT.format(**names).strip(),
        _GRAMS.format(**names).strip(),
        _INDEX.format(**names, arguments=", ".join(ARGUMENTS), kb=PENDING_KB),
        _UNTOLD.format(**names, qualified=qualified + dot),
    )
