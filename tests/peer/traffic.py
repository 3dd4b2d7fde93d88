"""Ordinary traffic for the golden cases, in every form that is allowed.

Both ports get their own list of frames, and nothing that comes out of one port hangs on what the other one received,
as long as stations stay where they are: a gateway may serve its ports in any order.
"""
import random
import struct
from dataclasses import dataclass

import aai_peer as peer
import frames
from aai_peer import LZONE, MZONE, Flow, Station, Zone
from network import PEERS, Network


@dataclass
class Pair:
    """A flow and its station, at the gateway and at the station, in one of the station's zones."""

    zone: Zone
    near: Station
    far: Station
    near_flow: Flow
    flow: Flow

    @property
    def place(self) -> tuple[str, bytes]:
        """Where the station is: address and MAC."""
        return self.far.address, self.far.mac

    @property
    def icv(self) -> int:
        return self.far.sas(self.zone, self.flow.said)[0].icv

    @property
    def short(self) -> bool:
        return self.zone is MZONE and self.flow.short

    def room(self) -> int:
        """Bytes of the longest packet that fits a PDU uplink."""
        if self.zone is LZONE:
            return peer.MAX_PDU - 22
        return (peer.MAX_SHORT_PDU if self.short else peer.MAX_PDU) - 5 - self.icv


