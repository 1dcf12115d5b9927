"""tests/count.py: a failure that some runner saw is never lost in the sum."""

import importlib.util
from pathlib import Path

import pytest

spec = importlib.util.spec_from_file_location("count", Path(__file__).parents[1] / "count.py")
count = importlib.util.module_from_spec(spec)
spec.loader.exec_module(count)

PYTEST = """<testsuites><testsuite>
  <testcase classname="a" name="good"/>
  <testcase classname="a" name="left_out"><skipped/></testcase>
  <testcase classname="a" name="bad"><failure/></testcase>
</testsuite></testsuites>"""
GTEST = """<testsuites><testsuite name="Hash">
  <testcase classname="Hash" name="Known" status="run" result="completed"/>
  <testcase classname="Hash" name="Empty" status="run" result="completed"/>
</testsuite></testsuites>"""
CTEST_PASSED = '<testsuite><testcase name="unit.hash" status="run"/></testsuite>'
CTEST_FAILED = CTEST_PASSED.replace('status="run"/>', 'status="fail"><failure/></testcase>')


@pytest.fixture
def result(tmp_path, capsys):
    def run(steps, files):
        (tmp_path / "steps.txt").write_text(steps)
        for name, text in files.items():
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_text(text)
        status = count.main(tmp_path)
        return status, capsys.readouterr().out.splitlines()[-1]

    return run


def test_pytest_cases(result):
    assert result("http failed\n", {"http.xml": PYTEST}) == (1, "1 passed, 1 failed")


def test_gtest_cases_count_instead_of_their_program(result):
    files = {"unit.ctest.xml": CTEST_PASSED, "unit.gtest/hash_test.xml": GTEST}
    assert result("unit passed\n", files) == (0, "2 passed, 0 failed")


def test_a_program_that_fails_at_its_end(result):
    files = {"unit.ctest.xml": CTEST_FAILED, "unit.gtest/hash_test.xml": GTEST}
    assert result("unit failed\n", files) == (1, "2 passed, 1 failed")


def test_a_program_that_crashed(result):
    assert result("unit failed\n", {"unit.ctest.xml": CTEST_FAILED}) == (1, "0 passed, 1 failed")


def test_a_program_that_was_not_built(result):
    skipped = 'status="notrun"><skipped message="Unable to find executable"/></testcase>'
    missing = CTEST_PASSED.replace('status="run"/>', skipped)
    assert result("unit failed\n", {"unit.ctest.xml": missing}) == (1, "0 passed, 1 failed")


def test_a_step_without_cases(result):
    assert result("format passed\nrelease failed\n", {}) == (1, "1 passed, 1 failed")


def test_a_step_that_failed_though_its_cases_passed(result):
    passed = PYTEST.replace("<failure/>", "")
    assert result("http failed\n", {"http.xml": passed}) == (1, "2 passed, 1 failed")
