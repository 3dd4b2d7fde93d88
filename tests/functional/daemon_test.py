#!/usr/bin/python3
"""aaigwd as its operator meets it: configurations, signals, exit statuses, and neighbours on real interfaces."""
import ctypes
import errno
import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "tests" / "peer")]
import aai_peer as peer
import frames
import network

AAIGWD = os.environ["AAIGWD"]
PATIENCE_S = 60  # for what takes a moment on an idle machine
NOBODY = 65534


def is_full_root() -> bool:
    """Not the one of a container that may do little."""
    return os.geteuid() == 0 and subprocess.run(["unshare", "-n", "true"], check=False, capture_output=True).returncode == 0


needs_root = pytest.mark.skipif(not is_full_root(), reason="only root can make namespaces, trace threads and give up its rights")


# Configurations and runs
# ----------------------------------------------------------------------------


def one_station() -> network.Network:
    return network.build([network.StationPlan("ams", stid=0x123, flows=({"fid": 3, "key": 0x77, "peer": "10.2.0.9"},))])


def quiet_devices() -> dict[str, str]:
    return {"access": "net_null0,no-rx=1", "core": "net_null1,no-rx=1"}


def configuration(folder: Path, devices: dict[str, str] | None = None, **changes) -> dict:
    """Of one station; every worker sleeps when there is nothing to do."""
    settings = network.configuration(one_station().config, devices or quiet_devices(), folder)
    settings["workers"] = {"cores": [min(os.sched_getaffinity(0))], "idle": "sleep"}
    settings["memory"] = {"huge_pages": "never", "size_mb": 64, "packets": 2047}
    settings["log"] = {"level": "debug"}
    return settings | changes


def write(folder: Path, settings: dict) -> Path:
    path = folder / "aaigwd.yaml"
    path.write_text(network.as_yaml(settings))
    return path


def run(*arguments, **options) -> subprocess.CompletedProcess:
    return subprocess.run([AAIGWD, *map(str, arguments)], capture_output=True, text=True, timeout=PATIENCE_S, check=False,
                          **options)


