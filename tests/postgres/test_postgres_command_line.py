"""The command line on a database whose tables are in a schema of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

SCHEMAS = "SELECT DISTINCT schemaname FROM pg_tables WHERE tablename LIKE 'kp%'"
# One rule is enough to see that the kit's handles are opened with the options, too.
ONE_RULE = """
from karaoke_persist.cli import main
from karaoke_persist.testing import running
running._ARGUMENTS += ("-k", "T6-01")
main()
"""


@pytest.fixture
def command(url):
    """Run `karaoke-persist` on the test's database, in the schema `venue`."""

    def run(name, *arguments, expect=0, program=("-m", "karaoke_persist.cli")):
        place = [url] if name == "conformance" else ["--store", url]
        done = subprocess.run(
            [sys.executable, *program, name, *arguments, *place, "--option", "schema=venue"],
            env={**os.environ, "PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == expect, done
        return done.stdout + done.stderr

    return run


def test_every_command_works_in_the_schema_that_is_named(command, tmp_path, postgres_server, database):
    """`schema` looks and creates there, and tells how; `sync` stores there, and `search` finds it there."""
    assert "--option schema=venue" in command("schema")
    assert "sync FOLDER --store" in (missing := command("search", "x", expect=1))
    assert "--option schema=venue" in missing
    assert json.loads(command("schema", "--migrate", "--json"))["state"] == "current"
    assert '"added": 0' in command("sync", str(tmp_path), "--json")
    assert json.loads(command("search", "x", "--json"))["total"] == 0
    with postgres_server.connect(database) as connection:
        assert connection.execute(SCHEMAS).fetchall() == [("venue",)]


def test_the_kit_runs_in_the_schema_that_is_named(command, postgres_server, database):
    """`conformance` opens every handle with the options, and leaves nothing elsewhere."""
    shown = command("conformance", program=("-c", ONE_RULE))
    assert "keeps the contract at the level full" in shown
    with postgres_server.connect(database) as connection:
        assert connection.execute(SCHEMAS).fetchall() == [("venue",)]
