"""scripts/bench_table.py must put a report's numbers between the marks of a page and leave the rest as it is."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

BENCH_TABLE = Path(__file__).resolve().parents[2] / "scripts" / "bench_table.py"
MACHINE = {"cpu": "Some CPU", "tsc_mhz": 2596, "vaes": True, "ipsec_mb": "1.3.0", "openssl": "3.0.1"}


def marked(name, content):
    return f"before\n<!-- bench {name}:begin -->\n{content}<!-- bench {name}:end -->\nafter\n"


PAGE = marked("crypto", "old numbers\n")


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
    def update(page, rows, name="crypto", **more):
        (tmp_path / "report.json").write_text(json.dumps({"machine": MACHINE, "rows": rows, **more}))
        (tmp_path / "page.md").write_text(page)
        command = [sys.executable, BENCH_TABLE, name, tmp_path / "report.json", tmp_path / "page.md"]
        status = subprocess.run(command, capture_output=True, check=False).returncode
        return status, (tmp_path / "page.md").read_text()

    return update


def test_one_line_has_the_usual_and_the_many_keys(run):
    status, page = run(PAGE, [row("protect", 64, keys, keys / 10) for keys in (1, 64, 65536)])
    assert status == 0
    assert "| protect | 64 | 6 | 13 | 64 | 2.00 | 10.0 | 6,554 |\n" in page
    assert page.startswith("before\n<!-- bench crypto:begin -->\n|") and page.endswith("<!-- bench crypto:end -->\nafter\n")
    assert "Some CPU" in page and "old numbers" not in page


def test_another_number_of_keys_is_named(run):
    _status, page = run(PAGE, [row("key set", 0, 1024, 5000)])
    assert "| key set, 1,024 keys | – | 5,000 | 10,000 | 50,000 | 2.00 | 10.0 | – |\n" in page


def test_a_second_run_replaces_the_first(run):
    _status, once = run(PAGE, [row("protect", 64, 64, 100)])
    assert run(once, [row("protect", 64, 64, 100)])[1] == once


@pytest.mark.parametrize("page", ["", "<!-- bench crypto:begin -->", "<!-- bench crypto:end -->", marked("path", "")])
def test_a_page_without_marks_is_refused_and_stays(run, page):
    assert run(page, [row("protect", 64, 64, 100)]) == (1, page)


def path_row(way, size, flows, ratio):
    return {
        "way": way,
        "bytes": size,
        "flows": flows,
        "path_cycles": 100 * ratio,
        "ipsec_mb_cycles": 80,
        "crypto_perf_cycles": 100,
        "ratio_ipsec_mb": 100 * ratio / 80,
        "ratio_crypto_perf": ratio,
    }


def test_one_line_has_the_flows_of_a_way_and_size(run):
    rows = [path_row("downlink", 0, 1000, 1.2), path_row("downlink", 0, 65536, 1.32)]
    status, page = run(marked("path", "old"), rows, "path")
    assert status == 0
    assert "| downlink | IMIX | 120 | 80 | 100 | 1.50 | 1.20 | +10 % | – |\n" in page


def test_without_crypto_perf_there_are_dashes(run):
    row = path_row("relay", 64, 1000, 2) | {"crypto_perf_cycles": None, "ratio_crypto_perf": None}
    _status, page = run(marked("path", ""), [row], "path")
    assert "| relay | 64 | 200 | 80 | – | 2.50 | – | – | – |\n" in page


def test_the_extras_become_a_sentence(run):
    extras = {
        "swaps": {"stations": 1000, "still_cycles": 200, "swapping_cycles": 205, "swaps": 4000},
        "rolls": {"packets": 5000000, "seconds": 1.0, "teks": 3},
        "two_workers": {"factor": 1.96, "alone_cycles": 200, "together_cycles": 204},
    }
    _status, page = run(marked("path", ""), [path_row("relay", 64, 1000, 2)], "path", extras=extras)
    assert "costs +2.5 %." in page and "5,000,000 packets under 3 TEKs" in page and "1.96 times" in page
