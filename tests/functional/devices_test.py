#!/usr/bin/python3
"""aaigwd on every kind of device: whose memory packets are in, who runs it, links that go away, and the ends of runs."""
import json
import os
import re
import signal
import socket
import stat
import subprocess
from collections import Counter
from pathlib import Path

import pytest

import daemon_test as daemons
import frames
import golden
import network
import pcap
from aai_peer import MZONE
from daemon_test import namespaces, needs_root

__all__ = ["namespaces"]  # a fixture
AF_XDP = 44
HUGE_PAGE_KB = 2048
SIZE_MB = 64


def total(counters: dict) -> Counter:
    """Of all workers, when nothing was lost to the books."""
    assert counters["buffers_in_use"] == 0
    verdicts = Counter()
    for worker in counters["workers"]:
        assert worker["rx"] == sum(worker["verdicts"].values())
        verdicts.update(worker["verdicts"])
    return verdicts


def need_af_xdp():
    try:
        socket.socket(AF_XDP, socket.SOCK_RAW, 0).close()
    except OSError as error:
        pytest.skip(f"no AF_XDP sockets here: {error}")


def need_huge_pages():
    free = Path(f"/sys/kernel/mm/hugepages/hugepages-{HUGE_PAGE_KB}kB/free_hugepages")
    if not free.exists() or int(free.read_text()) * HUGE_PAGE_KB < SIZE_MB * 1024:
        pytest.skip("not enough huge pages are free")


# Whose memory, and who runs it
# ----------------------------------------------------------------------------

ROOT_HUGE, ROOT_PLAIN, ANYBODY = "root in huge pages", "root", "anybody"


@pytest.fixture(params=[ROOT_HUGE, ROOT_PLAIN, ANYBODY])
def runner(request, tmp_path_factory):
    """A folder, what the configuration says of memory, and how to run a program."""
    if request.param != ANYBODY and os.geteuid() != 0:
        pytest.skip("only root can be root")
    if request.param == ROOT_HUGE:
        need_huge_pages()
    folder = tmp_path_factory.mktemp("devices")
    options = {}
    if request.param == ANYBODY and os.geteuid() == 0:
        for parent in (folder, *list(folder.parents)[:2]):
            parent.chmod(parent.stat().st_mode | stat.S_IXOTH | stat.S_IROTH)
        os.chown(folder, daemons.NOBODY, daemons.NOBODY)
        options = {"user": daemons.NOBODY, "group": daemons.NOBODY, "extra_groups": []}
        if subprocess.run([daemons.AAIGWD, "--version"], capture_output=True, check=False, **options).returncode != 0:
            pytest.skip("others cannot reach the program")
    memory = {"huge_pages": "required" if request.param == ROOT_HUGE else "never", "size_mb": SIZE_MB, "packets": 4095}
    return folder, memory, options


@pytest.mark.parametrize("name", ["mzone", "lzone"])
def test_captures_pass_in_any_memory_and_for_anybody(name, runner):
    folder, memory, options = runner
    case = golden.CASES[name]
    received = case.traffic()
    devices = {}
    for number, (port, frame_list) in enumerate(received.items()):
        pcap.write(folder / f"{port}.pcap", frame_list)
        devices[port] = f"net_pcap{number},rx_pcap={folder}/{port}.pcap,tx_pcap={folder}/{port}-out.pcap"
    settings = network.configuration(case.fresh().config, devices, folder) | {"memory": memory}
    path = daemons.write(folder, settings)
    done = daemons.run("--config", path, "--exit-when-idle", 300, "--counters", folder / "counters", **options)
    assert done.returncode == 0, done.stderr
    assert ("in huge pages" in done.stderr) == (memory["huge_pages"] == "required"), done.stderr
    solution = golden.solve(case, received)
    assert total(json.loads((folder / "counters").read_text())) == Counter(solution.verdicts), done.stderr
    for port in received:
        expected = [frame for (_, to), sent in solution.frames.items() if to == port for frame in sent]
        assert Counter(pcap.read(folder / f"{port}-out.pcap")) == Counter(expected)


def sleeps(daemon) -> int:
    """How often its worker has slept."""
    task = Path(f"/proc/{daemon.process.pid}/task/{daemons.worker_thread(daemon.process, 0)}/status")
    return int(re.search(r"^voluntary_ctxt_switches:\s+(\d+)", task.read_text(), re.MULTILINE)[1])


