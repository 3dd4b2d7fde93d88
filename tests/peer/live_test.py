#!/usr/bin/python3
"""Live traffic between namespaces: through aaigwd, where AAIGWD names it, and through the model to try the peer."""
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE)]
import live_peer
import network

PYTHON = "/usr/bin/python3"
PATIENCE_S = 60  # for what takes a moment on an idle machine
STATIONS = 30
AF_XDP = 44
DEVICES = {
    "af_xdp": "net_af_xdp{n},iface={interface}",
    "af_packet": "net_af_packet{n},iface={interface},framecnt=4096",
    "memif": "net_memif{n},role={role},socket-abstract=no,socket={socket}",
}

# Whoever ends the tests early leaves no namespace behind either.
signal.signal(signal.SIGTERM, signal.default_int_handler)


# Namespaces
# ----------------------------------------------------------------------------


def ip(*arguments) -> subprocess.CompletedProcess:
    done = subprocess.run(["ip", *arguments], capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert done.returncode == 0, f"ip {' '.join(arguments)}: {done.stderr}"
    return done


class Wires:
    """Namespaces of a test, and wires between them. `around` is the one that everything is sent from."""

    def __init__(self):
        self.names = []
        self.around = self.namespace("around")

    def namespace(self, what: str) -> str:
        name = f"peer-{os.getpid()}-{what}"
        self.names.append(name)
        ip("netns", "add", name)
        subprocess.run(["ip", "netns", "exec", name, "sysctl", "-qw", "net.ipv6.conf.default.disable_ipv6=1"],
                       check=False, capture_output=True)
        return name

    def connect(self, *ends: tuple[str, str, bytes | None], mtu: int = 1500):
        """Two of (namespace, interface, its MAC)."""
        (one, one_name, _), (other, other_name, _) = ends
        ip("link", "add", one_name, "netns", one, "type", "veth", "peer", "name", other_name, "netns", other)
        for namespace, interface, mac in ends:
            if mac is not None:
                ip("-n", namespace, "link", "set", interface, "address", network.mac_text(mac))
            ip("-n", namespace, "link", "set", interface, "mtu", str(mtu), "up")

    def remove(self):
        for name in self.names:
            subprocess.run(["ip", "netns", "del", name], check=False, capture_output=True)


@pytest.fixture
def wires():
    if os.geteuid() != 0:
        pytest.skip("only root can make namespaces")
    if subprocess.run(["unshare", "-n", "true"], check=False, capture_output=True).returncode != 0:
        pytest.skip("this root may not make namespaces")
    made = None
    try:
        made = Wires()
        yield made
    finally:
        if made is not None:
            made.remove()


def one_gateway(wires: Wires) -> str:
    """Its namespace, with a wire for each of its ports; interfaces have the names of the ports."""
    gateway = wires.namespace("gw")
    for port in live_peer.live_network(0).config.ports:
        wires.connect((gateway, port.name, port.mac), (wires.around, port.name, None))
    return gateway


# Runs
# ----------------------------------------------------------------------------


@contextmanager
def running(namespace: str, command: list, log: Path):
    with log.open("wb") as output:
        inside = ["ip", "netns", "exec", namespace]
        process = subprocess.Popen(list(map(str, inside + command)), stdout=output, stderr=output)
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()
                process.wait(PATIENCE_S)


def talk(around: str, *options) -> tuple[int, dict]:
    command = ["ip", "netns", "exec", around, PYTHON, "-B", HERE / "live_peer.py", "--stations", STATIONS, *options]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=600, check=False)
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


def aaigwd() -> str:
    path = os.environ.get("AAIGWD")
    if path is None:
        pytest.skip("AAIGWD does not name the program")
    if not os.access(path, os.X_OK):
        pytest.fail(f"AAIGWD is {path}, which is no program")
    return path


def need(device: str):
    if device != "af_xdp":
        return
    try:
        socket.socket(AF_XDP, socket.SOCK_RAW, 0).close()
    except OSError as error:
        pytest.skip(f"no AF_XDP sockets here: {error}")


