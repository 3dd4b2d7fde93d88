#!/usr/bin/python3
"""The golden cases: captures for each port, and what a gateway makes of them. Run to write the committed ones again.

usage: golden.py FOLDER
"""
import json
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

import faults
import frames
import network
import pcap
import pdu_faults
from aai_peer import LZONE, MZONE
from gateway import Gateway
from traffic import Traffic

GOLDEN = Path(__file__).parent / "golden"
# A gateway with one worker takes this many frames of a port before it looks at the next port.
BURST = 32


@dataclass
class Case:
    """`make` fills the ports' lists; `steady`: what becomes of one does not hang on which port is served first."""

    name: str
    make: Callable
    plans: Callable = network.ordinary
    most: int = 120
    steady: bool = True
    options: tuple = ()
    seed: object = 1

    def fresh(self) -> network.Network:
        return network.build(self.plans(), **dict(self.options))

    def traffic(self) -> dict[str, list[bytes]]:
        traffic = Traffic(self.fresh(), f"{self.name} {self.seed}", self.most)
        self.make(traffic)
        return traffic.frames


@dataclass
class Solution:
    """What comes out of one port because of the other one and because of itself can mix in any way."""

    frames: dict[tuple[str, str], list[bytes]]  # by port that received and port that sends, in order
    verdicts: Counter
    by_frame: dict[str, list[list[str]]]  # the verdicts of each frame that came in


def solve(case: Case, received: dict[str, list[bytes]], order=None, burst: int = BURST) -> Solution:
    gateway = Gateway(case.fresh().config)
    sent = {(port, to): [] for port in received for to in gateway.ports}
    by_frame = {port: [] for port in received}
    order = order or list(received)
    for at in range(0, max(map(len, received.values()), default=0), burst):
        for port in order:
            for frame in received[port][at:at + burst]:
                for to, out in gateway.process(frame, port):
                    sent[port, to].append(out)
                by_frame[port].append(gateway.last_verdicts)
    return Solution(sent, gateway.verdicts, by_frame)


# The cases
# ----------------------------------------------------------------------------


def of_zone(traffic: Traffic, zone) -> list:
    return [pair for pair in traffic.pairs if pair.zone is zone]


def mzone(t: Traffic):
    t.some_down(80, [pair for pair in t.down_pairs() if pair.zone is MZONE])
    t.some_up(60, of_zone(t, MZONE))
    for _ in range(6):
        pair = t.rng.choice([pair for pair in of_zone(t, MZONE) if not pair.short])
        t.add_up(t.up(pair, t.signaling(MZONE) + t.pdu(pair) + t.signaling(MZONE)))


def lzone(t: Traffic):
    t.some_down(50, [pair for pair in t.down_pairs() if pair.zone is LZONE])
    t.some_up(40, of_zone(t, LZONE))
    for _ in range(4):
        pair = t.rng.choice(of_zone(t, LZONE))
        t.add_up(t.up(pair, t.signaling(LZONE) + t.pdu(pair) + t.signaling(LZONE) + b"\xff\xff"))


def reordered(t: Traffic):
    for _ in range(5):
        t.some_up(24, most_pdus=2)
        t.reorder(24, 16)
        lost = t.rng.choice(t.pairs)
        for _ in range(t.rng.randrange(40)):
            t.pdu(lost)


def arp_and_echo(t: Traffic):
    for port in (t.access, t.core):
        for _ in range(6):
            t.frames[port.name].append(t.padded(faults.arp_frame(t, port, t.rng.choice([port.mac, frames.BROADCAST]))))
            echo = frames.icmp(8, 0, t.rng.randbytes(t.rng.randint(4, 80)))
            t.frames[port.name].append(t.padded(faults.icmp_frame(t, port, echo)))


def truncated(t: Traffic):
    """Good frames cut at every byte: as they are, and with lengths that say so."""
    for port, zone in ((t.core, None), (t.access, MZONE), (t.access, LZONE)):
        whole = faults.plain(t, port)
        if zone is not None:
            pair = next(pair for pair in of_zone(t, zone) if zone is MZONE or pair.flow.crc)
            whole = faults.up_plain(t, pair, t.pdu(pair, frames.ipv4("192.0.2.1", "192.0.2.2", 17, b"")))
        if zone is not LZONE:
            t.frames[port.name] += [whole[:size] for size in range(1, len(whole))]
        t.frames[port.name] += [faults.cut(whole, size) for size in range(34, len(whole))]


