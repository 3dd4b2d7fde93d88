#!/usr/bin/python3
"""Runs a libFuzzer program for a while, starting from a corpus that stays as it is."""

import argparse
import subprocess
import sys
import tempfile


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program")
    parser.add_argument("corpus", help="folder of inputs to start from")
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--artifacts", default="./", help="where an input that fails is kept: the prefix of its file name")
    options = parser.parse_args()

    # libFuzzer writes what it finds into the first folder.
    with tempfile.TemporaryDirectory() as found:
        limits = [f"-max_total_time={options.seconds}", "-rss_limit_mb=512", "-timeout=1"]
        command = [options.program, *limits, f"-artifact_prefix={options.artifacts}", found, options.corpus]
        return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