def until(what, sentence: str):
    """What `what` gives once that is true."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        result = what()
        if result:
            return result
        time.sleep(0.02)
    pytest.fail(sentence)


class Daemon:
    """A running aaigwd."""

    def __init__(self, folder: Path, settings: dict, namespace: str | None = None, options: tuple = (),
                 process_options: dict | None = None):
        self.log_path = folder / "log"
        self.counters_path = folder / "counters.json"
        inside = ["ip", "netns", "exec", namespace] if namespace else []
        command = [*inside, AAIGWD, "--config", write(folder, settings), "--counters", self.counters_path, *options]
        with self.log_path.open("wb") as log:
            self.process = subprocess.Popen(list(map(str, command)), stdout=log, stderr=log, **(process_options or {}))

    @property
    def log(self) -> str:
        return self.log_path.read_text()

    def wait_for(self, text: str) -> str:
        def found():
            assert self.process.poll() is None or text in self.log, self.log
            return text in self.log
        until(found, f"the log never says {text!r}")
        return self.log

    def stop(self, number=signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(PATIENCE_S)

    def counters(self) -> dict:
        return json.loads(self.counters_path.read_text())


@contextmanager
def running(folder: Path, settings: dict, **options):
    daemon = Daemon(folder, settings, **options)
    try:
        daemon.wait_for("running with")
        yield daemon
    finally:
        if daemon.process.poll() is None:
            daemon.process.kill()
            daemon.process.wait(PATIENCE_S)


# The command line and the configuration
# ----------------------------------------------------------------------------


def test_every_mistake_in_a_configuration_is_told_with_its_place(tmp_path):
    settings = configuration(tmp_path)
    settings["ports"][0]["mtu"] = 10
    settings["core_peers"][1]["address"] = "somewhere"
    settings["worker"] = {}
    path = write(tmp_path, settings)
    for options in ((), ("--check",)):
        done = run("--config", path, *options)
        assert done.returncode == 2
        assert done.stdout == ""
        told = re.findall(rf"^aaigwd: {re.escape(str(path))}:\d+:\d+: (\w+): ", done.stderr, re.MULTILINE)
        assert sorted(told) == ["address", "mtu", "worker"], done.stderr
        assert len(done.stderr.splitlines()) == 3


def test_check_opens_no_device(tmp_path):
    devices = {name: f"net_af_packet{n},iface=none{n}" for n, name in enumerate(("access", "core"))}
    done = run("--config", write(tmp_path, configuration(tmp_path, devices)), "--check")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("arguments", [
    (), ("--config",), ("--config", "/none"), ("--config", "/dev/null", "--exit-when-idle", "0"), ("--unknown",),
])
def test_a_bad_command_line_is_one_complaint(arguments):
    done = run(*arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("aaigwd: ")


def test_help_and_version():
    assert run("--help").returncode == 0
    assert re.fullmatch(r"aaigwd \d+\.\d+\.\d+\n", run("--version").stdout)


def test_what_the_machine_lacks_is_told(tmp_path):
    devices = {name: f"net_af_packet{n},iface=none{n}" for n, name in enumerate(("access", "core"))}
    done = run("--config", write(tmp_path, configuration(tmp_path, devices)))
    assert done.returncode == 3
    assert "none0" in done.stderr and "none1" in done.stderr
    done = run("--config", write(tmp_path, configuration(tmp_path, memory={"size_mb": 32, "packets": 20000})))
    assert done.returncode == 3
    assert "raise size_mb" in done.stderr


def test_a_static_station_that_cannot_be_is_named(tmp_path):
    settings = configuration(tmp_path)
    tek = settings["static"]["stations"][0]["mzone"]["contexts"][0]["sas"][0]["teks"][0]
    tek["key"] = {"file": str(tmp_path / "none")}
    done = run("--config", write(tmp_path, settings))
    assert done.returncode == 2
    assert "station-0" in done.stderr and str(tmp_path / "none") in done.stderr


# Start and stop
# ----------------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_cleanly(number, tmp_path):
    with running(tmp_path, configuration(tmp_path)) as daemon:
        assert daemon.stop(number) == 0, daemon.log
        counters = daemon.counters()
    assert counters["buffers_in_use"] == 0
    names = set(re.findall(r"^VERDICT\((\w+),", (ROOT / "dataplane/path/verdict.def").read_text(), re.MULTILINE))
    (worker,) = counters["workers"]
    assert set(worker["verdicts"]) == names
    assert worker["rx"] == sum(worker["verdicts"].values())


def test_several_workers(tmp_path):
    core = min(os.sched_getaffinity(0))
    settings = configuration(tmp_path, workers={"cores": [core, core, core], "idle": "sleep"})
    done = run("--config", write(tmp_path, settings), "--exit-when-idle", 50, "--counters", tmp_path / "counters")
    assert done.returncode == 0, done.stderr
    assert len(json.loads((tmp_path / "counters").read_text())["workers"]) == 3


def test_captures_are_passed_by_several_workers_too(tmp_path):
    """Each station belongs to one worker, and one worker receives: packets change hands, and none is lost."""
    import golden
    import pcap
    case = golden.CASES["mzone"]
    received = case.traffic()
    devices = {}
    for number, (port, frame_list) in enumerate(received.items()):
        pcap.write(tmp_path / f"{port}.pcap", frame_list)
        devices[port] = f"net_pcap{number},rx_pcap={tmp_path}/{port}.pcap,tx_pcap={tmp_path}/{port}-out.pcap"
    settings = network.configuration(case.fresh().config, devices, tmp_path)
    core = min(os.sched_getaffinity(0))
    settings["workers"] = {"cores": [core] * 3, "idle": "sleep"}
    done = run("--config", write(tmp_path, settings), "--exit-when-idle", 300, "--counters", tmp_path / "counters")
    assert done.returncode == 0, done.stderr
    workers = json.loads((tmp_path / "counters").read_text())["workers"]
    total = {name: sum(worker["verdicts"][name] for worker in workers) for name in workers[0]["verdicts"]}
    assert all(worker["rx"] == sum(worker["verdicts"].values()) for worker in workers)
    assert total["handed_over"] == sum(worker["taken_over"] for worker in workers) > 0
    alone = golden.solve(case, received)
    assert total["forwarded"] == alone.verdicts["forwarded"]
    assert sum(total[name] for name in ("drop_handover_full", "drop_tx_full", "drop_no_buffer")) == 0


@needs_root
def test_anybody_may_run_it_where_the_devices_allow(tmp_path_factory):
    folder = tmp_path_factory.mktemp("anybody")
    for parent in (folder, *list(folder.parents)[:2]):
        parent.chmod(parent.stat().st_mode | stat.S_IXOTH | stat.S_IROTH)
    path = write(folder, configuration(folder))
    os.chown(folder, NOBODY, NOBODY)  # for the control socket
    done = run("--config", path, "--exit-when-idle", 50, user=NOBODY, group=NOBODY, extra_groups=[])
    if done.returncode == errno.EACCES:
        pytest.skip("others cannot reach the program")
    assert done.returncode == 0, done.stderr


def test_no_key_is_ever_logged_but_in_the_keylog(tmp_path):
    settings = configuration(tmp_path, log={"level": "trace"}, keylog=str(tmp_path / "keys"))
    keys = re.findall(r'"key": "(\w{32})"', network.as_yaml(settings))
    assert len(keys) == 2
    done = run("--config", write(tmp_path, settings), "--exit-when-idle", 50)
    assert done.returncode == 0, done.stderr
    assert not any(key in done.stderr + done.stdout for key in keys)
    lines = (tmp_path / "keys").read_text().splitlines()
    for key, eks, use in zip(keys, (0, 1), ("downlink", "uplink")):
        (line,) = (line for line in lines if line.endswith(f"tek={key}"))
        assert re.match(r"\d+\.\d{6} installed station=", line)
        assert {"sector=0", "stid=291", "zone=mzone", "said=1", f"eks={eks}", f"use={use}"} <= set(line.split())
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o600


# A worker that does not move
# ----------------------------------------------------------------------------

PTRACE_DETACH, PTRACE_SEIZE, PTRACE_INTERRUPT, WALL = 17, 0x4206, 0x4207, 0x40000000
libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]


def worker_thread(process: subprocess.Popen, index: int) -> int:
    for task in Path(f"/proc/{process.pid}/task").iterdir():
        if (task / "comm").read_text() == f"worker-{index}\n":
            return int(task.name)
    raise AssertionError("no such worker")


class Held:
    """A thread that does not run until it is let go."""

    def __init__(self, thread: int):
        self.thread = thread
        if libc.ptrace(PTRACE_SEIZE, thread, None, None) != 0:
            pytest.skip(f"threads cannot be traced here: {os.strerror(ctypes.get_errno())}")
        assert libc.ptrace(PTRACE_INTERRUPT, thread, None, None) == 0
        os.waitpid(thread, WALL)

    def let_go(self):
        assert libc.ptrace(PTRACE_DETACH, self.thread, None, None) == 0


@needs_root
def test_a_worker_that_does_not_move_is_named(tmp_path):
    settings = configuration(tmp_path)
    settings["workers"]["stall_alarm_ms"] = 100
    core = settings["workers"]["cores"][0]
    with running(tmp_path, settings) as daemon:
        held = Held(until(lambda: worker_thread(daemon.process, 0), "no worker"))
        daemon.wait_for(f"worker 0 on core {core} has not moved for ")
        held.let_go()
        daemon.wait_for(f"worker 0 on core {core} moves again")
        assert daemon.stop() == 0, daemon.log


@needs_root
def test_a_worker_that_does_not_end_is_left_behind(tmp_path):
    with running(tmp_path, configuration(tmp_path)) as daemon:
        held = Held(worker_thread(daemon.process, 0))
        daemon.process.send_signal(signal.SIGTERM)
        # The thread's end is told to the one that holds it, before that of the process.
        os.waitpid(held.thread, WALL)
        assert daemon.process.wait(PATIENCE_S) == 1
        assert "worker 0" in daemon.log and "does not end" in daemon.log


# Neighbours
# ----------------------------------------------------------------------------


def ip(*arguments):
    subprocess.run(["ip", *arguments], check=True, capture_output=True, text=True, timeout=30)


@contextmanager
def inside(namespace: str):
    """This thread's sockets are made in there."""
    clone_newnet = 0x40000000
    with open("/proc/self/ns/net", "rb") as home, open(f"/run/netns/{namespace}", "rb") as there:
        assert libc.setns(there.fileno(), clone_newnet) == 0, os.strerror(ctypes.get_errno())
        try:
            yield
        finally:
            assert libc.setns(home.fileno(), clone_newnet) == 0


