#!/usr/bin/python3
"""Holds the model of the gateway against scapy, stock tshark, and a peer at each of its ends."""
import logging
import random
import shutil
import struct
import subprocess
import sys
from pathlib import Path

import pytest

logging.getLogger("scapy.runtime").setLevel(logging.ERROR)
from scapy.all import ARP, GRE, ICMP, IP, UDP, Ether, ICMPv6EchoRequest, ICMPv6PacketTooBig, IPv6, Raw

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE)]
import aai_peer as peer
import frames
import pcap
from gateway import Config, Gateway, Port

GATEWAY_ACCESS, GATEWAY_CORE = "02:00:00:00:00:01", "02:00:00:00:00:02"
STATION, CORE = "02:00:00:00:01:01", "02:00:00:00:02:01"
TEK = bytes(range(16))


class Network:
    """A gateway, its core peer and one station of each zone, each end with its own copy of the SAs."""

    def __init__(self, address: str | None = "10.1.0.9", mtu: int = 1500):
        self.here, self.there = self._stations(False, address), self._stations(True, None)
        ports = [Port("access", frames.mac(GATEWAY_ACCESS), "10.1.0.1", mtu),
                 Port("core", frames.mac(GATEWAY_CORE), "10.2.0.1", mtu)]
        config = Config(ports, {"10.2.0.9": frames.mac(CORE)}, list(self.here), frame_number=77)
        self.gateway = Gateway(config)

    def _stations(self, uplink: bool, address: str | None):
        def sa(zone, icv=8):
            return peer.Sa(zone, [peer.Tek(1, TEK)], icv=icv, uplink=uplink)

        def flow(key: int, **fields) -> peer.Flow:
            return peer.Flow(key, "10.2.0.9", **fields)

        def contexts(zone: str, sas: dict) -> dict:
            return {zone: [peer.Context(sas, 5, b"akid" * 2, b"cmac" * 4)]}

        mac = frames.mac(STATION) if address else None
        mzone = peer.Station(2, 0x123, (), address, mac, contexts("mzone", {1: sa(peer.MZONE), 2: sa(peer.MZONE, 0)}))
        mzone.flows = [flow(0x1003, fid=3), flow(0x1004, fid=4, short=True), flow(0x1005, fid=5, said=2),
                       flow(0x1006, fid=6, max_packet=600)]
        lzone = peer.Station(2, None, (5, 325), address, mac, contexts("lzone", {1: sa(peer.LZONE)}))
        lzone.flows = [flow(0x2000, cid=700, crc=True), flow(0x2001, cid=701)]
        return mzone, lzone

    def pairs(self):
        """(station, flow) of the far end."""
        return [(station, flow) for station in self.there for flow in station.flows]

    def downlink(self, inner, key: int, **fields) -> bytes:
        protocol = 0x86DD if isinstance(inner, IPv6) else 0x0800
        outer = IP(**{"src": "10.2.0.9", "dst": "10.2.0.1", **fields})
        return bytes(Ether(dst=GATEWAY_CORE, src=CORE) / outer / GRE(key_present=1, key=key, proto=protocol) / inner)

    def uplink(self, station: peer.Station, burst: bytes, **fields) -> bytes:
        mzone = station.transmit is peer.MZONE
        kind, stid = (0x41, station.stid) if mzone else (0x13, 0)
        # Everything that the gateway does not look at is set to something.
        head = struct.pack("!BBBBHbBIBBBB", 2, 4, 7, 3, 0x4000 | stid, -7, 9, 0x1234, kind, station.sector, 8, 6)
        outer = IP(**{"src": "10.1.0.9", "dst": "10.1.0.1", **fields})
        return bytes(Ether(dst=GATEWAY_ACCESS, src=STATION) / outer / UDP(sport=50000, dport=4729) / Raw(head + burst))

    def send(self, frame: bytes, port: str) -> list[tuple[str, bytes]]:
        return self.gateway.process(frame, port)


def good(frame: bytes) -> Ether:
    """As scapy reads it, once it agrees with every length and checksum."""
    packet = Ether(frame)
    again = packet.copy()
    for layer in (IP, UDP, ICMP, IPv6, GRE):
        if layer in again:
            for name in ("len", "chksum", "plen"):
                if name in again[layer].fields and not (layer is UDP and name == "chksum"):
                    del again[layer].fields[name]
    assert bytes(again) == frame
    return packet


