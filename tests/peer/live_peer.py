#!/usr/bin/python3
"""All neighbours of running gateways, in the namespace that this runs in.

Around one gateway these are stations on one interface and the core on another; around two, whose core ports see each
other, stations on both. Sends numbered packets through in both directions and checks at the other end that every one
came once, whole and in the order of its flow. Prints one JSON object; the exit status is 0 only when nothing was lost,
repeated, reordered or spoiled.
"""
import argparse
import json
import random
import struct
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent)]
import aai_peer as peer
import frames
import network
from aai_peer import LZONE, MZONE
from gateway import Port
from packet_socket import Receiver, Sender, open_socket
from traffic import Pair, Traffic

NUMBER = struct.Struct("!QI")  # of the packet within its flow, and the flow
IPV4, ARP = (ethertype.to_bytes(2, "big") for ethertype in (frames.ETHERTYPE_IPV4, frames.ETHERTYPE_ARP))
ENDS = "192.0.2.1", "198.51.100.2"
LEAST = 20 + NUMBER.size
# The last one is of the downlink: PNs that a gateway used twice.
FAULTS = ("lost", "repeated", "reordered", "spoiled", "repeated_pns")
# Packets that may be on their way at once: the wire between two namespaces holds 256 frames.
WINDOW = 128


# The networks
# ----------------------------------------------------------------------------


def live_network(stations: int, prefix: str = "") -> network.Network:
    """The stations of the golden cases and `stations` more."""
    plans = [*network.ordinary(), *network.many(stations)]
    for plan in plans:
        plan.name = prefix + plan.name
    return network.build(plans)


def two_networks(stations: int) -> tuple[network.Network, network.Network]:
    """Of two gateways, each the core of the other: a data path leads from a flow of one to some flow of the other."""
    left, right = live_network(stations), live_network(stations, "right ")
    right.config.ports[1] = Port("core", frames.mac("02:00:00:00:00:12"), "10.2.0.2")
    keys = [pair[2].key for pair in right.pairs()]
    turned = keys[7:] + keys[:7]
    for (_, _, *ends), key in zip(right.pairs(), turned, strict=True):
        for flow in ends:
            flow.key = key
    for one, other in ((left, right), (right, left)):
        port = other.port("core")
        one.config.peers = {port.address: port.mac}
        for _, _, *ends in one.pairs():
            for flow in ends:
                flow.peer = port.address
    return left, right


# What is sent
# ----------------------------------------------------------------------------


def numbered(number: int, flow: int, size: int, filling: bytes) -> bytes:
    content = NUMBER.pack(number, flow) + filling[:size - LEAST]
    return frames.ipv4(*ENDS, 253, content)


@dataclass
class Plan:
    """Frames for one port, how many packets each flow has in them, and how many there are up to each frame."""

    frames: list[bytes] = field(default_factory=list)
    packets: Counter = field(default_factory=Counter)  # by GRE key
    until: list[int] = field(default_factory=list)

    def add(self, frame: bytes, packets: int):
        self.frames.append(frame)
        self.until.append((self.until[-1] if self.until else 0) + packets)


def largest(traffics: list[Traffic], size: int) -> dict[int, int]:
    """Bytes of the largest packet that each flow carries in either direction, by its GRE key; `size` at most."""
    most = {}
    for pair in (pair for traffic in traffics for pair in traffic.pairs):
        here = min(size, pair.room() - 4, pair.flow.max_packet or size)
        most[pair.flow.key] = min(here, most.get(pair.flow.key, size))
    return most