@pytest.fixture
def namespaces():
    """The gateway's and the one of its neighbours, which are the system itself: it answers ARP and echo requests."""
    gateway, around = (f"daemon-{os.getpid()}-{name}" for name in ("gw", "around"))
    config = one_station().config
    addresses = {"access": config.stations[0].address, "core": "10.2.0.9"}
    try:
        for namespace in (gateway, around):
            ip("netns", "add", namespace)
        for port in config.ports:
            ip("link", "add", port.name, "netns", gateway, "type", "veth", "peer", "name", port.name, "netns", around)
            # af_packet sees frames before checksums are filled in.
            subprocess.run(["ip", "netns", "exec", around, "ethtool", "-K", port.name, "tx", "off"], check=False,
                           capture_output=True)
            ip("-n", gateway, "link", "set", port.name, "address", network.mac_text(port.mac))
            ip("-n", around, "addr", "add", f"{addresses[port.name]}/24", "dev", port.name)
            for namespace in (gateway, around):
                ip("-n", namespace, "link", "set", port.name, "up")
        yield gateway, around
    finally:
        for namespace in (gateway, around):
            subprocess.run(["ip", "netns", "del", namespace], check=False, capture_output=True)


def without_macs(settings: dict) -> dict:
    for one in (*settings["core_peers"], *settings["static"]["stations"]):
        del one["mac"]
    return settings