def flipped(t: Traffic):
    """Good frames with each bit of a GRE header, a GSMTAP header and a PDU changed."""
    pair = next(pair for pair in t.down_pairs() if pair.icv == 8)
    gre = frames.gre(pair.flow.key, frames.ETHERTYPE_IPV4, frames.ipv4("192.0.2.1", "192.0.2.2", 17, b""))
    down = t.down_frame(gre, pair.flow.peer, options=b"", fragment=0)
    t.frames[t.core.name] += [flip(down, bit) for bit in range(34 * 8, 42 * 8)]
    for zone, first in ((MZONE, 58), (LZONE, 42)):
        pair = next(pair for pair in of_zone(t, zone) if pair.icv == 8)
        bit, size = first * 8, 0
        while not size or bit < size * 8:
            up = faults.up_plain(t, pair, t.pdu(pair, frames.ipv4("192.0.2.1", "192.0.2.2", 17, b"")))
            size = len(up)
            t.add_up(flip(up, bit))
            bit += 1


def flip(frame: bytes, bit: int) -> bytes:
    at = bit // 8
    return frame[:at] + bytes([frame[at] ^ 0x80 >> bit % 8]) + frame[at + 1:]


def hostile(t: Traffic, times: int = 3):
    """Every fault a few times, between ordinary frames."""
    wrong = []
    for port, table in ((t.core, faults.DOWN), (t.access, faults.UP), (t.core, faults.ANY), (t.access, faults.ANY)):
        wrong += [(port, fault) for fault in table.values()] * times
    t.rng.shuffle(wrong)
    for port, fault in wrong:
        t.frames[port.name].append(fault(t, port))
        if t.rng.random() < 0.2:
            t.some_down(1)
            t.some_up(1)


def too_big(t: Traffic):
    """On both sides of every limit."""
    gateway = Gateway(t.network.config)
    for pair in t.down_pairs():
        fits = gateway.largest(pair.near, pair.near_flow)
        for size in (fits, fits + 1):
            inner = frames.ipv4("192.0.2.1", "198.51.100.2", 17, t.rng.randbytes(size - 20), ident=7)
            t.add_down(t.down(pair, inner))
            if pair.flow.crc or pair.short:
                t.add_down(t.down(pair, frames.ipv6("2001:db8::1", "2001:db8:1::2", 17, t.rng.randbytes(size - 40))))
    for _ in range(4):
        t.add_down(faults.gre_too_big_for_answers(t, t.core))


def jumps(t: Traffic):
    """Where PNs prove nothing: the window follows a jump by its own size only, and no burst holds two frames of it."""
    pairs = [pair for pair in t.pairs if not pair.icv]
    for step in range(15):
        pair = t.rng.choice(pairs)
        if step % 3:
            t.add_up(t.up(pair, t.pdu(pair)))
        else:
            t.add_up(pdu_faults.number_far_ahead(t))
            pair.far.sas(pair.zone, pair.flow.said)[0].sending_tek().next_pn += t.rng.choice([0, 100, 200])
        filler(t, t.access, 2 * BURST)


def limits(t: Traffic):
    for _ in range(12):
        for pair in t.down_pairs():
            t.add_down(t.down(pair))


def filler(t: Traffic, port, number: int):
    """Frames that take their time and nothing else."""
    t.frames[port.name] += [b"\0"] * number


