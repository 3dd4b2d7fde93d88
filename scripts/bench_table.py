#!/usr/bin/python3
"""Puts the tables of a benchmark report (JSON) between its marks in a Markdown file."""

import json
import sys
from pathlib import Path

# The number of keys of most columns, and the one that shows what a cold cache costs.
USUAL_KEYS = 64
MANY_KEYS = 65536

CRYPTO_HEAD = (
    "| operation | bytes | aaigw | raw IPsec-MB | OpenSSL | × IPsec-MB | × OpenSSL | aaigw, 65,536 keys |\n"
    "|---|---:|---:|---:|---:|---:|---:|---:|"
)

CRYPTO_NOTE = f"""TSC cycles per packet (per key set in the last line) on one core, with {USUAL_KEYS} keys unless said otherwise. "×" says how
many times as fast aaigw is: as the best way to use IPsec-MB directly, and as OpenSSL with a context per key, all measured
in turn in one run."""

PATH_HEAD = (
    "| way | bytes | whole path | raw IPsec-MB | crypto-perf | / IPsec-MB | / crypto-perf "
    "| 65,536 flows | 1,000,000 flows |\n"
    "|---|---:|---:|---:|---:|---:|---:|---:|---:|"
)

PATH_NOTE = """TSC cycles per packet on one core with 1,000 flows, from the frame that comes in to the frame that goes out, beside what
the bare AES-CCM of the same bytes costs with IPsec-MB and in `dpdk-test-crypto-perf`, measured in turn in one run. A relay
opens and protects. The last columns say how much more each packet costs with more flows, by the ratios to crypto-perf."""


def number(value):
    """A count as people write it; a dash for what does not apply."""
    return f"{value:,.0f}" if value else "–"


def place(report):
    """Where it was measured."""
    machine = report["machine"]
    return (
        f"Measured on {machine['cpu']} (TSC {machine['tsc_mhz']:,} MHz, VAES: {'yes' if machine['vaes'] else 'no'})"
        f" with IPsec-MB {machine['ipsec_mb']} and OpenSSL {machine['openssl']}."
    )


def crypto_line(operation, size, by_keys):
    """One operation and size; `by_keys` has its rows by the number of keys."""
    row = by_keys.get(USUAL_KEYS) or next(iter(by_keys.values()))
    label = operation if row["keys"] == USUAL_KEYS else f"{operation}, {row['keys']:,} keys"
    cells = (
        label,
        number(size),
        number(row["aaigw_cycles"]),
        number(row["ipsec_mb_cycles"]),
        number(row["openssl_cycles"]),
        f"{row['ratio_ipsec_mb']:.2f}",
        f"{row['ratio_openssl']:.1f}",
        number(by_keys.get(MANY_KEYS, {}).get("aaigw_cycles")),
    )
    return f"| {' | '.join(cells)} |"


def crypto_table(report):
    """The Markdown of a report of `aaigw-bench crypto`."""
    by_size = {}
    for row in report["rows"]:
        by_size.setdefault((row["operation"], row["bytes"]), {})[row["keys"]] = row
    lines = [crypto_line(operation, size, by_keys) for (operation, size), by_keys in by_size.items()]
    return "\n".join([CRYPTO_HEAD, *lines, "", CRYPTO_NOTE, place(report), ""])


def ratio(row):
    """The whole path to crypto-perf, or to raw IPsec-MB where that program is missing."""
    return row["ratio_crypto_perf"] or row["ratio_ipsec_mb"]


def more(row, usual):
    """How much more a packet costs there than with the usual number of flows."""
    return f"{100 * (ratio(row) / ratio(usual) - 1):+.0f} %" if row else "–"


def path_line(way, size, by_flows):
    """One way and size; `by_flows` has its rows by the number of flows."""
    row = by_flows.get(1000) or next(iter(by_flows.values()))
    to_crypto_perf = row["ratio_crypto_perf"]
    cells = (
        way,
        number(size) if size else "IMIX",
        number(row["path_cycles"]),
        number(row["ipsec_mb_cycles"]),
        number(row["crypto_perf_cycles"]),
        f"{row['ratio_ipsec_mb']:.2f}",
        f"{to_crypto_perf:.2f}" if to_crypto_perf else "–",
        more(by_flows.get(65536), row),
        more(by_flows.get(1_000_000), row),
    )
    return f"| {' | '.join(cells)} |"


def path_extras(extras):
    """What is no row: context swaps, TEK rolls and a second worker."""
    swaps, rolls, two = extras["swaps"], extras["rolls"], extras["two_workers"]
    cost = 100 * (swaps["swapping_cycles"] / swaps["still_cycles"] - 1)
    return (
        f"Giving each of {swaps['stations']:,} stations a new context every second costs {cost:+.1f} %. One SA at full rate sends"
        f" {rolls['packets']:,} packets under {rolls['teks']} TEKs and loses none. Two workers carry {two['factor']:.2f} times as"
        " much as one."
    )


def path_table(report):
    """The Markdown of a report of `aaigw-bench path`."""
    by_size = {}
    for row in report["rows"]:
        by_size.setdefault((row["way"], row["bytes"]), {})[row["flows"]] = row
    lines = [path_line(way, size, by_flows) for (way, size), by_flows in by_size.items()]
    extras = [path_extras(report["extras"])] if "extras" in report else []
    return "\n".join([PATH_HEAD, *lines, "", PATH_NOTE, *extras, place(report), ""])


TABLES = {"crypto": crypto_table, "path": path_table}


def main():
    if len(sys.argv) != 4 or sys.argv[1] not in TABLES:
        sys.exit(f"usage: bench_table.py {'|'.join(TABLES)} REPORT.json FILE.md")
    name = sys.argv[1]
    report = json.loads(Path(sys.argv[2]).read_text())
    page = Path(sys.argv[3])
    opening, closing = f"<!-- bench {name}:begin -->", f"<!-- bench {name}:end -->"
    before, begin, rest = page.read_text().partition(opening)
    _old, end, after = rest.partition(closing)
    if not begin or not end:
        sys.exit(f"{page}: no {opening} ... {closing}")
    page.write_text(f"{before}{opening}\n{TABLES[name](report)}{closing}{after}")


if __name__ == "__main__":
    main()
