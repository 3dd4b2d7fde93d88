#!/usr/bin/python3
"""What a running aaigwd tells: over its control socket, by aaigwctl, and to DPDK's telemetry."""
import base64
import json
import os
import re
import socket
import stat
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

import daemon_test as daemons
import docs_test
import golden
import network
import pcap
import pytest

AAIGWCTL = os.environ["AAIGWCTL"]
ROOT = Path(__file__).parents[2]
METHODS = re.findall(r"^METHOD\((\w+),", (ROOT / "control/api/methods.def").read_text(), re.MULTILINE)
VERDICTS = re.findall(r"^VERDICT\((\w+),", (ROOT / "dataplane/path/verdict.def").read_text(), re.MULTILINE)
COMMANDS = ("version", "health", "counters", "verdicts", "stages", "ports", "state")


class Api:
    """A connection to the control socket."""

    def __init__(self, path: Path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(str(path))  # waits while others are being taken
        self.socket.settimeout(daemons.PATIENCE_S)
        self.file = self.socket.makefile("rb")

    def raw(self, request: bytes) -> bytes:
        self.socket.sendall(request + b"\n")
        return self.file.readline()

    def close(self):
        self.file.close()
        self.socket.close()

    def is_closed(self) -> bool:
        try:
            return self.file.readline() == b""
        except ConnectionResetError:  # with something of ours that was not read
            return True

    def ask(self, method: str, **params) -> dict:
        request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        return json.loads(self.raw(json.dumps(request).encode()))["result"]


def control_socket(folder: Path) -> Path:
    return folder / "aaigwd.sock"


def ctl(folder: Path, *words) -> subprocess.CompletedProcess:
    command = [AAIGWCTL, *map(str, words), "--socket", control_socket(folder)]
    return subprocess.run(command, capture_output=True, text=True, timeout=daemons.PATIENCE_S, check=False)


@contextmanager
def passing(case: golden.Case, folder: Path, **changes):
    """A daemon that the frames of the case have gone through, and how many they were."""
    received = case.traffic()
    devices = {}
    for number, (port, frame_list) in enumerate(received.items()):
        pcap.write(folder / f"{port}.pcap", frame_list)
        devices[port] = f"net_pcap{number},rx_pcap={folder}/{port}.pcap,tx_pcap={folder}/{port}-out.pcap"
    settings = network.configuration(case.fresh().config, devices, folder) | changes
    frame_count = sum(map(len, received.values()))
    # As one that ends when nothing comes: it then sends nothing of its own.
    with daemons.running(folder, settings, options=("--exit-when-idle", 3_600_000)) as daemon:
        api = Api(control_socket(folder))

        def passed():
            workers = api.ask("counters")["workers"]
            return (sum(worker["frames"] for worker in workers) == frame_count
                    and all(worker["rx"] == sum(worker["verdicts"].values()) for worker in workers)
                    and sum(worker["verdicts"]["handed_over"] for worker in workers)
                    == sum(worker["taken_over"] for worker in workers))
        daemons.until(passed, "not all frames are counted")
        yield daemon, api, frame_count


# Numbers
# ----------------------------------------------------------------------------


def test_counters_match_the_traffic(tmp_path):
    case = golden.CASES["mzone"]
    expected = golden.solve(case, case.traffic())
    with passing(case, tmp_path) as (daemon, api, frame_count):
        (worker,) = api.ask("counters")["workers"]
        assert worker["rx"] == sum(worker["verdicts"].values()) >= frame_count
        assert worker["polls"] > 0
        counted = {name: n for name, n in worker["verdicts"].items() if n}
        assert counted["forwarded"] == expected.verdicts["forwarded"]
        verdicts = api.ask("verdicts")["verdicts"]
        assert [one["verdict"] for one in verdicts] == VERDICTS
        assert {one["verdict"]: one["packets"] for one in verdicts if one["packets"]} == counted

        ports = {port["name"]: port for port in api.ask("ports")["ports"]}
        assert set(ports) == {"access", "core"}
        assert sum(port["counters"]["rx_packets"] for port in ports.values()) == frame_count
        assert ports["access"]["driver"] == "net_pcap" and ports["access"]["link"]["up"]
        tables = api.ask("counters")["tables"]
        assert tables["stations"] == len(case.fresh().config.stations)
        assert api.ask("stages")["workers"][0]["ticks"].keys() >= {"receive", "transform", "total"}

        table = ctl(tmp_path, "verdicts").stdout.splitlines()
        assert {line.split()[0] for line in table[1:]} == set(counted)
        assert daemon.stop() == 0, daemon.log
        assert daemon.counters()["workers"][0]["verdicts"]["forwarded"] == counted["forwarded"]
    assert not control_socket(tmp_path).exists()


def test_state_is_the_same_bytes_twice_and_tells_of_packets(tmp_path):
    case = golden.CASES["mzone"]
    with passing(case, tmp_path) as (_, api, _):
        first = ctl(tmp_path, "state", "--json")
        api.ask("counters")
        ctl(tmp_path, "verdicts")
        second = ctl(tmp_path, "state", "--json")
        assert first.stdout == second.stdout and first.returncode == 0, first.stderr
        state = json.loads(first.stdout)
        teks = [tek for station in state["stations"] for tek in station["teks"]]
        assert any(tek["send"] and tek["send"]["next_pn"] > 1 for tek in teks)
        assert any(tek["receive"] and tek["receive"]["packets"] > 0 for tek in teks)
        assert all("name" in station for station in state["stations"])


def test_several_workers_are_told_apart(tmp_path):
    core = min(os.sched_getaffinity(0))
    workers = {"cores": [core] * 3, "idle": "sleep"}
    with passing(golden.CASES["mzone"], tmp_path, workers=workers) as (_, api, _):
        counted = api.ask("counters")["workers"]
        assert [worker["worker"] for worker in counted] == [0, 1, 2]
        assert sum(worker["taken_over"] for worker in counted) > 0
        assert "worker 2" in ctl(tmp_path, "counters").stdout.splitlines()[0]


# The reference
# ----------------------------------------------------------------------------


def names_in(value) -> set[str]:
    """Every key of every object."""
    if isinstance(value, list):
        return set().union(*map(names_in, value))
    if isinstance(value, dict):
        return set(value).union(*map(names_in, value.values()))
    return set()


def test_the_reference_names_everything_that_is_told(tmp_path):
    words = set(re.findall(r"`(\w+)`", (ROOT / "docs/reference/control_socket.md").read_text()))
    with passing(golden.CASES["mzone"], tmp_path) as (_, api, _):
        told = set(METHODS).union(*(names_in(api.ask(method)) for method in METHODS))
    assert told - set(VERDICTS) - words == set()


def test_examples_print_what_the_reference_says(tmp_path, monkeypatch):
    """The blocks that need a daemon."""
    text = (ROOT / "docs/reference/aaigwctl.md").read_text()
    blocks = re.findall(r"^```console daemon\n(.*?^```\n)", text, re.MULTILINE | re.DOTALL)
    assert blocks
    programs = tmp_path / "programs"
    programs.mkdir()
    wrapper = programs / "aaigwctl"
    wrapper.write_text(f'#!/bin/sh\nexec "{AAIGWCTL}" "$@" --socket "{control_socket(tmp_path)}"\n')
    wrapper.chmod(0o755)
    monkeypatch.setenv("AAIGWCTL", str(wrapper))
    with passing(golden.CASES["mzone"], tmp_path):
        docs_test.run_document("".join("```console\n" + block for block in blocks), tmp_path)


# Keys
# ----------------------------------------------------------------------------


def spellings(key: bytes):
    """What a key could look like in text, without what its neighbours in a base64 text change."""
    yield from (key.hex(), key.hex().upper(), key.hex(":"), key.hex(" "))
    for shift in range(3):
        text = base64.b64encode(bytes(shift) + key).decode()
        yield text[4 if shift else 0:20]
    yield ", ".join(map(str, key))
    yield ",".join(map(str, key))


def holds(data: bytes, key: bytes) -> bool:
    return key in data or any(text.encode() in data for text in spellings(key))


def test_no_answer_holds_a_key(tmp_path):
    case = golden.CASES["mzone"]
    outputs = []
    with passing(case, tmp_path, log={"level": "trace"}) as (daemon, api, _):
        for method in METHODS:
            request = {"jsonrpc": "2.0", "id": 1, "method": method}
            outputs.append(api.raw(json.dumps(request).encode()))
        for command in COMMANDS:
            for options in ((), ("--json",)) if command != "health" else ((),):
                done = ctl(tmp_path, command, *options)
                assert done.returncode == 0, done.stderr
                outputs.append(done.stdout.encode())
        outputs += [telemetry(daemon, question) for question in ("/aaigw/counters", "/aaigw/stages", "/")]
        settings = (tmp_path / "aaigwd.yaml").read_text()
        assert daemon.stop() == 0, daemon.log
        outputs.append(daemon.log.encode())
        outputs.append(daemon.counters_path.read_bytes())
    keys = {bytes.fromhex(key) for key in re.findall(r'"(?:key|cmac_key_[ud])": "(\w{32})"', settings)}
    assert keys
    assert all(outputs)
    assert not [key for key in keys for output in outputs if holds(output, key)]
    example = next(iter(keys))
    for text in spellings(example):
        assert holds(b"before" + text.encode() + b"after", example)
    assert holds(base64.b64encode(b"x" + example + b"yz"), example)


# The socket
# ----------------------------------------------------------------------------


def test_the_socket_is_for_the_user_and_the_group(tmp_path):
    with daemons.running(tmp_path, daemons.configuration(tmp_path)):
        mode = control_socket(tmp_path).stat().st_mode
        assert stat.S_ISSOCK(mode) and stat.S_IMODE(mode) == 0o660


def test_a_second_daemon_is_refused_and_the_first_goes_on(tmp_path):
    with daemons.running(tmp_path, daemons.configuration(tmp_path)) as daemon:
        done = daemons.run("--config", tmp_path / "aaigwd.yaml")
        assert done.returncode == 3
        assert "is aaigwd running already?" in done.stderr
        assert ctl(tmp_path, "health").stdout == "ok\n"
        assert daemon.stop() == 0, daemon.log


def test_a_socket_that_was_left_behind_is_replaced(tmp_path):
    with daemons.running(tmp_path, daemons.configuration(tmp_path)) as daemon:
        daemon.process.kill()
        daemon.process.wait(daemons.PATIENCE_S)
    assert control_socket(tmp_path).exists()
    assert ctl(tmp_path, "health").returncode == 3
    with daemons.running(tmp_path, daemons.configuration(tmp_path)) as daemon:
        assert ctl(tmp_path, "health").returncode == 0
        assert daemon.stop() == 0, daemon.log


def test_a_file_in_its_place_is_kept(tmp_path):
    control_socket(tmp_path).write_text("precious")
    done = daemons.run("--config", daemons.write(tmp_path, daemons.configuration(tmp_path)))
    assert done.returncode == 3
    assert "something else than a socket" in done.stderr
    assert control_socket(tmp_path).read_text() == "precious"


def await_announcements(tmp_path):
    """The daemon tells both links of itself at its start; nothing changes after that on its own."""
    def told():
        workers = json.loads(ctl(tmp_path, "state", "--json").stdout)["workers"]
        return sum(worker["commanded"] for worker in workers) == 2

    daemons.until(told, "it does not announce itself")


def test_hostile_clients_change_nothing(tmp_path):
    with daemons.running(tmp_path, daemons.configuration(tmp_path)) as daemon:
        await_announcements(tmp_path)
        before = ctl(tmp_path, "state", "--json").stdout
        waiting = [Api(control_socket(tmp_path)) for _ in range(40)]
        for number, api in enumerate(waiting):
            try:
                api.socket.sendall(bytes([number]) * (1000 * number))
            except OSError:
                pass  # one too many, or a line too long
        for api in waiting:
            api.close()
        daemons.until(lambda: ctl(tmp_path, "health").returncode == 0, "it does not recover")
        one = Api(control_socket(tmp_path))
        for junk in (b"", b"\xff" * 60_000, b"[" * 60_000, b"{" * 60_000, b'"' * 60_000, b"\0"):
            assert json.loads(one.raw(junk))["error"]["code"] == -32700
        assert json.loads(one.raw(b" " * 70_000))["error"]["code"] == -32000
        assert one.is_closed()
        assert ctl(tmp_path, "state", "--json").stdout == before
        assert json.loads(ctl(tmp_path, "counters", "--json").stdout)["api"]["refused"] >= 7
        assert daemon.stop() == 0, daemon.log


def test_aaigwctl_says_when_nobody_is_there(tmp_path):
    for command in COMMANDS:
        done = ctl(tmp_path, command)
        assert (done.returncode, done.stdout) == (3, "")
        assert re.fullmatch(r"aaigwctl: aaigwd is not running, .*--socket.*\n", done.stderr)


def test_a_worker_that_does_not_move_is_told(tmp_path):
    if os.geteuid() != 0:
        pytest.skip("only root can hold threads")
    settings = daemons.configuration(tmp_path)
    settings["workers"]["stall_alarm_ms"] = 100
    with daemons.running(tmp_path, settings) as daemon:
        held = daemons.Held(daemons.until(lambda: daemons.worker_thread(daemon.process, 0), "no worker"))
        daemon.wait_for("has not moved for ")
        done = ctl(tmp_path, "health")
        core = settings["workers"]["cores"][0]
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr == f"aaigwctl: worker 0 on core {core} does not move\n"
        # Nothing of what is told needs the worker.
        for command in ("counters", "verdicts", "stages", "ports", "state", "version"):
            assert ctl(tmp_path, command).returncode == 0
        held.let_go()
        daemons.until(lambda: ctl(tmp_path, "health").stdout == "ok\n", "it never is well again")
        assert daemon.stop() == 0, daemon.log


# Telemetry
# ----------------------------------------------------------------------------


def telemetry(daemon: daemons.Daemon, question: str) -> bytes:
    """The answer to what dpdk-telemetry.py would ask."""
    folders = [Path("/var/run/dpdk"), Path(os.environ.get("XDG_RUNTIME_DIR", "/none")) / "dpdk",
               Path(tempfile.gettempdir()) / "dpdk"]
    (path,) = (folder / f"aaigw-{daemon.process.pid}" / "dpdk_telemetry.v2" for folder in folders
               if (folder / f"aaigw-{daemon.process.pid}").exists())
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as wire:
        wire.settimeout(daemons.PATIENCE_S)
        wire.connect(str(path))
        size = json.loads(wire.recv(1024))["max_output_len"]
        wire.send(question.encode())
        return wire.recv(size)


def test_telemetry_tells_the_same_counters(tmp_path):
    core = min(os.sched_getaffinity(0))
    workers = {"cores": [core] * 2, "idle": "sleep"}
    with passing(golden.CASES["mzone"], tmp_path, workers=workers) as (daemon, api, frame_count):
        assert {"/aaigw/counters", "/aaigw/stages"} <= set(json.loads(telemetry(daemon, "/"))["/"])
        total = json.loads(telemetry(daemon, "/aaigw/counters"))["/aaigw/counters"]
        assert total["workers"] == 2 and total["frames"] == frame_count
        each = [json.loads(telemetry(daemon, f"/aaigw/counters,{n}"))["/aaigw/counters"] for n in range(2)]
        counted = api.ask("counters")["workers"]
        for ours, theirs in zip(each, counted):
            assert ours["verdicts"] == theirs["verdicts"]
            assert ours["rx"] == theirs["rx"]
        stages = json.loads(telemetry(daemon, "/aaigw/stages"))["/aaigw/stages"]
        assert set(stages["ticks"]) == set(stages["ticks_per_packet"]) >= {"receive", "emit"}
        for junk in ("2", "-1", "x", "0x0", "18446744073709551616", " 1", "1,"):
            assert "error" in json.loads(telemetry(daemon, f"/aaigw/counters,{junk}"))["/aaigw/counters"]
        assert daemon.stop() == 0, daemon.log
