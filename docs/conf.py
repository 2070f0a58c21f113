"""How the documentation is built: sphinx-build -W --keep-going -n -b html docs docs/_build/html."""

import sys
from importlib.metadata import version as _version
from itertools import groupby
from pathlib import Path

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from karaoke_persist.testing import all_rules

project = "karaoke-persist"
author = "the karaoke-persist maintainers"
copyright = f"2026, {author}"  # noqa: A001
release = version = _version("karaoke-persist")

extensions = ["myst_parser", "sphinx.ext.autodoc"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = f"karaoke-persist {release}"

myst_enable_extensions = ["colon_fence", "deflist", "fieldlist"]
myst_heading_anchors = 3

default_role = "code"  # docstrings write `code` as Markdown does
autodoc_default_options = {"members": True, "member-order": "bysource", "exclude-members": "__init__, __new__"}
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_class_signature = "separated"  # hosts are handed most of these objects; few constructors are theirs to call
python_maximum_signature_line_length = 88

# Targets outside these pages: the standard library, and what a signature mentions but a host never names.
nitpick_ignore_regex = [
    ("py:class", r"(collections\.abc|contextlib|datetime|os|pathlib)\..*"),
    (
        "py:class",
        r"karaoke_persist\..*\.(O|T|Record|Savepoint|Unreadable|Holder|Session|SchemaState|FileState|KnownFile)",
    ),
    ("py:class", r"ChangeKind|Path|PerformanceStatus|PlaylistDuplicates|RepeatPolicy|Visibility"),
    (
        "py:class",
        r"Boolean|Id|IndexedText|Integer|JsonObject|JsonValue|Kind\.\w+|NameList|Text|TextList|Time",
    ),  # kinds of field
]


def _without_field_numbers(_app, _what, _name, _object, _options, lines) -> None:  # noqa: ANN001
    """Python describes the fields of a named tuple as "Alias for field number 0"; say nothing instead."""
    lines[:] = [line for line in lines if not line.startswith("Alias for field number")]


class ConformanceRules(SphinxDirective):
    """The rules of the conformance kit by topic: `{conformance-rules}`."""

    def run(self) -> list[nodes.Node]:
        """Make the list."""
        lines = []
        for topic, rules in groupby(all_rules(), key=lambda rule: rule.topic):
            lines += ["", f"**{topic}**", "", *(f"- `{rule.id}` {rule.sentence}" for rule in rules)]
        return self.parse_text_to_nodes("\n".join(lines))


class PlantedFaults(SphinxDirective):
    """Which planted fault is found by which rule: `{planted-faults}`."""

    def run(self) -> list[nodes.Node]:
        """Make the table."""
        folder = str(Path(__file__).parents[1] / "tests" / "faults")
        if folder not in sys.path:
            sys.path.insert(0, folder)
        from planted import FAULTS  # it is no part of the package

        order = [rule.id for rule in all_rules()]
        faults = sorted(FAULTS.values(), key=lambda fault: order.index(fault.rule_ids[0]))
        lines = ["| a backend in which | is found by | planted in |", "|---|---|---|"]
        for fault in faults:
            ids = ", ".join(f"`{rule_id}`" for rule_id in fault.rule_ids)
            lines.append(f"| {fault.sentence} | {ids} | `{fault.backend}` |")
        return self.parse_text_to_nodes("\n".join(lines))


def setup(app) -> None:  # noqa: ANN001
    """Called by Sphinx."""
    app.add_directive("conformance-rules", ConformanceRules)
    app.add_directive("planted-faults", PlantedFaults)
    app.connect("autodoc-process-docstring", _without_field_numbers)