class Traffic:
    """Frames by port, made from a seed. `most` limits the packets of flows that have room for more."""

    def __init__(self, network: Network, seed, most: int = 120):
        self.network = network
        self.rng = random.Random(seed)
        self.most = most
        self.frames = {port.name: [] for port in network.config.ports}
        self.pairs = [
            Pair(zone, near, far, near_flow, flow)
            for near, far, near_flow, flow in network.pairs()
            for zone, there in ((MZONE, flow.fid is not None), (LZONE, flow.cid is not None)) if there
        ]
        self.access, self.core = (network.port(name) for name in (network.config.access, network.config.core))

    def add_down(self, frame: bytes):
        self.frames[self.core.name].append(frame)

    def add_up(self, frame: bytes):
        self.frames[self.access.name].append(frame)

    # Packets of users
    # ------------------------------------------------------------------------

    def inner(self, most: int, least: int = 20) -> bytes:
        """An IPv4 or IPv6 packet."""
        size = self.rng.choice([least, min(most, 40), self.rng.randint(least, most), self.rng.randint(least, most)])
        if size >= 40 and self.rng.random() < 0.4:
            return frames.ipv6("2001:db8::1", "2001:db8:1::2", 17, self.rng.randbytes(size - 40))
        options = b"\1\1\1\0" if size >= 24 and self.rng.random() < 0.1 else b""
        return frames.ipv4(
            "192.0.2.1", "198.51.100.2", self.rng.choice([6, 17, 132]), self.rng.randbytes(size - 20 - len(options)),
            tos=self.rng.randrange(256), ident=self.rng.getrandbits(16), options=options,
            fragment=self.rng.choice([0, 0x4000, 0x2000, 0x2009, 0x0123]), ttl=self.rng.randint(1, 255),
        )

    # Downlink
    # ------------------------------------------------------------------------

    def down_pairs(self) -> list[Pair]:
        return [pair for pair in self.pairs if pair.near.transmit is pair.zone]

    def outer(self) -> dict:
        """Fields of an outer IPv4 header that nobody minds."""
        return {
            "tos": self.rng.randrange(256), "ident": self.rng.getrandbits(16), "ttl": self.rng.randint(1, 255),
            "fragment": self.rng.choice([0, frames.DONT_FRAGMENT]),
            "options": self.rng.choice([b"", b"", b"", b"", b"\1\1\1\0", b"\x94\4\0\0" + b"\1" * 36]),
        }

    def down_frame(self, payload: bytes, source: str, **ip) -> bytes:
        """`payload` is a GRE packet."""
        fields = {**self.outer(), **ip}
        packet = frames.ipv4(source, self.core.address, frames.GRE, payload, **fields)
        return frames.ethernet(self.core.mac, PEERS.get(source, b"\2\0\0\0\x0f\x0f"), frames.ETHERTYPE_IPV4, packet)

    def down(self, pair: Pair, inner: bytes | None = None) -> bytes:
        """A frame that the gateway forwards when the flow has room for `inner`."""
        if inner is None:
            most = min(self.most, pair.room() - 4, pair.flow.max_packet or self.most)
            inner = self.inner(most)
        protocol = frames.ETHERTYPE_IPV6 if inner[0] >> 4 == 6 else frames.ETHERTYPE_IPV4
        gre = frames.gre(pair.flow.key, protocol, inner, with_sum=self.rng.random() < 0.1)
        return self.padded(self.down_frame(gre, pair.flow.peer))

    def padded(self, frame: bytes) -> bytes:
        """Now and then with what a link adds behind the packet."""
        if self.rng.random() < 0.8:
            return frame
        return frame + self.rng.randbytes(max(60 - len(frame), self.rng.choice([0, 1, 4])))

    # Uplink
    # ------------------------------------------------------------------------

    def pdu(self, pair: Pair, inner: bytes | None = None, ext: bytes | None = None, context: int = 0) -> bytes:
        """The station's next PDU."""
        if inner is None:
            inner = self.inner(min(self.most, pair.room() - (0 if ext is None else 1 + len(ext))))
        pair.far.transmit, pair.far.sending = pair.zone, context
        return pair.far.protect(pair.flow, inner, ext)

    def extension(self, pair: Pair) -> bytes | None:
        if pair.short or self.rng.random() < 0.85:
            return None
        return self.rng.randbytes(self.rng.choice([0, 1, 3, 20]))

    def burst_bytes(self, zone: Zone, sector: int, stid: int, burst: bytes, **gsmtap) -> bytes:
        """GSMTAP; the fields that nobody minds are set to something."""
        kind = frames.MZONE_BURST if zone is MZONE else frames.LZONE_BURST
        fields = {"kind": kind, "sector": sector, "stid": stid, "uplink": True, **gsmtap}
        data = bytearray(frames.gsmtap(burst=burst, frame_number=self.rng.getrandbits(32), **fields))
        data[3], data[6], data[7], data[14], data[15] = self.rng.randbytes(5)
        if zone is LZONE:
            data[5] = self.rng.getrandbits(8)
        return bytes(data)

    def up_frame(self, gsmtap: bytes, place: tuple[str, bytes], **ip) -> bytes:
        address, mac = place
        ends = address, self.access.address
        sum_of = ends if self.rng.random() < 0.2 else None
        datagram = frames.udp(self.rng.getrandbits(16), frames.GSMTAP_PORT, gsmtap, sum_of)
        packet = frames.ipv4(*ends, frames.UDP, datagram, **{**self.outer(), **ip})
        return frames.ethernet(self.access.mac, mac, frames.ETHERTYPE_IPV4, packet)

    def up(self, pair: Pair, burst: bytes, **fields) -> bytes:
        """A frame of a burst of the pair's station."""
        gsmtap = self.burst_bytes(pair.zone, pair.far.sector, pair.far.stid or 0, burst)
        return self.padded(self.up_frame(gsmtap, pair.place, **fields))

    def up_burst(self, pair: Pair, pdus: int = 1, context: int = 0) -> bytes:
        """PDUs of one station in one zone, as many as fit a frame, and padding where the zone has it."""
        mates = [p for p in self.pairs if p.far is pair.far and p.zone is pair.zone]
        burst = self.pdu(pair, ext=self.extension(pair), context=context)
        for mate in self.rng.choices(mates, k=pdus - 1):
            if len(burst) + self.most + 100 < self.access.mtu - 60 - 8 - frames.GSMTAP_BYTES:
                burst += self.pdu(mate, ext=self.extension(mate), context=context)
        if pair.zone is LZONE and self.rng.random() < 0.4:
            burst += b"\xff" * self.rng.choice([1, 2, 6, 17])
        return self.up(pair, burst)

    def signaling(self, zone: Zone) -> bytes:
        """A header without payload."""
        if zone is LZONE:
            # HT=1; EC=0: a bandwidth request, which is no padding.
            first = bytes([0x80 | self.rng.randrange(0x40)]) + self.rng.randbytes(4)
            return first + bytes([peer.hcs(first)])
        length = self.rng.randint(2, 6)
        word = peer.SIGNALING_FID << 12 | self.rng.randrange(32) << 7 | length << 4 | self.rng.randrange(16)
        return struct.pack("!H", word) + self.rng.randbytes(length - 2)

    # Several frames
    # ------------------------------------------------------------------------

    def some_down(self, number: int, pairs: list[Pair] | None = None):
        for _ in range(number):
            self.add_down(self.down(self.rng.choice(pairs or self.down_pairs())))

    def some_up(self, number: int, pairs: list[Pair] | None = None, most_pdus: int = 4, context: int = 0):
        for _ in range(number):
            pair = self.rng.choice(pairs or self.pairs)
            self.add_up(self.up_burst(pair, self.rng.randint(1, most_pdus), context))

    def reorder(self, number: int, span: int):
        """The last frames of the access port, each up to `span` places from where it was."""
        last = self.frames[self.access.name][-number:]
        places = {id(frame): at + self.rng.uniform(0, span) for at, frame in enumerate(last)}
        self.frames[self.access.name][-number:] = sorted(last, key=lambda frame: places[id(frame)])