class Load:
    """Packets for the flows of one gateway, in a random order of flows. `most` limits the packets of each flow."""

    def __init__(self, traffic: Traffic, most: dict[int, int], filling: bytes):
        self.traffic = traffic
        self.rng = traffic.rng
        self.filling = filling
        self.most = most

    def down(self, packets: int) -> Plan:
        plan = Plan()
        pairs = self.traffic.down_pairs()
        for _ in range(packets):
            plan.add(self._down_frame(plan, self.rng.choice(pairs)), 1)
        return plan

    def up(self, packets: int, pdus: int) -> Plan:
        """In bursts of up to `pdus`."""
        plan = Plan()
        pairs = [pair for pair in self.traffic.pairs if pair.near.transmit is pair.zone]
        left = packets
        while left:
            number = min(left, self.rng.randint(1, pdus))
            plan.add(self._up_frame(plan, self.rng.choice(pairs), number), number)
            left -= number
        return plan

    def _next(self, plan: Plan, pair: Pair) -> bytes:
        key = pair.flow.key
        number = plan.packets[key]
        plan.packets[key] += 1
        return numbered(number, key, self.rng.randint(LEAST, self.most[key]), self.filling)

    def _down_frame(self, plan: Plan, pair: Pair) -> bytes:
        gre = frames.gre(pair.flow.key, frames.ETHERTYPE_IPV4, self._next(plan, pair))
        core = self.traffic.core
        packet = frames.ipv4(pair.flow.peer, core.address, frames.GRE, gre)
        mac = self.traffic.network.config.peers[pair.flow.peer]
        return frames.ethernet(core.mac, mac, frames.ETHERTYPE_IPV4, packet)

    def _up_frame(self, plan: Plan, pair: Pair, pdus: int) -> bytes:
        burst = b"".join(self.traffic.pdu(pair, self._next(plan, pair)) for _ in range(pdus))
        kind = frames.MZONE_BURST if pair.zone is MZONE else frames.LZONE_BURST
        stid = pair.far.stid if pair.zone is MZONE else 0
        connection = pair.far.stid if pair.zone is MZONE else pair.flow.cid
        gsmtap = frames.gsmtap(kind, pair.far.sector, stid, burst, uplink=True)
        datagram = frames.udp(frames.source_port(pair.far.sector, connection), frames.GSMTAP_PORT, gsmtap)
        address, mac = pair.place
        packet = frames.ipv4(address, self.traffic.access.address, frames.UDP, datagram)
        return frames.ethernet(self.traffic.access.mac, mac, frames.ETHERTYPE_IPV4, packet)


# What has come
# ----------------------------------------------------------------------------


class Checker:
    """Takes packets one by one; `finish` adds up."""

    def __init__(self, filling: bytes):
        self.filling = filling
        self.came = {}  # GRE key -> numbers in the order of arrival
        self.spoiled = 0

    def take(self, key: int, inner: bytes):
        number, flow = NUMBER.unpack_from(inner, 20) if len(inner) >= LEAST else (0, None)
        if flow != key or inner != numbered(number, flow, len(inner), self.filling):
            self.spoiled += 1
            return
        self.came.setdefault(key, []).append(number)

    def finish(self, sent: Counter) -> dict:
        result = {"sent": sent.total(), **dict.fromkeys(("received", *FAULTS[:3]), 0), "spoiled": self.spoiled}
        for key in {*sent, *self.came}:
            numbers = self.came.get(key, [])
            once = set(numbers)
            result["received"] += len(numbers)
            result["lost"] += len(set(range(sent[key])) - once)
            result["repeated"] += len(numbers) - len(once)
            # Packets that come behind one that was sent after them.
            highest = -1
            for number in numbers:
                result["reordered"] += number < highest
                highest = max(highest, number)
            result["spoiled"] += len(once - set(range(sent[key])))
        return result


def check_uplink(traffic: Traffic, received: list[bytes], filling: bytes) -> Checker:
    """What came out of the gateway towards the core."""
    checker = Checker(filling)
    known = {pair.flow.key: pair for pair in traffic.pairs}
    for frame in received:
        if frame[12:14] != IPV4:
            continue
        try:
            packet = frames.read_ipv4(frame[14:])
            if packet.protocol != frames.GRE:
                continue
            key, _, inner = frames.read_gre(packet.payload)
        except peer.Drop:
            checker.spoiled += 1
            continue
        ends = packet.source, packet.destination
        right = key in known and ends == (traffic.core.address, known[key].flow.peer)
        checker.take(key if right else -1, inner)
    return checker


