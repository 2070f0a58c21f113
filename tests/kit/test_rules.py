"""The rule mark: ids that are seen, and mercy for backends of an older contract."""

from __future__ import annotations

import pytest

SUITE = """
    import pytest
    from karaoke_persist.testing import BackendConformance, rule
    from karaoke_persist.testing.handles import Conformance

    class TestIt(Conformance):
        @pytest.fixture
        def store_url(self):
            return lambda name: f"memory://rules-{name}"

        @rule("C-98", since="%s")
        @pytest.mark.parametrize("number", [1, 2])
        def test_it(self, library, number):
            '''One is two.'''
            assert library.songs.count_songs() == 0
            assert number == 2
"""


def test_the_id_is_shown(pytester: pytest.Pytester) -> None:
    """A rule's id stands in the name of its test, before what it is parametrised by."""
    pytester.makepyfile(SUITE % "1.0")
    result = pytester.runpytest_inprocess("-p", "no:cacheprovider")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["FAILED *::TestIt::test_it[[]C-98-1]*"])


def test_a_newer_rule_warns(pytester: pytest.Pytester) -> None:
    """A rule of a newer contract than the backend declares is warned of when it fails, and counts when it holds."""
    pytester.makepyfile(SUITE % "1.7")
    result = pytester.runpytest_inprocess("-p", "no:cacheprovider", "-W", "default")
    result.assert_outcomes(passed=1, xfailed=1, warnings=1)
    result.stdout.fnmatch_lines(
        ["*ConformanceWarning: C-98 came with contract 1.7, this backend declares 1.0: One is two.*"]
    )


def test_a_backend_is_needed(pytester: pytest.Pytester) -> None:
    """A class that gives no `store_url` is told so, and the bases are never collected by themselves."""
    pytester.makepyfile(
        "from karaoke_persist.testing import BackendConformance\nclass TestIt(BackendConformance): pass"
    )
    result = pytester.runpytest_inprocess("-p", "no:cacheprovider", "-k", "T1-01")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*a subclass of BackendConformance gives the fixture `store_url`*"])


GAPS = """
    import pytest
    from karaoke_persist.testing import rule
    from karaoke_persist.testing.handles import Conformance

    class TestIt(Conformance):
        known_gaps = %s
        level = "%s"

        @pytest.fixture
        def store_url(self):
            return lambda name: f"memory://rules-{name}"

        @rule("R-98")
        @pytest.mark.parametrize("number", [1, 2])
        def test_it(self, library, number):
            '''One is two.'''
            assert number == 2

        @rule("C-98")
        def test_left(self, library):
            '''What was opened is closed.'''
            %s
"""


def test_a_known_gap(pytester: pytest.Pytester) -> None:
    """A rule that is named as a gap is an expected failure with its reason; a test can be named by its own id."""
    pytester.makepyfile(GAPS % ({"R-98-1": "one is one"}, "full", "assert True"))
    result = pytester.runpytest_inprocess("-p", "no:cacheprovider", "-rx")
    result.assert_outcomes(passed=2, xfailed=1)
    result.stdout.fnmatch_lines(["XFAIL *R-98-1*known gap: one is one*"])


def test_a_gap_that_is_none(pytester: pytest.Pytester) -> None:
    """A rule that is named as a gap and holds is a failure, which says so."""
    pytester.makepyfile(GAPS % ({"R-98": "one is one"}, "full", "assert True"))
    result = pytester.runpytest_inprocess("-p", "no:cacheprovider")
    result.assert_outcomes(passed=1, xfailed=1, failed=1)
    result.stdout.fnmatch_lines(["*R-98-2 holds, and is no known gap any more (one is one): One is two.*"])


def test_the_level_core(pytester: pytest.Pytester) -> None:
    """The level core leaves the topics out that only Full has."""
    pytester.makepyfile(GAPS % ({}, "core", "assert True"))
    pytester.runpytest_inprocess("-p", "no:cacheprovider").assert_outcomes(passed=1, skipped=2)


def test_what_is_left_open_is_found(pytester: pytest.Pytester) -> None:
    """A test that ends while the writer is taken fails, though everything it asserts is true."""
    pytester.makepyfile(GAPS % ({}, "core", "library.store.session()"))
    result = pytester.runpytest_inprocess("-p", "no:cacheprovider")
    result.assert_outcomes(failed=1, skipped=2)
    result.stdout.fnmatch_lines(["*Busy*"])