def inner_packet(rng: random.Random, size: int):
    """An IPv4 or IPv6 packet of `size` bytes."""
    if rng.random() < 0.5:
        return IP(src="192.0.2.1", dst="198.51.100.2") / UDP() / Raw(rng.randbytes(size - 28))
    return IPv6(src="2001:db8::1", dst="2001:db8::2") / UDP() / Raw(rng.randbytes(size - 48))


# Traffic
# ----------------------------------------------------------------------------


def test_downlink_reaches_the_station():
    rng, network = random.Random("downlink"), Network()
    for number in range(200):
        station, flow = rng.choice(network.pairs())
        inner = inner_packet(rng, rng.randint(48, 114 if flow.short else 600))
        (port, frame), = network.send(network.downlink(inner, flow.key), "core")
        assert port == "access" and network.gateway.last_verdicts == ["forwarded"], number
        packet = good(frame)
        assert (packet.dst, packet.src) == (STATION, GATEWAY_ACCESS)
        ip = packet[IP]
        assert (ip.src, ip.dst, ip.ttl, ip.id, ip.flags, ip.tos) == ("10.1.0.1", "10.1.0.9", 64, 0, "DF", 0)
        assert (packet[UDP].dport, packet[UDP].chksum) == (4729, 0)
        head, pdu = bytes(packet[UDP].payload)[:16], bytes(packet[UDP].payload)[16:]
        kind, stid = (0x41, 0x123) if station.transmit is peer.MZONE else (0x13, 0)
        assert head == struct.pack("!BBBBHbBIBBBB", 2, 4, 7, 0, stid, 0, 0, 77, kind, 2, 0, 0)
        assert station.unprotect(station.transmit, flow.said, pdu)[0] == bytes(inner)


def test_uplink_reaches_the_core():
    rng, network = random.Random("uplink"), Network(address=None)
    for _ in range(100):
        pairs = [pair for pair in network.pairs() if (pair[0].stid is None) == (rng.random() < 0.5)]
        if len({id(station) for station, _ in pairs}) != 1:
            continue
        sent = [(rng.choice(pairs), inner_packet(rng, rng.randint(48, 114))) for _ in range(rng.randint(1, 5))]
        pdus = [station.protect(flow, bytes(inner), rng.choice([None, None, b"", b"ext"]) if not flow.short else None)
                for (station, flow), inner in sent]
        padding = b"\xff" * rng.randrange(9) if pairs[0][0].transmit is peer.LZONE else b""
        out = network.send(network.uplink(pairs[0][0], b"".join(pdus) + padding), "access")
        assert network.gateway.last_verdicts == ["forwarded"] * len(sent)
        for ((_, flow), inner), (port, frame) in zip(sent, out, strict=True):
            packet = good(frame)
            assert port == "core" and (packet.dst, packet.src) == (CORE, GATEWAY_CORE)
            ip = packet[IP]
            assert (ip.src, ip.dst, ip.ttl, ip.id, ip.flags) == ("10.2.0.1", "10.2.0.9", 64, 0, "DF")
            assert (packet[GRE].key, packet[GRE].proto) == (flow.key, 0x0800 if isinstance(inner, IP) else 0x86DD)
            assert bytes(packet[GRE].payload) == bytes(inner)


def test_the_short_header_counts_by_flow_and_the_pn_by_association():
    network = Network()
    pdus = []
    for number in range(36):
        key = 0x1006 if number % 2 else 0x1004
        (_, frame), = network.send(network.downlink(IP() / Raw(b"x" * 40), key), "core")
        pdus.append(bytes(good(frame)[UDP].payload)[16:])
    assert [pdu[1] & 15 for pdu in pdus[::2]] == [*range(16), 0, 1]
    assert [int.from_bytes(pdu[2:5], "big") for pdu in pdus] == [1 << 22 | pn for pn in range(1, 37)]


@pytest.mark.parametrize("sector, connection, port", [
    (2, 291, 0xF31C), (0, 1, 0xE78D), (1, 4095, 0xD4C5), (0, 700, 0xE7EC),
])
def test_source_ports_are_those_of_the_multiplication(sector, connection, port):
    # By `bc`: 49152 + ((2654435761 * (sector * 65536 + connection)) % 2^32) / 2^18
    assert frames.source_port(sector, connection) == port


# What tshark says
# ----------------------------------------------------------------------------