class Air:
    """What came out of the gateway towards the stations: opened as they would, except that repeated PNs are counted."""

    def __init__(self, traffic: Traffic, filling: bytes):
        self.checker = Checker(filling)
        self.traffic = traffic
        self.places = {}
        for pair in traffic.down_pairs():
            fid_or_cid = pair.flow.fid if pair.zone is MZONE else pair.flow.cid
            stid = pair.far.stid if pair.zone is MZONE else 0
            self.places[pair.zone.name, pair.far.sector, stid, fid_or_cid] = pair
        self.repeated_pns = 0
        self._pns = set()

    def take(self, frame: bytes):
        if frame[12:14] != IPV4:
            return
        try:
            packet = frames.read_ipv4(frame[14:])
            if packet.protocol != frames.UDP:
                return
            self._take(packet, frame[:6])
        except (peer.Drop, KeyError):
            self.checker.spoiled += 1

    def _take(self, packet: frames.Ipv4, to_mac: bytes):
        _, payload = frames.read_udp(packet)
        stid = int.from_bytes(payload[4:6], "big")
        kind, sector, pdu = payload[12], payload[13], payload[frames.GSMTAP_BYTES:]
        zone = MZONE if kind == frames.MZONE_BURST else LZONE
        connection = pdu[0] >> 4 if zone is MZONE else peer.lzone_cid(pdu)
        pair = self.places[zone.name, sector, stid, connection]
        if (packet.destination, to_mac) != pair.place:
            raise peer.Drop("drop_not_for_us")
        sealed = peer.lzone_sealed(pdu) if zone is LZONE else peer.mzone_sealed(stid, pdu)
        sa = pair.far.sas(zone, pair.flow.said)[0]
        tek = sa.receiving_tek(sealed.eks)
        self.repeated_pns += (tek.key, sealed.pn) in self._pns
        self._pns.add((tek.key, sealed.pn))
        # Without the window: what comes late or twice is counted, not dropped.
        self.checker.take(pair.flow.key, peer.unseal(tek.key, sealed.nonce, sealed.body, sa.icv))


# The interfaces
# ----------------------------------------------------------------------------


class Side:
    """One interface and who lives there: `macs` by their addresses."""

    def __init__(self, interface: str, macs: dict[str, bytes], port: Port):
        self.socket = open_socket(interface)
        self.port = port
        self.neighbours = sorted(macs.items())
        self.frames = []  # IPv4
        self._owners = {frames.packed(address): (mac, address) for address, mac in macs.items()}
        self._receiver = Receiver(self.socket)

    def receive(self) -> list[bytes]:
        """Takes what is there; gives what is no IPv4. The gateway's questions for the neighbours' MACs are answered."""
        others = []
        for frame in self._receiver.receive():
            if frame[12:14] == IPV4:
                self.frames.append(frame)
            else:
                others.append(frame)
                self._answer(frame)
        return others

    def _answer(self, frame: bytes):
        if frame[12:14] != ARP or len(frame) < 42 or frame[21] != frames.ARP_REQUEST:
            return
        owner = self._owners.get(frame[38:42])
        if owner is not None:
            asked = frame[22:28], ".".join(map(str, frame[28:32]))
            reply = frames.arp(frames.ARP_REPLY, owner, asked)
            self.socket.send(frames.ethernet(asked[0], owner[0], frames.ETHERTYPE_ARP, reply))

    def wait_for_gateway(self, seconds: float):
        """Until it answers for its own address."""
        address, mac = self.neighbours[0]
        request = frames.arp(frames.ARP_REQUEST, (mac, address), (bytes(6), self.port.address))
        reply = frames.arp(frames.ARP_REPLY, (self.port.mac, self.port.address), (mac, address))
        until = time.monotonic() + seconds
        while not any(frame[14:42] == reply for frame in self.receive()):
            if time.monotonic() > until:
                sys.exit(f"live_peer: the gateway does not answer for {self.port.address}")
            self.socket.send(frames.ethernet(frames.BROADCAST, mac, frames.ETHERTYPE_ARP, request))
            time.sleep(0.02)

    def lost_by_kernel(self) -> int:
        return self._receiver.lost_by_kernel()


class Stream:
    """A plan on its way from one side to another. Packets are sent as others arrive; see WINDOW."""

    def __init__(self, plan: Plan, sending: Side, receiving: Side):
        self.plan = plan
        self.receiving = receiving
        self.given_up = 0  # packets that are not waited for any more
        self._sender = Sender(sending.socket, plan.frames)

    def _sent(self) -> int:
        return self.plan.until[self._sender.sent - 1] if self._sender.sent else 0

    def on_the_way(self) -> int:
        return max(0, self._sent() - len(self.receiving.frames) - self.given_up)

    def done(self) -> bool:
        return self._sender.sent == self._sender.size and self.on_the_way() == 0

    def send(self):
        until, at = self.plan.until, self._sender.sent
        last = self._sent() + WINDOW - self.on_the_way()
        number = 0
        while at + number < len(until) and until[at + number] <= last:
            number += 1
        self._sender.send(number)

    def give_up(self):
        self.given_up += self.on_the_way()


