"""scripts/bench_table.py must put a report's numbers between the marks of a page and leave the rest as it is."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

BENCH_TABLE = Path(__file__).resolve().parents[2] / "scripts" / "bench_table.py"
MACHINE = {"cpu": "Some CPU", "tsc_mhz": 2596, "vaes": True, "ipsec_mb": "1.3.0", "openssl": "3.0.1"}
PAGE = "before\n<!-- bench:begin -->\nold numbers\n<!-- bench:end -->\nafter\n"


def row(operation, size, keys, cycles):
    return {
        "operation": operation,
        "bytes": size,
        "keys": keys,
        "aaigw_cycles": cycles,
        "ipsec_mb_cycles": 2 * cycles,
        "openssl_cycles": 10 * cycles,
        "ratio_ipsec_mb": 2.0,
        "ratio_openssl": 10.0,
    }


@pytest.fixture
def run(tmp_path):
    def update(page, rows):
        (tmp_path / "report.json").write_text(json.dumps({"machine": MACHINE, "rows": rows}))
        (tmp_path / "page.md").write_text(page)
        command = [sys.executable, BENCH_TABLE, tmp_path / "report.json", tmp_path / "page.md"]
        status = subprocess.run(command, capture_output=True, check=False).returncode
        return status, (tmp_path / "page.md").read_text()

    return update


def test_one_line_has_the_usual_and_the_many_keys(run):
    status, page = run(PAGE, [row("protect", 64, keys, keys / 10) for keys in (1, 64, 65536)])
    assert status == 0
    assert "| protect | 64 | 6 | 13 | 64 | 2.00 | 10.0 | 6,554 |\n" in page
    assert page.startswith("before\n<!-- bench:begin -->\n|") and page.endswith("<!-- bench:end -->\nafter\n")
    assert "Some CPU" in page and "old numbers" not in page


def test_another_number_of_keys_is_named(run):
    _status, page = run(PAGE, [row("key set", 0, 1024, 5000)])
    assert "| key set, 1,024 keys | – | 5,000 | 10,000 | 50,000 | 2.00 | 10.0 | – |\n" in page


def test_a_second_run_replaces_the_first(run):
    _status, once = run(PAGE, [row("protect", 64, 64, 100)])
    assert run(once, [row("protect", 64, 64, 100)])[1] == once


@pytest.mark.parametrize("page", ["", "<!-- bench:begin -->", "<!-- bench:end -->"])
def test_a_page_without_marks_is_refused_and_stays(run, page):
    assert run(page, [row("protect", 64, 64, 100)]) == (1, page)