def tshark(file: Path, *names: str) -> list[list[str]]:
    if shutil.which("tshark") is None:
        pytest.fail("tshark is not installed: apt-get install tshark")
    options = ["-o", "wmx.corrigendum_2_version:TRUE", "-o", "ip.check_checksum:TRUE"]
    options += ["-T", "fields", "-E", "separator=|"]
    fields = [part for name in names for part in ("-e", name)]
    command = ["tshark", "-r", file, *options, *fields]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    return [line.split("|") for line in done.stdout.splitlines()]


def test_tshark_reads_lzone_downlink(tmp_path):
    rng, network = random.Random("tshark"), Network()
    flows = [rng.choice(network.there[1].flows) for _ in range(60)]
    inner = [inner_packet(rng, rng.randint(48, 1400)) for _ in flows]
    sent = [network.send(network.downlink(i, flow.key), "core") for i, flow in zip(inner, flows)]
    pcap.write(tmp_path / "lzone.pcap", [frame for (_, frame), in sent])
    names = "genericEc genericEks genericCid genericLen genericCi genericCrc.status".split()
    names = ["wmx." + name for name in names]
    names += ["gsmtap.uplink", "gsmtap.antenna", "ip.checksum.status", "_ws.col.Info"]
    decoded = tshark(tmp_path / "lzone.pcap", *names)
    for flow, i, fields in zip(flows, inner, decoded, strict=True):
        ec, eks, cid, length, ci = (int(value, 0) for value in fields[:5])
        assert (ec, eks, cid, ci) == (1, 1, flow.cid, int(flow.crc))
        assert length == len(i) + network.there[1].overhead(flow)
        assert fields[5] == ("1" if flow.crc else "")
        assert fields[6:9] == ["0", "2", "1"] and "CRC error" not in fields[9]


def test_tshark_reads_gre_uplink(tmp_path):
    network = Network()
    station, flow = network.pairs()[0]
    inner = IP(src="192.0.2.1", dst="198.51.100.2", ttl=9) / UDP() / Raw(b"x" * 50)
    (_, frame), = network.send(network.uplink(station, station.protect(flow, bytes(inner))), "access")
    pcap.write(tmp_path / "gre.pcap", [frame])
    names = "gre.key", "gre.proto", "gre.flags_and_version", "ip.ttl", "ip.checksum.status"
    decoded, = tshark(tmp_path / "gre.pcap", *names)
    assert decoded == ["0x00001003", "0x0800", "0x2000", "64,9", "1,1"]


# The edges
# ----------------------------------------------------------------------------


def verdict(network: Network, frame: bytes, port: str) -> str:
    assert network.send(frame, port) == []
    got, = network.gateway.last_verdicts
    return got


def test_arp_and_echo_are_answered():
    network = Network()
    asked = Ether(dst="ff:ff:ff:ff:ff:ff", src=CORE) / ARP(hwsrc=CORE, psrc="10.2.0.9", pdst="10.2.0.1")
    (port, frame), = network.send(bytes(asked), "core")
    reply = good(frame)[ARP]
    assert port == "core" and len(frame) == 42
    assert (reply.op, reply.hwsrc, reply.psrc) == (2, GATEWAY_CORE, "10.2.0.1")
    assert (reply.hwdst, reply.pdst) == (CORE, "10.2.0.9")
    assert network.send(bytes(asked / Raw(bytes(18))), "core") == [("core", frame)]
    assert verdict(network, bytes(asked), "access") == "drop_arp"
    echo = Ether(dst=GATEWAY_CORE, src=CORE) / IP(src="10.2.0.9", dst="10.2.0.1", ttl=3)
    echo = echo / ICMP(id=5, seq=6) / Raw(b"abc")
    (port, frame), = network.send(bytes(echo), "core")
    reply = good(frame)
    assert (port, reply.dst, reply[IP].src, reply[IP].dst, reply[IP].ttl) == ("core", CORE, "10.2.0.1", "10.2.0.9", 64)
    assert (reply[ICMP].type, reply[ICMP].id, reply[ICMP].seq, bytes(reply[ICMP].payload)) == (0, 5, 6, b"abc")
    broken = bytearray(bytes(echo))
    broken[-1] ^= 1
    assert verdict(network, bytes(broken), "core") == "drop_icmp"


