#!/usr/bin/python3
"""Captures through aaigwd: what it sends and counts is, byte for byte, what the model says.

AAIGWD names the program. AAIGW_GOLDEN_SEEDS is how many random cases run besides the committed ones, AAIGW_GOLDEN_SEED
the first of their seeds; a failure names its own. AAIGW_GOLDEN_KEEP is a folder where captures and configurations stay.
"""
import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE)]
import frames
import golden
import network
import pcap
from gateway import CONTROL, CONTROL_VERDICTS

IDLE_MS = 300
# In verdict.def, but not to be had from one worker on captures: a second worker, lack of room, a second try.
OUT_OF_REACH = {"handed_over", "retried", "drop_no_buffer", "drop_handover_full", "drop_tx_full", "drop_sa_halted",
                *CONTROL_VERDICTS}
SEEDS = range(int(os.environ.get("AAIGW_GOLDEN_SEED", 1)),
              int(os.environ.get("AAIGW_GOLDEN_SEED", 1)) + int(os.environ.get("AAIGW_GOLDEN_SEEDS", 3)))


def committed(name: str) -> dict[str, list[bytes]]:
    folder = golden.GOLDEN / name
    ports = [port.name for port in golden.CASES[name].fresh().config.ports]
    return {port: pcap.read(golden.in_file(folder, port)) for port in ports}


# The cases themselves
# ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", golden.CASES)
def test_committed_files_are_what_the_model_makes(name, tmp_path):
    golden.write(golden.CASES[name], tmp_path)
    folders = tmp_path, golden.GOLDEN / name
    made, kept = ({file.name: file.read_bytes() for file in folder.iterdir()} for folder in folders)
    assert made.keys() == kept.keys()
    assert [file for file in made if made[file] != kept[file]] == []


@pytest.mark.parametrize("case", [*golden.CASES.values(), golden.random_case(SEEDS[0])], ids=lambda case: case.name)
def test_the_order_of_ports_does_not_matter(case):
    received = case.traffic()
    first = golden.solve(case, received)
    if not case.steady:
        return
    for order in (list(received), list(received)[::-1]):
        for burst in (1, 10 ** 9):
            other = golden.solve(case, received, order, burst)
            assert (other.frames, other.verdicts) == (first.frames, first.verdicts)


def test_cases_reach_every_verdict():
    text = (HERE.parent.parent / "dataplane" / "path" / "verdict.def").read_text()
    names = set(re.findall(r"^VERDICT\((\w+),", text, re.MULTILINE))
    reached = Counter()
    for name in golden.CASES:
        reached.update(json.loads((golden.GOLDEN / name / "verdicts.json").read_text()))
    assert set(reached) - {CONTROL} == names - OUT_OF_REACH
    assert set(CONTROL_VERDICTS) <= names and sum(reached.values()) > 2000


# aaigwd
# ----------------------------------------------------------------------------


def daemon() -> str:
    path = os.environ.get("AAIGWD")
    if path is None:
        pytest.skip("AAIGWD does not name the program")
    if not os.access(path, os.X_OK):
        pytest.fail(f"AAIGWD is {path}, which is no program")
    return path


@pytest.fixture
def folder(request, tmp_path):
    """Where a case runs; kept when asked for."""
    yield tmp_path
    keep = os.environ.get("AAIGW_GOLDEN_KEEP")
    if keep:
        name = re.sub(r"\W+", "_", request.node.name)
        shutil.copytree(tmp_path, Path(keep) / name, dirs_exist_ok=True)


