"""scripts/test_summary.py must count cases, never hide a failure, and fail when nothing ran."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

SUMMARY = Path(__file__).resolve().parents[2] / "scripts" / "test_summary.py"
GTEST = (
    '<testsuites><testsuite name="S"><testcase name="a" classname="S" status="run"/>'
    '<testcase name="b" classname="S" status="run">{inside}</testcase>'
    '<testcase name="DISABLED_c" classname="S" status="notrun"/></testsuite></testsuites>'
)


@pytest.fixture
def build(tmp_path):
    """Writes a build directory's logs as meson would, and gives (last line, whole output, exit status)."""

    def run(tests, reports=()):
        logs = tmp_path / "meson-logs"
        logs.mkdir()
        lines = [
            json.dumps({"name": f"aaigw:unit / {name}", "result": result, "returncode": 1, "stdout": f"out of {name}"})
            for name, result in tests
        ]
        (logs / "testlog.json").write_text("\n".join(lines))
        for path, text in dict(reports).items():
            (tmp_path / path).write_text(text)
        done = subprocess.run([sys.executable, SUMMARY, tmp_path], capture_output=True, text=True, check=False)
        return done.stdout.splitlines()[-1], done.stdout, done.returncode

    return run


def test_plain_tests_count_one(build):
    assert build([("a", "OK"), ("b", "OK")])[::2] == ("2 passed, 0 failed", 0)


def test_gtest_cases_are_counted_without_disabled_ones(build):
    assert build([("a", "OK"), ("b", "OK")], {"a.xml": GTEST.format(inside="")})[::2] == ("3 passed, 0 failed", 0)


def test_pytest_cases_are_counted(build):
    report = {"meson-logs/pytest-a.xml": GTEST.format(inside='<skipped message="no file"/>')}
    line, output, status = build([("a", "OK")], report)
    assert (line, status) == ("1 passed, 0 failed, 1 skipped", 0)
    assert "skipped: a: S.b: no file" in output


def test_a_failed_case_is_named_with_the_log(build):
    line, output, status = build([("a", "FAIL")], {"a.xml": GTEST.format(inside="<failure/>")})
    assert (line, status) == ("1 passed, 1 failed", 1)
    assert "S.b" in output and "out of a" in output


@pytest.mark.parametrize("result", ["FAIL", "ERROR", "TIMEOUT", "INTERRUPT", "UNEXPECTEDPASS"])
def test_a_failure_after_good_cases_still_counts(build, result):
    assert build([("a", result)], {"a.xml": GTEST.format(inside="")})[::2] == ("2 passed, 1 failed", 1)


@pytest.mark.parametrize("result", ["FAIL", "ERROR", "TIMEOUT"])
def test_a_crash_without_a_report_counts(build, result):
    assert build([("a", result)])[::2] == ("0 passed, 1 failed", 1)


def test_a_skipped_test_is_no_passed_one(build):
    assert build([("a", "SKIP"), ("b", "OK")])[::2] == ("1 passed, 0 failed, 1 skipped", 0)


@pytest.mark.parametrize(
    "tests, reports, problem",
    [
        ([], {}, "no test ran"),
        ([("a", "SKIP")], {}, "no test ran"),
        ([("a", "OK"), ("a", "OK")], {}, "two tests are named 'a'"),
        ([("a", "OK")], {"meson-logs/pytest-b.xml": GTEST.format(inside="")}, "pytest-b.xml belongs to no test"),
        ([("a", "OK")], {"a.xml": "<testsuites>"}, "unreadable report"),
    ],
)
def test_what_would_make_the_count_wrong_fails(build, tests, reports, problem):
    _line, output, status = build(tests, reports)
    assert status == 1 and problem in output