def arp_answer(around: str, port, asker: str) -> bytes:
    """What the port answers to the question for its address."""
    mac = frames.mac("02:00:00:00:07:07")
    question = frames.arp(1, (mac, asker), (bytes(6), port.address))
    with inside(around), socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(frames.ETHERTYPE_ARP)) as wire:
        wire.bind((port.name, frames.ETHERTYPE_ARP))
        wire.settimeout(PATIENCE_S)
        wire.send(frames.ethernet(b"\xff" * 6, mac, frames.ETHERTYPE_ARP, question))
        while True:
            frame = wire.recv(2048)
            if frame[:6] == mac:
                return frame[14:42]


@needs_root
def test_neighbours_find_it_and_are_found(namespaces, tmp_path):
    gateway, around = namespaces
    config = one_station()
    far = config.far[0]
    devices = {port.name: f"net_af_packet{n},iface={port.name}" for n, port in enumerate(config.config.ports)}
    settings = without_macs(configuration(tmp_path, devices))
    with inside(around):
        air = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        air.bind((far.address, frames.GSMTAP_PORT))
        core = socket.socket(socket.AF_INET, socket.SOCK_RAW, frames.GRE)
        core.bind(("10.2.0.9", 0))
    with air, core, running(tmp_path, settings, namespace=gateway) as daemon:
        for port in config.config.ports:
            # One at a time: for a second answer ping waits no longer than twice as long as for the first.
            for _ in range(3):
                ping = ["ip", "netns", "exec", around, "ping", "-c", "1", "-W", str(PATIENCE_S), port.address]
                done = subprocess.run(ping, capture_output=True, text=True, timeout=2 * PATIENCE_S, check=False)
                assert done.returncode == 0, done.stdout + daemon.log
            asker = port.address.rsplit(".", 1)[0] + ".77"
            expected = frames.arp(2, (port.mac, port.address), (frames.mac("02:00:00:00:07:07"), asker))
            assert arp_answer(around, port, asker) == expected[:28]

        # The gateway has asked for both ends by itself; the first packets may come before the answers.
        inner = frames.ipv4("192.0.2.1", "198.51.100.2", 253, b"hello")
        air.settimeout(0.2)

        def through():
            core.sendto(frames.gre(0x77, frames.ETHERTYPE_IPV4, inner), (config.config.ports[1].address, 0))
            try:
                return air.recv(2048)
            except TimeoutError:
                return None
        datagram = until(through, "nothing came out towards the station")
        pdu = datagram[frames.GSMTAP_BYTES:]
        assert far.unprotect(peer.MZONE, 1, pdu)[0] == inner

        # And back, from where the gateway says that it is.
        sealed = far.protect(far.flows[0], inner)
        burst = frames.gsmtap(frames.MZONE_BURST, far.sector, far.stid, sealed, uplink=True)
        core.settimeout(PATIENCE_S)
        air.sendto(burst, (config.config.ports[0].address, frames.GSMTAP_PORT))
        packet = frames.read_ipv4(core.recv(2048))
        assert (packet.source, packet.destination) == (config.config.ports[1].address, "10.2.0.9")
        assert frames.read_gre(packet.payload)[::2] == (0x77, inner)

        assert daemon.stop() == 0, daemon.log
        (worker,) = daemon.counters()["workers"]
    verdicts = worker["verdicts"]
    assert verdicts["answered"] >= 8, "three echo requests and an ARP request on each port"
    assert verdicts["punted"] >= 2, "the answers to its own ARP requests"
    assert worker["commanded"] >= 4, "an announcement and a request on each port"