@pytest.mark.parametrize("key, mtu", [(0x1003, 1443), (0x1006, 600), (0x1004, 114), (0x2000, 1434), (0x2001, 1438)])
def test_what_does_not_fit_is_answered(key, mtu):
    network = Network()
    inner = IP(src="192.0.2.1", dst="198.51.100.2", ttl=9, id=4, options=b"\1\1\1\1") / UDP() / Raw(b"x" * (mtu - 32))
    (port, _), = network.send(network.downlink(inner, key), "core")
    assert port == "access"
    inner = inner / b"y"
    (port, frame), = network.send(network.downlink(inner, key), "core")
    assert port == "core" and network.gateway.last_verdicts == ["too_big_answered"]
    packet = good(frame)
    assert (packet[IP].dst, packet[GRE].key, packet[GRE].proto) == ("10.2.0.9", key, 0x0800)
    error = packet[GRE].payload
    assert (error.src, error.dst, error[ICMP].type, error[ICMP].code) == ("198.51.100.2", "192.0.2.1", 3, 4)
    assert error[ICMP].nexthopmtu == mtu and len(error) == min(576, 28 + mtu + 1)
    assert bytes(error)[28:] == bytes(inner)[:548]


def test_what_does_not_fit_is_answered_in_ipv6_too():
    network = Network()
    inner = IPv6(src="2001:db8::1", dst="2001:db8::2") / UDP() / Raw(b"x" * 1500)
    (port, frame), = network.send(network.downlink(inner, 0x1003), "core")
    error = good(frame)[GRE].payload
    assert (port, error.src, error.dst, error.hlim) == ("core", "2001:db8::2", "2001:db8::1", 64)
    assert (error[ICMPv6PacketTooBig].mtu, len(error)) == (1443, 1280)
    assert bytes(error)[48:] == bytes(inner)[:1232]


@pytest.mark.parametrize("inner", [
    IP(src="192.0.2.1", dst="198.51.100.2", frag=9) / Raw(bytes(1500)),
    IP(src="192.0.2.1", dst="198.51.100.2") / ICMP(type=3) / Raw(bytes(1500)),
    IP(src="192.0.2.1", dst="224.0.0.2") / Raw(bytes(1500)),
    IPv6(src="2001:db8::1", dst="ff02::2") / Raw(bytes(1500)),
    IPv6(src="2001:db8::1", dst="2001:db8::2") / ICMPv6PacketTooBig(mtu=1) / Raw(bytes(1500)),
    Raw(b"\x30" + bytes(1500)),
], ids=["fragment", "error", "multicast", "multicast6", "error6", "garbage"])
def test_what_must_not_be_answered_is_not(inner):
    network = Network()
    assert verdict(network, network.downlink(inner, 0x1003), "core") == "drop_too_big"
    assert verdict(network, network.downlink(inner, 0x1003), "core") == "drop_too_big"


def test_an_echo_that_does_not_fit_is_answered():
    network = Network()
    network.send(network.downlink(IPv6(dst="2001:db8::2") / ICMPv6EchoRequest() / Raw(bytes(1500)), 0x1003), "core")
    assert network.gateway.last_verdicts == ["too_big_answered"]


def test_one_port_can_serve_both_links():
    network = Network()
    config = network.gateway.config
    config.core, config.ports = "access", [Port("access", frames.mac(GATEWAY_CORE), "10.2.0.1")]
    gateway = Gateway(config)
    (port, frame), = gateway.process(network.downlink(IP() / Raw(b"x"), 0x1003), "access")
    assert (port, good(frame)[UDP].dport) == ("access", 4729)
    station, flow = network.pairs()[0]
    up = network.uplink(station, station.protect(flow, bytes(IP() / Raw(b"x"))), dst="10.2.0.1")
    (port, frame), = gateway.process(frames.mac(GATEWAY_CORE) + up[6:], "access")
    assert (port, good(frame)[GRE].key) == ("access", 0x1003)


def test_jumbo_frames_carry_the_longest_pdu():
    network = Network(mtu=9000)
    inner = IP(src="192.0.2.1", dst="198.51.100.2") / Raw(bytes(2047 - 13 - 20))
    (_, frame), = network.send(network.downlink(inner, 0x1003), "core")
    assert len(bytes(good(frame)[UDP].payload)) == 16 + 2047
    network.send(network.downlink(inner / b"x", 0x1003), "core")
    assert network.gateway.last_verdicts == ["too_big_answered"]