def run(case: golden.Case, received: dict[str, list[bytes]], folder: Path) -> tuple[dict, Counter]:
    """What aaigwd sends by port, and its verdicts."""
    devices = {}
    for number, (port, frame_list) in enumerate(received.items()):
        pcap.write(folder / f"{port}.pcap", frame_list)
        devices[port] = f"net_pcap{number},rx_pcap={folder}/{port}.pcap,tx_pcap={folder}/{port}-out.pcap"
    text = network.as_yaml(network.configuration(case.fresh().config, devices, folder))
    (folder / "aaigwd.yaml").write_text(text)
    command = [daemon(), "--config", folder / "aaigwd.yaml", "--exit-when-idle", IDLE_MS]
    command += ["--counters", folder / "counters.json"]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=120, check=False)
    (folder / "stderr").write_text(done.stderr)
    assert done.returncode == 0, done.stderr
    counted = Counter()
    for worker in json.loads((folder / "counters.json").read_text())["workers"]:
        assert worker["rx"] == sum(worker["verdicts"].values())
        counted.update(worker["verdicts"])
    return {port: pcap.read(folder / f"{port}-out.pcap") for port in received}, counted


def without_padding(frame: bytes) -> bytes:
    """ARP may be padded to the shortest frame of an Ethernet link."""
    return frame[:42] if frame[12:14] == frames.ETHERTYPE_ARP.to_bytes(2, "big") else frame


def first_difference(sent: list[bytes], expected: list[list[bytes]]) -> str | None:
    """Whether `sent` is the lists of `expected`, mixed in some way, each in its own order."""
    lists = [list(map(without_padding, one)) for one in expected]
    # Every way to have taken the frames so far; nearly always there is one.
    ways = {(0,) * len(lists)}
    for number, frame in enumerate(map(without_padding, sent)):
        after = {(*way[:i], way[i] + 1, *way[i + 1:]) for way in ways for i, one in enumerate(lists)
                 if way[i] < len(one) and one[way[i]] == frame}
        if not after:
            wanted = {one[way[i]].hex() for way in ways for i, one in enumerate(lists) if way[i] < len(one)}
            return f"frame {number} is {frame.hex()}, not one of {sorted(wanted)}"
        ways = after
    missing = len(sent) - sum(map(len, lists))
    return f"{-missing} frames are missing" if missing else None


def grouped(verdicts: Counter) -> dict:
    """With the ways in which a control message can end as one."""
    result = Counter()
    for name, count in verdicts.items():
        result[CONTROL if name in CONTROL_VERDICTS else name] += count
    return {name: count for name, count in sorted(result.items()) if count}


def hold(case: golden.Case, received: dict[str, list[bytes]], folder: Path):
    expected = golden.solve(case, received)
    sent, counted = run(case, received, folder)
    problems = []
    for port, frame_list in sent.items():
        lists = [one for (_, to), one in expected.frames.items() if to == port]
        difference = first_difference(frame_list, lists)
        if difference:
            problems.append(f"{port}: {difference}")
    if grouped(counted) != grouped(expected.verdicts):
        ours, theirs = grouped(counted), grouped(expected.verdicts)
        problems += [f"{name}: counted {ours.get(name, 0)}, expected {theirs.get(name, 0)}"
                     for name in sorted({*ours, *theirs}) if ours.get(name) != theirs.get(name)]
    assert not problems, "\n".join([f"{case.name}, seed {case.seed}", *problems])


@pytest.mark.parametrize("name", golden.CASES)
def test_aaigwd_does_what_the_committed_files_say(name, folder):
    hold(golden.CASES[name], committed(name), folder)


@pytest.mark.parametrize("seed", SEEDS)
def test_aaigwd_does_what_the_model_says(seed, folder):
    case = golden.random_case(seed)
    hold(case, case.traffic(), folder)


# That the comparison can fail
# ----------------------------------------------------------------------------


def test_differences_are_found():
    a, b, c = b"a" * 60, b"b" * 60, b"c" * 60
    assert first_difference([a, b, c], [[a, c], [b]]) is None
    assert first_difference([a, a, b], [[a, b], [a]]) is None
    assert first_difference([c, a, b], [[a, c], [b]]).startswith("frame 0 is 63")
    assert first_difference([a, b], [[a, c], [b]]) == "1 frames are missing"
    assert first_difference([a, b, c, c], [[a, c], [b]]).startswith("frame 3 is 63")
