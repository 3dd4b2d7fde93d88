#!/usr/bin/python3
"""Both neighbours of a running gateway: stations on one interface, the core on another, in the namespace it runs in.

Sends numbered packets through the gateway in both directions and checks at the other end that every one came once,
whole and in the order of its flow. Prints one JSON object; the exit status is 0 only when nothing was lost, repeated,
reordered or spoiled.
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
from packet_socket import Receiver, Sender, open_socket
from traffic import Pair, Traffic

NUMBER = struct.Struct("!QI")  # of the packet within its flow, and the flow
IPV4 = frames.ETHERTYPE_IPV4.to_bytes(2, "big")
ENDS = "192.0.2.1", "198.51.100.2"
LEAST = 20 + NUMBER.size
# The last one is of the downlink: PNs that the gateway used twice.
FAULTS = ("lost", "repeated", "reordered", "spoiled", "repeated_pns")


# What is sent
# ----------------------------------------------------------------------------


def numbered(number: int, flow: int, size: int, filling: bytes) -> bytes:
    content = NUMBER.pack(number, flow) + filling[:size - LEAST]
    return frames.ipv4(*ENDS, 253, content)


@dataclass
class Plan:
    """Frames for one port, and how many packets each flow has in them."""

    frames: list[bytes] = field(default_factory=list)
    packets: Counter = field(default_factory=Counter)  # by GRE key


class Load:
    """Packets for every flow of a network, in a random order of flows."""

    def __init__(self, traffic: Traffic, packets: int, size: int, most_pdus: int):
        self.traffic = traffic
        self.rng = traffic.rng
        self.filling = self.rng.randbytes(size)
        self.size = size
        self.down, self.up = Plan(), Plan()
        down_pairs = traffic.down_pairs()
        for _ in range(packets // 2):
            self._add_down(self.rng.choice(down_pairs))
        up_pairs = [p for p in traffic.pairs if p.near.transmit is p.zone]
        while self.up.packets.total() < packets - packets // 2:
            left = packets - packets // 2 - self.up.packets.total()
            self._add_up(self.rng.choice(up_pairs), min(left, self.rng.randint(1, most_pdus)))

    def _next(self, plan: Plan, pair: Pair) -> bytes:
        number = plan.packets[pair.flow.key]
        plan.packets[pair.flow.key] += 1
        most = min(self.size, pair.room() - 4, pair.flow.max_packet or self.size)
        return numbered(number, pair.flow.key, self.rng.randint(LEAST, most), self.filling)

    def _add_down(self, pair: Pair):
        gre = frames.gre(pair.flow.key, frames.ETHERTYPE_IPV4, self._next(self.down, pair))
        core = self.traffic.core
        packet = frames.ipv4(pair.flow.peer, core.address, frames.GRE, gre)
        mac = self.traffic.network.config.peers[pair.flow.peer]
        self.down.frames.append(frames.ethernet(core.mac, mac, frames.ETHERTYPE_IPV4, packet))

    def _add_up(self, pair: Pair, pdus: int):
        burst = b"".join(self.traffic.pdu(pair, self._next(self.up, pair)) for _ in range(pdus))
        kind = frames.MZONE_BURST if pair.zone is MZONE else frames.LZONE_BURST
        stid = pair.far.stid if pair.zone is MZONE else 0
        connection = pair.far.stid if pair.zone is MZONE else pair.flow.cid
        gsmtap = frames.gsmtap(kind, pair.far.sector, stid, burst, uplink=True)
        datagram = frames.udp(frames.source_port(pair.far.sector, connection), frames.GSMTAP_PORT, gsmtap)
        address, mac = pair.place
        packet = frames.ipv4(address, self.traffic.access.address, frames.UDP, datagram)
        self.up.frames.append(frames.ethernet(self.traffic.access.mac, mac, frames.ETHERTYPE_IPV4, packet))


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


# The two interfaces
# ----------------------------------------------------------------------------


def arp_answers(macs: dict[str, bytes]):
    """Answers the gateway's questions for its neighbours' MACs; leaves every other frame alone."""
    by_packed = {frames.packed(address): (mac, address) for address, mac in macs.items()}
    ethertype = frames.ETHERTYPE_ARP.to_bytes(2, "big")

    def answer(frame: bytes) -> bytes | None:
        if frame[12:14] != ethertype or len(frame) < 42 or frame[21] != frames.ARP_REQUEST:
            return None
        if frame[38:42] not in by_packed:
            return None
        owner = by_packed[frame[38:42]]
        asked = frame[22:28], ".".join(map(str, frame[28:32]))
        return frames.ethernet(asked[0], owner[0], frames.ETHERTYPE_ARP, frames.arp(frames.ARP_REPLY, owner, asked))

    return answer


class Side:
    """One interface: who lives there, what is sent and what has come."""

    def __init__(self, interface: str, macs: dict[str, bytes], port, plan: Plan):
        self.socket = open_socket(interface)
        self.port = port
        self.neighbours = sorted(macs.items())
        self.receiver = Receiver(self.socket, arp_answers(macs))
        self.receiver.start()
        self.sender = Sender(self.socket, plan.frames)

    def wait_for_gateway(self, seconds: float):
        """Until it answers for its own address."""
        address, mac = self.neighbours[0]
        request = frames.arp(frames.ARP_REQUEST, (mac, address), (bytes(6), self.port.address))
        reply = frames.arp(frames.ARP_REPLY, (self.port.mac, self.port.address), (mac, address))
        until = time.monotonic() + seconds
        while not any(frame[14:42] == reply for frame in self.receiver.frames):
            if time.monotonic() > until:
                sys.exit(f"live_peer: the gateway does not answer for {self.port.address}")
            self.socket.send(frames.ethernet(frames.BROADCAST, mac, frames.ETHERTYPE_ARP, request))
            time.sleep(0.1)


def exchange(sides: list[Side], rate: float, batch: int, quiet: float) -> float:
    """Sends what there is at `rate` frames a second in all; gives the seconds that took."""
    start = time.monotonic()
    total = sum(side.sender.size for side in sides)
    while any(side.sender.sent < side.sender.size for side in sides):
        due = min(total, int((time.monotonic() - start) * rate) + 1)
        for side in sides:
            wanted = due * side.sender.size // total - side.sender.sent
            # Never more than a batch: the wire between the namespaces holds only a few hundred frames.
            side.sender.send(min(batch, max(0, wanted)))
        if all(due * side.sender.size // total <= side.sender.sent for side in sides):
            time.sleep(batch / rate / 4)
    took = time.monotonic() - start
    while min(time.monotonic() - side.receiver.last_time for side in sides) < quiet:
        time.sleep(quiet / 10)
    for side in sides:
        side.receiver.stop()
    return took


def live_network(stations: int) -> network.Network:
    """The stations of the golden cases and `stations` more."""
    return network.build([*network.ordinary(), *network.many(stations)])


def run(options) -> dict:
    traffic = Traffic(live_network(options.stations), options.seed)
    load = Load(traffic, options.packets, options.size, options.pdus)
    stations = dict(pair.place for pair in traffic.pairs)
    peers = traffic.network.config.peers
    access = Side(options.access, stations, traffic.access, load.up)
    core = Side(options.core, peers, traffic.core, load.down)
    for side in (access, core):
        side.wait_for_gateway(options.patience)
    frames_a_packet = (access.sender.size + core.sender.size) / options.packets
    took = exchange([access, core], options.rate * frames_a_packet, options.batch, options.quiet)
    uplink = check_uplink(traffic, core.receiver.frames, load.filling).finish(load.up.packets)
    air = Air(traffic, load.filling)
    for frame in access.receiver.frames:
        air.take(frame)
    downlink = air.checker.finish(load.down.packets)
    downlink["repeated_pns"] = air.repeated_pns
    return {
        "packets_per_s": round(options.packets / took), "uplink": uplink, "downlink": downlink,
        "lost_by_peer": access.receiver.lost_by_kernel() + core.receiver.lost_by_kernel(),
    }


def faultless(result: dict) -> bool:
    return not any(faults(result, way) for way in ("uplink", "downlink"))


def faults(result: dict, way: str) -> set:
    """What went wrong at all."""
    return {fault for fault in FAULTS if result[way].get(fault)}


def parse(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--access", required=True, help="interface of the stations")
    parser.add_argument("--core", required=True, help="interface of the core")
    parser.add_argument("--packets", type=int, default=100_000, help="both directions together")
    parser.add_argument("--rate", type=float, default=20_000, help="packets a second, both directions together")
    parser.add_argument("--size", type=int, default=200, help="bytes of the longest packet")
    parser.add_argument("--pdus", type=int, default=3, help="PDUs of the longest uplink burst")
    parser.add_argument("--batch", type=int, default=16, help="frames in one go")
    parser.add_argument("--stations", type=int, default=30, help="besides the six of the golden cases")
    parser.add_argument("--quiet", type=float, default=1.0, help="seconds without a frame that end the run")
    parser.add_argument("--patience", type=float, default=30, help="seconds to wait for the gateway")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    return parser.parse_args(arguments)


def main() -> int:
    options = parse()
    result = {"seed": options.seed, **run(options)}
    print(json.dumps(result, indent=2))
    return 0 if faultless(result) else 1


if __name__ == "__main__":
    sys.exit(main())