def test_addresses_are_learned_from_verified_pdus_only():
    network = Network(address=None)
    down = network.downlink(IP() / Raw(b"x"), 0x1003)
    assert verdict(network, down, "core") == "drop_no_address"
    station, flow = network.pairs()[0]
    inner = bytes(IP() / Raw(b"up"))
    first, second = (station.protect(flow, inner) for _ in range(2))
    ctr = station.protect(station.flows[2], inner)
    assert verdict(network, network.uplink(station, first[:-1] + b"?"), "access") == "drop_icv"
    network.send(network.uplink(station, ctr), "access")
    assert network.gateway.last_verdicts == ["forwarded"]
    assert verdict(network, down, "core") == "drop_no_address"
    network.send(network.uplink(station, second, src="10.1.0.77"), "access")
    assert good(network.send(down, "core")[0][1])[IP].dst == "10.1.0.77"
    # Older than the last one: good, but no news of where the station is.
    network.send(network.uplink(station, first, src="10.1.0.66"), "access")
    assert network.gateway.last_verdicts == ["forwarded"]
    assert good(network.send(down, "core")[0][1])[IP].dst == "10.1.0.77"


def test_a_signed_message_tells_where_its_station_is():
    network = Network(address=None)
    station, lzone = network.there
    message = peer.mzone_signed(station.contexts["mzone"][0], 0x123, 1, b"\x80x")
    pdu = peer.mzone_header(0, 2 + len(message)) + message
    assert verdict(network, network.uplink(station, pdu[:-1] + b"?"), "access") == "drop_cmac"
    assert verdict(network, network.downlink(IP(), 0x1003), "core") == "drop_no_address"
    assert verdict(network, network.uplink(station, pdu), "access") == "punted"
    assert network.send(network.downlink(IP(), 0x1003), "core")
    pdu = peer.lzone_clear(5, peer.lzone_signed(lzone.contexts["lzone"][0], 5, 1, b"x"), crc=True)
    assert verdict(network, network.uplink(lzone, pdu), "access") == "punted"
    assert network.send(network.downlink(IP(), 0x2000), "core")


def test_hostile_frames_have_their_verdicts():
    network = Network()
    station, flow = network.pairs()[0]
    inner = bytes(IP() / Raw(b"inner"))

    def up(burst: bytes, **fields):
        return verdict(network, network.uplink(station, burst, **fields), "access")

    assert verdict(network, bytes(13), "core") == "drop_runt"
    assert up(b"") == "drop_gsmtap"
    assert up(b"x", dst="10.1.0.2") == "drop_not_for_us"
    assert up(b"x", frag=3) == "drop_ip_fragment"
    assert up(b"x", flags="MF") == "drop_ip_fragment"
    assert up(b"x", chksum=1) == "drop_ip_header"
    assert up(b"x", len=1000) == "drop_ip_header"
    assert up(peer.mzone_seal(TEK, 0x123, 9, 1, 0x200001, inner)) == "drop_unknown_flow"
    assert up(peer.mzone_seal(TEK, 0x123, 3, 2, 0x200001, inner)) == "drop_no_key"
    assert up(peer.mzone_seal(TEK, 0x123, 3, 1, 0x200001, b"garbage")) == "drop_inner_packet"
    assert up(bytes.fromhex("2030")) == "drop_pdu"
    assert up(bytes.fromhex("202f")) == "signaling"
    assert up(bytes.fromhex("00040abb")) == "punted"
    good_pdu = [station.protect(flow, inner) for _ in range(2)][1]
    network.send(network.uplink(station, good_pdu + b"\0"), "access")
    assert network.gateway.last_verdicts == ["forwarded", "drop_pdu"]
    assert verdict(network, network.downlink(IP(), 0x9999), "core") == "drop_unknown_data_path"
    assert verdict(network, network.downlink(IP(), 0x1003, src="10.2.0.8"), "core") == "drop_foreign_peer"
    assert verdict(network, network.uplink(peer.Station(3, 0x123), b"x"), "access") == "drop_unknown_station"
    lzone = network.there[1]
    assert verdict(network, network.uplink(lzone, peer.lzone_clear(700, inner)), "access") == "drop_clear_data"
    assert verdict(network, network.uplink(lzone, peer.lzone_clear(5, b"\4")), "access") == "punted"
    assert verdict(network, network.uplink(lzone, peer.lzone_clear(99, b"\4")), "access") == "drop_unknown_station"
    assert verdict(network, network.uplink(lzone, b"\xff"), "access") == "drop_pdu"
    assert network.gateway.received == 22


def test_every_truncation_ends_in_one_verdict():
    network = Network()
    station, flow = network.pairs()[0]
    for frame, port in [(network.uplink(station, station.protect(flow, bytes(IP() / Raw(b"x")))), "access"),
                        (network.downlink(IP() / Raw(b"x"), 0x1003), "core")]:
        for size in range(1, len(frame)):
            got = verdict(network, frame[:size], port)
            assert got == ("drop_runt" if size < 34 else "drop_ip_header")
