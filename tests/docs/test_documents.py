"""Whatever the documents show has been run."""

import re
from pathlib import Path

import documents
import pytest

EVERY = pytest.mark.parametrize("document", documents.documents(), ids=documents.name_of)


@EVERY
# A page shows a fork, and the runner of the tests has a thread or two of its own.
@pytest.mark.filterwarnings("ignore:.*use of fork.*:DeprecationWarning")
def test_what_a_document_shows_has_been_run(document: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Every code block of a document runs, in order, in a folder of its own, and prints what is shown."""
    monkeypatch.chdir(tmp_path)

    documents.run_in_order(document)


@EVERY
def test_no_block_escapes_the_checks(document: Path):
    """Every code block of a document is in a language that is executed or checked; none is merely indented."""
    escaped = [
        f"{documents.name_of(document)}:{line}: {language or 'no language'}"
        for language, line, _ in documents.blocks(document)
        if language not in documents.LANGUAGES and not language.startswith("{")
    ]

    assert not escaped


@EVERY
def test_the_runner_sees_every_block_of_a_document(document: Path):
    """As many blocks are run or checked as a Markdown reader sees."""
    seen = {line for language, line, _ in documents.blocks(document) if language in documents.LANGUAGES}
    run = {block_start(document, example.line) for example in documents.READER.parse(document).examples()}

    assert seen == run


def block_start(document: Path, line: int) -> int:
    """The line of the fence that opens the block in which an example stands."""
    return max(start for _, start, _ in documents.blocks(document) if start <= line)


@pytest.mark.parametrize(
    "document", [documents.ROOT / "README.md", documents.ROOT / "CHANGELOG.md"], ids=documents.name_of
)
def test_the_links_of_the_front_pages_lead_somewhere(document: Path):
    """Relative links, which the build of the documentation does not see, name files that are there."""
    targets = re.findall(r"\]\(([^)#\s]+)", document.read_text(encoding="utf-8"))

    assert not [target for target in targets if "://" not in target and not (documents.ROOT / target).is_file()]


def test_the_second_command_is_what_the_continuous_integration_runs():
    """The README's second command stands in `.ci/run` word for word, and what it runs is there."""
    readme = [content.strip() for _, _, content in documents.blocks(documents.ROOT / "README.md")]
    ci = (documents.ROOT / ".ci/run").read_text(encoding="utf-8").splitlines()

    assert documents.INSTALL_AND_DEMO in readme
    assert documents.INSTALL_AND_TEST in readme
    assert documents.INSTALL_AND_TEST in ci
    assert (documents.ROOT / "tox.ini").is_file()


def test_the_two_commands_stand_on_the_first_screen():
    """Both commands are within the first forty lines of the README."""
    first_screen = (documents.ROOT / "README.md").read_text(encoding="utf-8").splitlines()[:40]

    assert documents.INSTALL_AND_DEMO in first_screen
    assert documents.INSTALL_AND_TEST in first_screen
