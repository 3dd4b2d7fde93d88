#!/usr/bin/python3
"""Puts the table of a benchmark report (JSON) between the bench marks of a Markdown file."""

import json
import sys
from pathlib import Path

BEGIN = "<!-- bench:begin -->"
END = "<!-- bench:end -->"

# The number of keys of most columns, and the one that shows what a cold cache costs.
USUAL_KEYS = 64
MANY_KEYS = 65536

HEAD = (
    "| operation | bytes | aaigw | raw IPsec-MB | OpenSSL | × IPsec-MB | × OpenSSL | aaigw, 65,536 keys |\n"
    "|---|---:|---:|---:|---:|---:|---:|---:|"
)

NOTE = f"""TSC cycles per packet (per key set in the last line) on one core, with {USUAL_KEYS} keys unless said otherwise. "×" says how
many times as fast aaigw is: as the best way to use IPsec-MB directly, and as OpenSSL with a context per key, all measured
in turn in one run."""


def number(value):
    """A count as people write it; a dash for what does not apply."""
    return f"{value:,.0f}" if value else "–"


def table_line(operation, size, by_keys):
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


def table(report):
    """The Markdown of a report."""
    by_size = {}
    for row in report["rows"]:
        by_size.setdefault((row["operation"], row["bytes"]), {})[row["keys"]] = row
    lines = [table_line(operation, size, by_keys) for (operation, size), by_keys in by_size.items()]
    machine = report["machine"]
    place = (
        f"Measured on {machine['cpu']} (TSC {machine['tsc_mhz']:,} MHz, VAES: {'yes' if machine['vaes'] else 'no'})"
        f" with IPsec-MB {machine['ipsec_mb']} and OpenSSL {machine['openssl']}."
    )
    return "\n".join([HEAD, *lines, "", NOTE, place, ""])


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: bench_table.py REPORT.json FILE.md")
    report = json.loads(Path(sys.argv[1]).read_text())
    page = Path(sys.argv[2])
    before, begin, rest = page.read_text().partition(BEGIN)
    _old, end, after = rest.partition(END)
    if not begin or not end:
        sys.exit(f"{page}: no {BEGIN} ... {END}")
    page.write_text(f"{before}{BEGIN}\n{table(report)}{END}{after}")


if __name__ == "__main__":
    main()