def learning(t: Traffic):
    """Stations that were not told of, and one that moves: from nowhere to where their last verified PDU came from."""
    flows = [p for p in t.down_pairs() if p.icv]
    t.some_down(24, flows)
    filler(t, t.access, 128)
    never, moving, signing = t.network.far[3:]
    heard = [p for p in t.pairs if p.far not in (never, signing)]
    for pair in heard:
        first, second, third = t.pdu(pair), t.pdu(pair), t.pdu(pair)
        t.add_up(t.up_frame(t.burst_bytes(pair.zone, pair.far.sector, pair.far.stid or 0, second), pair.place))
        elsewhere = "10.1.0.222", faults.FOREIGN_MAC
        for burst in (first, second, third[:-1] + bytes([third[-1] ^ 1])) if pair.icv else (second, third):
            t.add_up(t.up_frame(t.burst_bytes(pair.zone, pair.far.sector, pair.far.stid or 0, burst), elsewhere))
    moving.address, moving.mac = "10.1.0.250", frames.mac("02:00:00:00:01:fa")
    t.some_up(1, [p for p in t.pairs if p.far is moving])
    pair = next(p for p in t.pairs if p.far is signing)
    t.add_up(pdu_faults.control_frame(t, lambda pair, cid: pdu_faults.signed(t, pair, cid), pair=pair, alone=True))
    filler(t, t.core, 512)
    t.some_down(40, flows)


def contexts(t: Traffic):
    """A pending context receives; the active one sends and receives."""
    dual = [p for p in t.pairs if len(p.far.contexts[p.zone.name]) > 1]
    for _ in range(20):
        t.some_up(1, dual, context=t.rng.randrange(2))
        t.some_down(1, [p for p in dual if p.near.transmit is p.zone])


def jumbo(t: Traffic):
    for pair in t.down_pairs()[::2]:
        t.add_down(t.down(pair, frames.ipv4("192.0.2.1", "198.51.100.2", 17, t.rng.randbytes(1800))))
    for pair in t.pairs[::2]:
        if not pair.short:
            t.add_up(t.up(pair, t.pdu(pair, t.inner(pair.room(), pair.room()))))
    pair = next(p for p in t.pairs if p.zone is MZONE and not p.short and p.icv)
    t.add_up(t.up(pair, b"".join(t.pdu(pair, t.inner(1900, 1900)) for _ in range(3))))


def anything(t: Traffic, number: int = 2000):
    """Everything above, without end."""
    while sum(map(len, t.frames.values())) < number:
        t.some_down(t.rng.randrange(40))
        bursts = t.rng.randint(1, 30)
        t.some_up(bursts, most_pdus=t.rng.choice([1, 2, 12]))
        t.reorder(bursts, t.rng.choice([1, 8, 40]))
        t.rng.choice([arp_and_echo, lambda t: hostile(t, 1), too_big, contexts])(t)


CASES = {case.name: case for case in (
    Case("mzone", mzone),
    Case("lzone", lzone),
    Case("reordered", reordered),
    Case("arp_and_echo", arp_and_echo),
    Case("truncated", truncated),
    Case("flipped", flipped),
    Case("hostile", hostile),
    Case("too_big", too_big),
    Case("jumps", jumps, most=40),
    Case("limits", limits, network.limited, most=60),
    Case("learning", learning, network.unknown, most=60, steady=False),
    Case("contexts", contexts),
    Case("jumbo", jumbo, options=(("mtu", 9000),)),
    Case("one_port", lambda t: (t.some_down(30), t.some_up(30), hostile(t, 1)), options=(("one_port", True),)),
)}


def random_case(seed: int) -> Case:
    return Case("anything", anything, most=600, seed=seed)


# Files
# ----------------------------------------------------------------------------


def in_file(folder: Path, port: str) -> Path:
    return folder / f"{port}.pcap"


def out_file(folder: Path, port: str, to: str) -> Path:
    return folder / f"{port}-to-{to}.pcap"


def write(case: Case, folder: Path):
    folder.mkdir(parents=True, exist_ok=True)
    received = case.traffic()
    solution = solve(case, received)
    for port, frame_list in received.items():
        pcap.write(in_file(folder, port), frame_list)
    for ports, frame_list in solution.frames.items():
        if frame_list:
            pcap.write(out_file(folder, *ports), frame_list)
    verdicts = dict(sorted(solution.verdicts.items()))
    (folder / "verdicts.json").write_text(json.dumps(verdicts, indent=2) + "\n")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    for case in CASES.values():
        write(case, Path(sys.argv[1]) / case.name)