def test_rings_bring_back_what_was_sent(runner):
    """It hears itself: that ends, and what is on its way when it stops is not lost."""
    folder, memory, options = runner
    settings = daemons.configuration(folder, {"access": "net_ring0", "core": "net_ring1"}, memory=memory)
    with daemons.running(folder, settings, process_options=options) as daemon:
        # It is logged when the worker has been told to announce both ports, which it does before it sleeps again.
        daemon.wait_for("port core: link up")
        seen = sleeps(daemon)
        daemons.until(lambda: sleeps(daemon) > seen + 1, "the worker does not sleep")
        assert daemon.stop() == 0, daemon.log
        counters = daemon.counters()
    total(counters)
    (worker,) = counters["workers"]
    assert worker["commanded"] >= 2, "it announces itself on each port"
    assert worker["frames"] <= 2 * worker["commanded"], "an announcement, and an answer to it at most"


# Load
# ----------------------------------------------------------------------------


def test_it_stops_in_the_middle_of_full_load(tmp_path):
    """Without no-rx, net_null brings frames as fast as they are taken."""
    settings = daemons.configuration(tmp_path, {"access": "net_null0", "core": "net_null1"})
    settings["workers"]["cores"] *= 2
    with daemons.running(tmp_path, settings) as daemon:
        for index in range(2):
            def has_run(index=index):
                thread = daemons.worker_thread(daemon.process, index)
                ran_ns = Path(f"/proc/{daemon.process.pid}/task/{thread}/schedstat").read_text().split()[0]
                return int(ran_ns) > 50_000_000
            daemons.until(has_run, "a worker does not run")
        assert daemon.stop() == 0, daemon.log
        counters = daemon.counters()
    verdicts = total(counters)
    assert verdicts.total() > 100_000, "frames of whatever their buffers held before"


@needs_root
def test_a_second_signal_ends_it_at_once(tmp_path):
    """While it waits for a worker that does not end."""
    with daemons.running(tmp_path, daemons.configuration(tmp_path)) as daemon:
        held = daemons.Held(daemons.until(lambda: daemons.worker_thread(daemon.process, 0), "no worker"))
        daemon.process.send_signal(signal.SIGTERM)
        daemon.wait_for("stopping: SIGTERM")

        def is_gone():
            daemon.process.send_signal(signal.SIGTERM)
            # The thread's end is told to the one that holds it, before that of the process.
            return os.waitpid(held.thread, daemons.WALL | os.WNOHANG)[0] != 0
        daemons.until(is_gone, "it does not end")
        assert daemon.process.wait(daemons.PATIENCE_S) == -signal.SIGTERM, daemon.log
        assert "does not end" not in daemon.log


# What a device can do
# ----------------------------------------------------------------------------


def test_a_frame_that_fits_no_buffer_is_counted(tmp_path):
    """net_pcap brings it in several buffers, more than the MTU has room for."""
    case = golden.CASES["mzone"]
    received = case.traffic()
    giant = received["core"][0] + bytes(5000)
    received["core"] = [giant, *received["core"][:10], giant]
    received["access"] = [giant]
    devices = {}
    for number, (port, frame_list) in enumerate(received.items()):
        pcap.write(tmp_path / f"{port}.pcap", frame_list)
        devices[port] = f"net_pcap{number},rx_pcap={tmp_path}/{port}.pcap,tx_pcap={tmp_path}/{port}-out.pcap"
    settings = network.configuration(case.fresh().config, devices, tmp_path)
    done = daemons.run("--config", daemons.write(tmp_path, settings), "--exit-when-idle", 300,
                       "--counters", tmp_path / "counters")
    assert done.returncode == 0, done.stderr
    verdicts = total(json.loads((tmp_path / "counters").read_text()))
    assert +verdicts == Counter({"drop_too_big": 3, "forwarded": 10})


@needs_root
def test_what_net_af_xdp_cannot_do_is_told(namespaces, tmp_path):
    need_af_xdp()
    gateway, _ = namespaces
    devices = {name: f"net_af_xdp{n},iface={name}" for n, name in enumerate(("access", "core"))}
    inside = ["ip", "netns", "exec", gateway, daemons.AAIGWD, "--config"]
    for changes, told in (
        ({"memory": {"huge_pages": "never", "size_mb": SIZE_MB, "packets": 8192}}, "raise packets"),
        ({"ports": {"mtu": 9000}}, "MTU 9000: net_af_xdp can have"),
    ):
        settings = daemons.configuration(tmp_path, devices)
        settings["memory"] |= {"size_mb": 256, "packets": 16383} | changes.get("memory", {})
        for port in settings["ports"]:
            port |= changes.get("ports", {})
        command = [*inside, daemons.write(tmp_path, settings)]
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=daemons.PATIENCE_S,
                              check=False)
        assert done.returncode == 3, done.stderr
        assert told in done.stderr, done.stderr


