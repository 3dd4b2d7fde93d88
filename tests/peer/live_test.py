#!/usr/bin/python3
"""Live traffic between namespaces: through aaigwd, where AAIGWD names it, and through the model to try the peer."""
import json
import os
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE)]
import live_peer
import network

PYTHON = "/usr/bin/python3"
STATIONS = 30
# What a device has to be told to lose nothing on a busy machine.
DEVICES = {
    "af_xdp": "net_af_xdp{n},iface={interface}",
    "af_packet": "net_af_packet{n},iface={interface},framecnt=4096,qdisc_bypass=1",
}


def ip(*arguments):
    subprocess.run(["ip", *arguments], check=True, capture_output=True, text=True, timeout=30)


@contextmanager
def two_namespaces(name: str):
    """The gateway's and its neighbours', with a wire for each link; interfaces have the names of the ports."""
    gateway, around = f"{name}-gw", f"{name}-around"
    ports = live_peer.live_network(0).config.ports
    for namespace in (gateway, around):
        ip("netns", "add", namespace)
    try:
        for port in ports:
            ip("link", "add", port.name, "netns", gateway, "type", "veth", "peer", "name", port.name, "netns", around)
            ip("-n", gateway, "link", "set", port.name, "address", network.mac_text(port.mac))
            for namespace in (gateway, around):
                inside = ["ip", "netns", "exec", namespace]
                subprocess.run([*inside, "sysctl", "-qw", f"net.ipv6.conf.{port.name}.disable_ipv6=1"], check=False)
                ip("-n", namespace, "link", "set", port.name, "up")
        yield gateway, around
    finally:
        for namespace in (gateway, around):
            ip("netns", "del", namespace)


@contextmanager
def running(command: list, log: Path):
    with log.open("wb") as output:
        process = subprocess.Popen(list(map(str, command)), stdout=output, stderr=output)
        try:
            yield process
        finally:
            process.terminate()
            process.wait(30)


def talk(around: str, *options) -> tuple[int, dict]:
    command = ["ip", "netns", "exec", around, PYTHON, "-B", HERE / "live_peer.py"]
    command += ["--access", "access", "--core", "core", "--stations", STATIONS, *options]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=600, check=False)
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


@pytest.fixture
def namespaces(request):
    if os.geteuid() != 0:
        pytest.skip("only root can make namespaces")
    with two_namespaces(f"peer-{os.getpid()}") as names:
        yield names


# The peer itself, with the model as the gateway
# ----------------------------------------------------------------------------


@pytest.mark.parametrize("mistake, found", [
    ("none", set()), ("lose", {"lost"}), ("repeat", {"repeated", "repeated_pns"}), ("reorder", {"reordered"}),
    ("spoil", {"spoiled", "lost"}),
])
def test_the_peer_sees_every_mistake(mistake, found, namespaces, tmp_path):
    gateway, around = namespaces
    forwarder = ["ip", "netns", "exec", gateway, PYTHON, "-B", HERE / "forwarder.py"]
    forwarder += ["access", "core", STATIONS, mistake]
    with running(forwarder, tmp_path / "log"):
        status, result = talk(around, "--packets", 3000, "--rate", 1500, "--seed", 1)
    assert status == (1 if found else 0), result
    assert live_peer.faults(result, "downlink") == found, result
    assert live_peer.faults(result, "uplink") == found - {"repeated_pns"}, result
    assert result["lost_by_peer"] == 0


# aaigwd
# ----------------------------------------------------------------------------


@pytest.mark.parametrize("device", DEVICES)
def test_aaigwd_loses_repeats_and_reorders_nothing(device, namespaces, tmp_path):
    path = os.environ.get("AAIGWD")
    if path is None:
        pytest.skip("AAIGWD does not name the program")
    if not os.access(path, os.X_OK):
        pytest.fail(f"AAIGWD is {path}, which is no program")
    gateway, around = namespaces
    config = live_peer.live_network(STATIONS).config
    devices = {port.name: DEVICES[device].format(n=n, interface=port.name) for n, port in enumerate(config.ports)}
    text = network.as_yaml(network.configuration(config, devices, tmp_path))
    (tmp_path / "aaigwd.yaml").write_text(text)
    command = ["ip", "netns", "exec", gateway, path, "--config", tmp_path / "aaigwd.yaml"]
    command += ["--counters", tmp_path / "counters.json"]
    with running(command, tmp_path / "log") as process:
        time.sleep(0.5)
        assert process.poll() is None, (tmp_path / "log").read_text()
        status, result = talk(around, "--packets", 100_000, "--rate", 20_000)
    assert status == 0, result
    assert result["downlink"]["sent"] + result["uplink"]["sent"] == 100_000