class Gateway:
    """A running aaigwd, in a folder of its own."""

    def __init__(self, folder: Path, config, kinds: tuple[str, str], workers: int = 1, role: str = ""):
        """`kinds` are the devices of the access and the core, `role` is that of a memif."""
        self.folder = folder
        folder.mkdir()
        devices = {}
        for n, (port, kind) in enumerate(zip(config.ports, kinds, strict=True)):
            fields = {"n": n, "interface": port.name, "role": role, "socket": folder.parent / "memif"}
            devices[port.name] = DEVICES[kind].format(**fields)
        settings = network.configuration(config, devices, folder)
        settings["workers"]["cores"] = [min(os.sched_getaffinity(0))] * workers
        # Rings that net_af_xdp shares with the kernel hold many of them.
        settings["memory"] |= {"size_mb": 256, "packets": 16383}
        (folder / "aaigwd.yaml").write_text(network.as_yaml(settings))
        self.command = [aaigwd(), "--config", folder / "aaigwd.yaml", "--counters", folder / "counters.json"]

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text()

    @contextmanager
    def running(self, namespace: str):
        with running(namespace, self.command, self.folder / "log") as process:
            self.wait_for("running with", process)
            yield
            process.send_signal(signal.SIGTERM)
            assert process.wait(PATIENCE_S) == 0, self.log

    def wait_for(self, text: str, process: subprocess.Popen | None = None):
        end = time.monotonic() + PATIENCE_S
        while text not in self.log:
            ended = process is not None and process.poll() is not None
            if ended and "not permitted" in self.log:
                pytest.skip(self.log)
            assert not ended and time.monotonic() < end, self.log
            time.sleep(0.02)

    def counters(self) -> dict[str, int]:
        """Of all workers: verdicts, and frames of the gateway's own."""
        all_counters = json.loads((self.folder / "counters.json").read_text())
        workers = all_counters["workers"]
        assert all(worker["rx"] == sum(worker["verdicts"].values()) for worker in workers)
        assert all_counters["buffers_in_use"] == 0
        total = {name: sum(worker["verdicts"][name] for worker in workers) for name in workers[0]["verdicts"]}
        return total | {"commanded": sum(worker["commanded"] for worker in workers)}


def check(status: int, result: dict, packets: int, gateways: list[Gateway]):
    """Everything came, and each gateway says so."""
    all_counters = [gateway.counters() for gateway in gateways]
    told = "\n".join([json.dumps(result), *(str({n: v for n, v in one.items() if v}) for one in all_counters)])
    assert status == 0, told
    ways = [counts for counts in result.values() if isinstance(counts, dict)]
    assert sum(counts["sent"] for counts in ways) == packets
    assert sum(counts["received"] for counts in ways) == packets
    # A memif is not connected yet when the first one of two gateways announces itself.
    assert all(one["forwarded"] + one["drop_tx_full"] == packets + one["commanded"] for one in all_counters), told
    lost = ("drop_no_buffer", "drop_handover_full", "drop_replay", "drop_icv")
    assert all(one[name] == 0 for one in all_counters for name in lost), told


# The peer itself, with the model as the gateway
# ----------------------------------------------------------------------------


@pytest.mark.parametrize("mistake, found", [
    ("none", set()), ("lose", {"lost"}), ("repeat", {"repeated", "repeated_pns"}), ("reorder", {"reordered"}),
    ("spoil", {"spoiled", "lost"}),
])
def test_the_peer_sees_every_mistake(mistake, found, wires, tmp_path):
    forwarder = [PYTHON, "-B", HERE / "forwarder.py", "access", "core", STATIONS, mistake]
    with running(one_gateway(wires), forwarder, tmp_path / "log"):
        status, result = talk(
            wires.around, "--access", "access", "--core", "core", "--packets", 1000, "--patience", 2, "--seed", 1)
    assert status == (1 if found else 0), result
    assert live_peer.faults(result, "downlink") == found, result
    assert live_peer.faults(result, "uplink") == found - {"repeated_pns"}, result
    assert result["lost_by_peer"] == 0


# aaigwd
# ----------------------------------------------------------------------------


@pytest.mark.parametrize("device, packets, workers", [
    ("af_xdp", 40_000, 1), ("af_packet", 5_000, 1), ("af_packet", 5_000, 2),
])
def test_a_daemon_loses_repeats_and_reorders_nothing(device, packets, workers, wires, tmp_path):
    need(device)
    gateway = Gateway(tmp_path / "gw", live_peer.live_network(STATIONS).config, (device, device), workers)
    with gateway.running(one_gateway(wires)):
        status, result = talk(wires.around, "--access", "access", "--core", "core", "--packets", packets)
    check(status, result, packets, [gateway])


@pytest.mark.parametrize("access, core, packets, mtu", [
    ("af_xdp", "af_xdp", 100_000, 1500), ("af_packet", "af_packet", 5_000, 1500), ("af_xdp", "memif", 10_000, 3000),
])
def test_nor_do_two_daemons_between_stations(access, core, packets, mtu, wires, tmp_path):
    """What one opens the other one protects: each is the other's core."""
    need(access)
    gateways, names = [], []
    two = live_peer.two_networks(STATIONS)
    for name, role, one in zip(("left", "right"), ("server", "client"), two, strict=True):
        port = one.port("access")
        port.mtu = mtu
        gateways.append(Gateway(tmp_path / name, one.config, (access, core), role=role))
        names.append(wires.namespace(name))
        wires.connect((names[-1], port.name, port.mac), (wires.around, f"{name}-access", None), mtu=mtu)
    if core != "memif":
        ends = zip(names, (one.port("core") for one in two), strict=True)
        wires.connect(*((name, port.name, port.mac) for name, port in ends))
    with ExitStack() as stack:
        for gateway, name in zip(gateways, names, strict=True):
            stack.enter_context(gateway.running(name))
        for gateway in gateways:
            gateway.wait_for("port core: link up")
        large = ("--size", 1400, "--pdus", 2) if mtu > 1500 else ()
        status, result = talk(
            wires.around, "--access", "left-access", "--far-access", "right-access", "--packets", packets, *large)
    check(status, result, packets, gateways)