def exchange(streams: list[Stream], patience: float) -> float:
    """Sends what there is and receives all that comes of it; gives the seconds that took."""
    start = last = time.monotonic()
    sides = [stream.receiving for stream in streams]
    came = 0
    while not all(stream.done() for stream in streams):
        for stream in streams:
            stream.send()
        for side in sides:
            side.receive()
        now, before, came = time.monotonic(), came, sum(len(side.frames) for side in sides)
        if came != before:
            last = now
        elif now - last > patience:
            for stream in streams:
                stream.give_up()
            last = now
        else:
            time.sleep(0.0001)
    took = time.monotonic() - start
    # What is too much would come now.
    until = time.monotonic() + 0.2
    while time.monotonic() < until:
        for side in sides:
            side.receive()
        time.sleep(0.01)
    return took


# Runs
# ----------------------------------------------------------------------------


def stations_of(traffic: Traffic) -> dict[str, bytes]:
    return dict(pair.place for pair in traffic.pairs)


def received_by_stations(traffic: Traffic, side: Side, filling: bytes, sent: Counter) -> dict:
    air = Air(traffic, filling)
    for frame in side.frames:
        air.take(frame)
    return {**air.checker.finish(sent), "repeated_pns": air.repeated_pns}


def run_one(options) -> dict:
    """Stations, a gateway and the core."""
    traffic = Traffic(live_network(options.stations), options.seed)
    filling = traffic.rng.randbytes(options.size)
    load = Load(traffic, largest([traffic], options.size), filling)
    down = load.down(options.packets // 2)
    up = load.up(options.packets - options.packets // 2, options.pdus)
    access = Side(options.access, stations_of(traffic), traffic.access)
    core = Side(options.core, traffic.network.config.peers, traffic.core)
    for side in (access, core):
        side.wait_for_gateway(options.patience)
    took = exchange([Stream(up, access, core), Stream(down, core, access)], options.patience)
    return {
        "seconds": took, "lost_by_peer": access.lost_by_kernel() + core.lost_by_kernel(),
        "uplink": check_uplink(traffic, core.frames, filling).finish(up.packets),
        "downlink": received_by_stations(traffic, access, filling, down.packets),
    }


def run_two(options) -> dict:
    """Stations, two gateways and stations."""
    traffics = [Traffic(one, options.seed + n) for n, one in enumerate(two_networks(options.stations))]
    filling = traffics[0].rng.randbytes(options.size)
    most = largest(traffics, options.size)
    plans = [Load(traffic, most, filling).up(options.packets // 2, options.pdus) for traffic in traffics]
    interfaces = options.access, options.far_access
    sides = [Side(name, stations_of(t), t.access) for name, t in zip(interfaces, traffics, strict=True)]
    for side in sides:
        side.wait_for_gateway(options.patience)
    took = exchange([Stream(plans[0], *sides), Stream(plans[1], *reversed(sides))], options.patience)
    return {
        "seconds": took, "lost_by_peer": sum(side.lost_by_kernel() for side in sides),
        "there": received_by_stations(traffics[1], sides[1], filling, plans[0].packets),
        "back": received_by_stations(traffics[0], sides[0], filling, plans[1].packets),
    }


def faults(result: dict, way: str) -> set:
    """What went wrong at all."""
    return {fault for fault in FAULTS if result[way].get(fault)}


def faultless(result: dict) -> bool:
    return not any(faults(result, way) for way, counts in result.items() if isinstance(counts, dict))


def parse(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--access", required=True, help="interface of the stations")
    other = parser.add_mutually_exclusive_group(required=True)
    other.add_argument("--core", help="interface of the core")
    other.add_argument("--far-access", help="interface of the second gateway's stations")
    parser.add_argument("--packets", type=int, default=100_000, help="both directions together")
    parser.add_argument("--size", type=int, default=200, help="bytes of the longest packet")
    parser.add_argument("--pdus", type=int, default=3, help="PDUs of the longest uplink burst")
    parser.add_argument("--stations", type=int, default=30, help="besides those of the golden cases")
    parser.add_argument("--patience", type=float, default=20, help="seconds without a frame after which one is lost")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    return parser.parse_args(arguments)


def main() -> int:
    options = parse()
    result = run_one(options) if options.core else run_two(options)
    print(json.dumps({"seed": options.seed, **result}))
    return 0 if faultless(result) else 1


if __name__ == "__main__":
    sys.exit(main())
