"""The documents, and how each kind of code block in them is executed or checked."""

from __future__ import annotations

import difflib
import doctest
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

from markdown_it import MarkdownIt
from sybil import Example, Sybil
from sybil.parsers.markdown import CodeBlockParser, PythonCodeBlockParser

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
INSTALL_AND_DEMO = "python3 -m venv .venv && .venv/bin/pip install --quiet . && .venv/bin/karaoke-persist demo"
INSTALL_AND_TEST = "python3 -m venv .venv && .venv/bin/pip install --quiet tox && .venv/bin/tox"
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
_LEFT_BEHIND = shutil.ignore_patterns(".git", ".venv", ".tox", "_build", "__pycache__", "*.egg-info")
_PAINT = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def documents() -> list[Path]:
    """Every document of the repository, the front page first."""
    pages = [page for page in sorted(DOCS.rglob("*.md")) if "_build" not in page.parts]
    return [ROOT / "README.md", ROOT / "CHANGELOG.md", *pages]


def name_of(document: Path) -> str:
    """The path of a document as the repository spells it."""
    return document.relative_to(ROOT).as_posix()


def blocks(document: Path) -> list[tuple[str, int, str]]:
    """The language, first line and content of every code block, as a Markdown reader sees them."""
    tokens = MarkdownIt().parse(document.read_text(encoding="utf-8"))
    return [
        (token.info.split()[0] if token.info.strip() else "", token.map[0] + 1, token.content)
        for token in tokens
        if token.type in ("fence", "code_block") and token.map is not None
    ]


def run_in_order(document: Path) -> None:
    """Execute or check every code block of a document, in the current folder."""
    for example in READER.parse(document).examples():
        example.evaluate()


# commands


def run_script(example: Example) -> None:
    """Run a `bash` block; it must succeed. What it prints is kept for the `text` block after it."""
    script = example.parsed.strip()
    if script == INSTALL_AND_TEST:
        return  # this very run is a part of it; a test compares it with what `.ci/run` runs
    if script != INSTALL_AND_DEMO:
        example.namespace["printed"] = _printed(script, Path.cwd())
        return
    clone = fresh_copy()
    example.namespace["printed"] = _printed(script, clone)
    shutil.rmtree(clone)  # with all that was installed into it


def run_session(example: Example) -> None:
    """Run a `console` block: after each `$ command`, what it prints must be what is shown; `...` skips."""
    printed = ""
    for part in re.split(r"^\$ ", example.parsed, flags=re.MULTILINE)[1:]:
        command, shown = _split_command(part)
        printed = _printed(command, Path.cwd())
        _compare(shown, printed)
    example.namespace["printed"] = printed


def check_excerpt(example: Example) -> None:
    """Look for a `text` block in what the command before it printed; a line `...` skips some lines."""
    printed = example.namespace.get("printed")
    if printed is None:
        return  # a drawing: no command of this document has printed anything yet
    rest = _plain(printed)
    for part in re.split(r"^\.\.\.$", example.parsed, flags=re.MULTILINE):
        _, found, rest = rest.partition(_plain(part))
        assert found, f"not in what was printed:\n{part}\nprinted was:\n{printed}"


def fresh_copy() -> Path:
    """The repository as a clone would have it, in the current folder."""
    target = Path.cwd() / "karaoke_persist_clone"
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            capture_output=True,
            check=True,
        ).stdout
    except (OSError, subprocess.CalledProcessError):  # an unpacked source archive
        shutil.copytree(ROOT, target, ignore=_LEFT_BEHIND)
        return target
    for name in filter(None, listed.decode().split("\0")):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, target / name)
    return target


def _split_command(part: str) -> tuple[str, str]:
    """The command of a console block, its continuation lines joined, and what is shown below it."""
    lines = part.splitlines()
    size = 1
    while size < len(lines) and lines[size].startswith("> "):
        size += 1
    command = "\n".join([lines[0], *(line[2:] for line in lines[1:size])])
    return command, "\n".join(lines[size:])


def _printed(script: str, where: Path) -> str:
    """What a script prints, with the installed commands first on the path."""
    ours = ("KARAOKE_PERSIST_", "PYTEST_", "FORCE_COLOR")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    environment |= {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "LC_ALL": "C.UTF-8",
        "NO_COLOR": "1",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    }
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=where,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=300,
    )
    printed = _PAINT.sub("", done.stdout.decode("utf-8", "replace"))
    assert done.returncode == 0, f"`{script}` ended with {done.returncode} and printed:\n{printed}"
    return printed


def _compare(shown: str, printed: str) -> None:
    """Fail unless the output is what is shown; `...` alone stands for any lines, within a line for anything."""
    wanted, got = _tidy(shown), _tidy(printed)
    pattern = "".join(r"(?:.*\n)*?" if line == "..." else f"{_line_pattern(line)}\n" for line in wanted)
    if re.fullmatch(pattern, "".join(f"{line}\n" for line in got)):
        return
    raise AssertionError("\n".join(difflib.unified_diff(wanted, got, "shown", "printed", lineterm="")))


def _line_pattern(line: str) -> str:
    return ".*".join(map(re.escape, line.split("...")))


def _tidy(text: str) -> list[str]:
    """The lines, however they are spaced, without the empty ones."""
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


def _plain(text: str) -> str:
    return " ".join(text.split())


# data


def check_toml(example: Example) -> None:
    """Parse a `toml` block."""
    tomllib.loads(example.parsed)


def check_json(example: Example) -> None:
    """Parse a `json` block."""
    json.loads(example.parsed)


CHECKS = {
    "bash": run_script,
    "console": run_session,
    "text": check_excerpt,
    "toml": check_toml,
    "json": check_json,
}
READER = Sybil(
    [
        PythonCodeBlockParser(doctest_optionflags=FLAGS),
        *(CodeBlockParser(language=language, evaluator=check) for language, check in CHECKS.items()),
    ],
    pattern="*.md",
)
LANGUAGES = {"python", *CHECKS}