# Links that go away
# ----------------------------------------------------------------------------


class Talk:
    """The one station and the core, whose system is that of the namespace around the gateway."""

    def __init__(self, around: str):
        self.network = daemons.one_station()
        self.far = self.network.far[0]
        self.access, self.core = self.network.config.ports
        self.around = around
        with daemons.inside(around):
            self.air = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self.air.bind((self.far.address, frames.GSMTAP_PORT))
            self.gre = socket.socket(socket.AF_INET, socket.SOCK_RAW, frames.GRE)
            self.gre.bind(("10.2.0.9", 0))
        self.sent = 0

    def close(self):
        self.air.close()
        self.gre.close()

    def inner(self) -> bytes:
        self.sent += 1
        return frames.ipv4("192.0.2.1", "198.51.100.2", 253, self.sent.to_bytes(8, "big"))

    def send_down(self) -> bytes:
        inner = self.inner()
        self.gre.sendto(frames.gre(0x77, frames.ETHERTYPE_IPV4, inner), (self.core.address, 0))
        return inner

    def send_up(self) -> bytes:
        inner = self.inner()
        burst = frames.gsmtap(frames.MZONE_BURST, self.far.sector, self.far.stid,
                              self.far.protect(self.far.flows[0], inner), uplink=True)
        self.air.sendto(burst, (self.access.address, frames.GSMTAP_PORT))
        return inner

    def opened(self) -> bytes:
        return self.far.unprotect(MZONE, 1, self.air.recv(2048)[frames.GSMTAP_BYTES:])[0]

    def unwrapped(self) -> bytes:
        return frames.read_gre(frames.read_ipv4(self.gre.recv(2048)).payload)[2]

    def passes(self, send, receive) -> bool:
        """Whether a packet comes out, behind older ones that may still come."""
        wanted = send()
        for sock in (self.air, self.gre):
            sock.settimeout(0.2)
        try:
            while receive() != wanted:
                pass
        except TimeoutError:
            return False
        return True

    def both_ways(self):
        daemons.until(lambda: self.passes(self.send_down, self.opened), "nothing comes out towards the station")
        daemons.until(lambda: self.passes(self.send_up, self.unwrapped), "nothing comes out towards the core")

    def send_down_many(self, number: int):
        """They are through the gateway when it has answered what came behind them."""
        for _ in range(number // 100):
            for _ in range(100):
                self.send_down()
            ping = ["ip", "netns", "exec", self.around, "ping", "-c", "1", "-W", "20", self.core.address]
            assert subprocess.run(ping, capture_output=True, check=False).returncode == 0


@needs_root
@pytest.mark.parametrize("device", ["net_af_packet{n},iface={name},framecnt=1024", "net_af_xdp{n},iface={name}"],
                         ids=["af_packet", "af_xdp"])
def test_traffic_goes_on_when_a_link_comes_back(device, namespaces, tmp_path):
    if "af_xdp" in device:
        need_af_xdp()
    gateway, around = namespaces
    devices = {name: device.format(n=n, name=name) for n, name in enumerate(("access", "core"))}
    settings = daemons.without_macs(daemons.configuration(tmp_path, devices))
    settings["memory"] |= {"size_mb": 128, "packets": 16383}
    talk = Talk(around)
    with daemons.running(tmp_path, settings, namespace=gateway) as daemon:
        talk.both_ways()
        for namespace in (gateway, around):
            for way in ("down", "up"):
                daemons.ip("-n", namespace, "link", "set", "access", way)
                if way == "down":
                    talk.send_down_many(4000)
            talk.both_ways()
        assert daemon.stop() == 0, daemon.log
        verdicts = total(daemon.counters())
    talk.close()
    # net_af_packet and net_af_xdp send some of the packets later, which their rings have kept.
    assert verdicts["drop_tx_full"] > 1000
    assert verdicts["forwarded"] + verdicts["drop_tx_full"] >= 8000
