"""The command as a person runs it, in an empty folder."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass

import pytest

from karaoke_persist.cli import main


@dataclass
class Ran:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self):
        """Its answer."""
        return json.loads(self.out)


@pytest.fixture
def command(tmp_path, monkeypatch, capsys):
    """Runs `karaoke-persist` with these arguments and environment, here in this process."""

    def run(*arguments, expect=0, **environment):
        with monkeypatch.context() as patch:
            patch.chdir(tmp_path)
            patch.setattr(sys, "argv", ["karaoke-persist", *map(str, arguments)])
            for name, value in environment.items():
                patch.setenv(name, value)
            with pytest.raises(SystemExit) as exited:
                main()
        ran = Ran(exited.value.code or 0, *capsys.readouterr())
        assert ran.code == expect, ran
        return ran

    return run


@pytest.fixture
def process(tmp_path):
    """Runs it in a process of its own, where streams, signals and traces are the real ones."""

    def run(*arguments, expect=0, stdout=subprocess.PIPE, **environment):
        done = subprocess.run(
            [sys.executable, "-m", "karaoke_persist.cli", *map(str, arguments)],
            cwd=tmp_path,
            env={**os.environ, "PYTHONIOENCODING": "utf-8", **environment},
            stdout=stdout,
            stderr=subprocess.PIPE,
            timeout=300,
        )
        ran = Ran(done.returncode, (done.stdout or b"").decode(), done.stderr.decode())
        assert ran.code == expect, ran
        return ran

    return run
