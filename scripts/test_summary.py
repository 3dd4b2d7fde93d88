#!/usr/bin/python3
"""Counts the test cases of a finished `meson test`, shows what failed, and ends with `N passed, N failed`."""

import json
import sys
import xml.etree.ElementTree as ElementTree
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

TAIL_LINES = 60


@dataclass
class Outcome:
    """What became of one meson test: how many cases passed, and the names of the others."""

    passed: int = 0
    skipped: list = field(default_factory=list)
    failed: list = field(default_factory=list)


def read_cases(report):
    """The outcome that a JUnit file of gtest or pytest tells."""
    outcome = Outcome()
    try:
        cases = list(ElementTree.parse(report).iter("testcase"))
    except ElementTree.ParseError:
        return Outcome(failed=[f"(unreadable report {report.name})"])
    for case in cases:
        name = ".".join(filter(None, (case.get("classname"), case.get("name"))))
        if case.find("failure") is not None or case.find("error") is not None:
            outcome.failed.append(name)
        elif case.find("skipped") is not None:
            reason = case.find("skipped").get("message") or "no reason given"
            outcome.skipped.append(f"{name}: {' '.join(reason.split())}")
        elif case.get("status") != "notrun":  # gtest: a DISABLED_ case
            outcome.passed += 1
    return outcome


def outcome_of(test, build_dir):
    """Joins what meson says of a test as a whole with what its cases say, where it reports them."""
    # meson tells gtest to write NAME.xml into the build directory; our pytest runs write the other.
    reports = (build_dir / f"{test['name']}.xml", pytest_report(build_dir, test["name"]))
    report = next((path for path in reports if path.exists()), None)
    outcome = read_cases(report) if report else Outcome()

    if test["result"] == "SKIP":
        outcome.skipped = outcome.skipped or ["(whole test)"]
    elif test["result"] not in ("OK", "EXPECTEDFAIL"):
        # A crash, a time-out or a sanitizer's report at exit leaves no failed case behind.
        outcome.failed = outcome.failed or [f"({test['result']}, status {test['returncode']})"]
    elif report is None:
        outcome.passed = 1
    return outcome


def pytest_report(build_dir, name):
    return build_dir / "meson-logs" / f"pytest-{name}.xml"


def show_failure(test, outcome):
    """The names of the failed cases and the end of what the test printed."""
    print(f"\n=== failed: {test['name']}")
    for name in outcome.failed:
        print(f"    {name}")
    for stream in ("stdout", "stderr"):
        lines = test.get(stream, "").splitlines()
        if lines:
            print(f"--- {stream}, last {min(len(lines), TAIL_LINES)} of {len(lines)} lines")
            print("\n".join(lines[-TAIL_LINES:]))


def find_problems(build_dir, names):
    """What would make the count wrong."""
    problems = [
        f"two tests are named {name!r}: their reports overwrite each other"
        for name, count in Counter(names).items()
        if count > 1
    ]
    expected = {pytest_report(build_dir, name) for name in names}
    problems += [
        f"{report.name} belongs to no test of that name"
        for report in pytest_report(build_dir, "*").parent.glob("pytest-*.xml")
        if report not in expected
    ]
    return problems


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: test_summary.py BUILD_DIR")
    build_dir = Path(sys.argv[1])
    log = build_dir / "meson-logs" / "testlog.json"
    tests = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
    for test in tests:
        test["name"] = test["name"].split(" / ")[-1]  # meson prefixes the suite

    passed = failed = 0
    skipped = []
    for test in tests:
        outcome = outcome_of(test, build_dir)
        passed += outcome.passed
        skipped += [f"{test['name']}: {case}" for case in outcome.skipped]
        failed += len(outcome.failed)
        if outcome.failed:
            show_failure(test, outcome)

    problems = find_problems(build_dir, [test["name"] for test in tests])
    if passed + failed == 0:
        problems.append("no test ran")
    for problem in problems:
        print(f"error: {problem}")
    failed += len(problems)
    for case in skipped:
        print(f"skipped: {case}")
    print(f"{passed} passed, {failed} failed" + (f", {len(skipped)} skipped" if skipped else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
