"""Every way to get a frame wrong. One fault a frame: its verdict does not hang on the order of a gateway's checks."""
import aai_peer as peer
import frames
from aai_peer import LZONE, MZONE
from traffic import Pair, Traffic

FOREIGN = "10.2.0.77"
FOREIGN_MAC = frames.mac("02:00:00:00:0f:0f")
# Where things are in a frame without IPv4 options.
IPV4, UDP, GSMTAP, BURST = 14, 34, 42, 58

DOWN, UP, ANY = {}, {}, {}


def _fault(table: dict):
    """Enters a maker of frames, under its name, in the table of a direction."""
    def enter(function):
        table[function.__name__] = function
        return function
    return enter


def patched(frame: bytes, at: int, data: bytes, again: bool = True) -> bytes:
    """With some bytes changed and, when asked for, the IPv4 header's checksum made good again."""
    frame = bytearray(frame)
    frame[at:at + len(data)] = data
    if again:
        size = max(5, frame[IPV4] & 15) * 4
        frame[24:26] = bytes(2)
        frame[24:26] = frames.checksum(bytes(frame[IPV4:IPV4 + size])).to_bytes(2, "big")
    return bytes(frame)


def cut(frame: bytes, size: int) -> bytes:
    """The first `size` bytes, with IPv4 and UDP lengths that say so."""
    frame = patched(frame[:size], IPV4 + 2, (size - IPV4).to_bytes(2, "big"))
    if frame[IPV4 + 9] == frames.UDP and size >= UDP + 8:
        frame = patched(frame, UDP + 4, (size - UDP).to_bytes(2, "big") + bytes(2))
    return frame


# Either port
# ----------------------------------------------------------------------------


def plain(t: Traffic, port) -> bytes:
    """A good frame for the port, without options and padding."""
    if port is t.core:
        pair = t.rng.choice(t.down_pairs())
        gre = frames.gre(pair.flow.key, frames.ETHERTYPE_IPV4, frames.ipv4("192.0.2.1", "192.0.2.2", 17, b"fault"))
        return t.down_frame(gre, pair.flow.peer, options=b"")
    return up_plain(t, t.rng.choice(t.pairs))


def forged(t: Traffic, pair: Pair, payload: bytes, pn: int | None = None, eks: int | None = None, **fields) -> bytes:
    """A PDU with the flow's key and any fields; its PN is the station's next one unless given."""
    sa = pair.far.sas(pair.zone, pair.flow.said)[0]
    tek = sa.sending_tek()
    number = tek.next_pn | pair.zone.uplink if pn is None else pn
    eks = tek.eks if eks is None else eks
    if pair.zone is LZONE:
        fields.setdefault("crc", pair.flow.crc)
        return peer.lzone_seal(tek.key, fields.pop("cid", pair.flow.cid), eks, number, payload, **fields)
    fields.setdefault("sn", t.rng.randrange(16) if pair.short else None)
    stid, fid = fields.pop("stid", pair.far.stid), fields.pop("fid", pair.flow.fid)
    return peer.mzone_seal(tek.key, stid, fid, eks, number, payload, icv=pair.icv, **fields)


def up_plain(t: Traffic, pair: Pair, burst: bytes | None = None) -> bytes:
    burst = forged(t, pair, t.inner(40)) if burst is None else burst
    gsmtap = t.burst_bytes(pair.zone, pair.far.sector, pair.far.stid or 0, burst)
    ends = pair.place[0], t.access.address
    packet = frames.ipv4(*ends, frames.UDP, frames.udp(1, frames.GSMTAP_PORT, gsmtap))
    return frames.ethernet(t.access.mac, pair.place[1], frames.ETHERTYPE_IPV4, packet)


@_fault(ANY)
def runt(t, port):
    return plain(t, port)[:t.rng.randint(1, 33)]


@_fault(ANY)
def short_of_its_length(t, port):
    frame = plain(t, port)
    return frame[:t.rng.randint(34, len(frame) - 1)]


@_fault(ANY)
def foreign_mac(t, port):
    return t.rng.choice([FOREIGN_MAC, b"\xff" * 6, b"\1\0\x5e\0\0\1"]) + plain(t, port)[6:]


@_fault(ANY)
def foreign_ethertype(t, port):
    return patched(plain(t, port), 12, t.rng.choice([b"\x81\0", b"\x86\xdd", b"\x88\xcc", b"\0\x2e"]), again=False)


@_fault(ANY)
def ip_version(t, port):
    return patched(plain(t, port), IPV4, bytes([t.rng.choice([0x05, 0x55, 0x65, 0xF5])]))


@_fault(ANY)
def ip_header_length(t, port):
    return patched(plain(t, port), IPV4, bytes([0x40 | t.rng.randrange(5)]))


@_fault(ANY)
def ip_total_length(t, port):
    frame = plain(t, port)
    length = t.rng.choice([0, 19, len(frame) - IPV4 + 1, 0xFFFF])
    return patched(frame, IPV4 + 2, length.to_bytes(2, "big"))


@_fault(ANY)
def ip_checksum(t, port):
    frame = plain(t, port)
    at = t.rng.choice([*range(IPV4 + 1, IPV4 + 20)])
    return patched(frame, at, bytes([frame[at] ^ 1 << t.rng.randrange(8)]), again=False)


@_fault(ANY)
def ip_destination(t, port):
    other = t.rng.choice(["10.1.0.2", "255.255.255.255", "224.0.0.1", "127.0.0.1"])
    return patched(plain(t, port), IPV4 + 16, frames.packed(other))


@_fault(ANY)
def ip_fragment(t, port):
    return patched(plain(t, port), IPV4 + 6, t.rng.choice([0x2000, 0x0001, 0x2001, 0x1FFF]).to_bytes(2, "big"))


@_fault(ANY)
def ip_protocol(t, port):
    return patched(plain(t, port), IPV4 + 9, bytes([t.rng.choice([0, 6, 41, 50, 89, 132, 255])]))


@_fault(ANY)
def the_other_link(t, port):
    """What only the other port serves."""
    if t.access is t.core:
        return ip_protocol(t, port)
    other = plain(t, t.access if port is t.core else t.core)
    return patched(port.mac + other[6:], IPV4 + 16, frames.packed(port.address))


@_fault(ANY)
def icmp_that_is_no_request(t, port):
    kind, code = t.rng.choice([(0, 0), (3, 3), (13, 0), (255, 0)])
    return icmp_frame(t, port, frames.icmp(kind, code, t.rng.randbytes(12)))


@_fault(ANY)
def icmp_broken(t, port):
    echo = bytearray(frames.icmp(8, 0, t.rng.randbytes(12)))
    echo[t.rng.randrange(2, len(echo))] ^= 1 << t.rng.randrange(8)
    return icmp_frame(t, port, t.rng.choice([bytes(echo), b"", b"\x08", b"\x08\0\xf7\xff\0\0\0"]))


def icmp_frame(t: Traffic, port, data: bytes, **ip) -> bytes:
    address, mac = t.rng.choice(neighbours(t, port))
    packet = frames.ipv4(address, port.address, frames.ICMP, data, **ip)
    return frames.ethernet(port.mac, mac, frames.ETHERTYPE_IPV4, packet)


def neighbours(t: Traffic, port) -> list[tuple[str, bytes]]:
    """Addresses and MACs of who is there."""
    return sorted(t.network.config.peers.items() if port is t.core else {pair.place for pair in t.pairs})


@_fault(ANY)
def arp_broken(t, port):
    request = bytearray(arp_frame(t, port))
    at = t.rng.choice([*range(14, 22)])
    request[at] ^= 1 << t.rng.randrange(8)
    return bytes(request)


@_fault(ANY)
def arp_short(t, port):
    return arp_frame(t, port)[:t.rng.randint(14, 41)]


@_fault(ANY)
def arp_for_another(t, port):
    request = arp_frame(t, port)
    return request[:38] + frames.packed("10.1.0.2" if port is t.core else "10.2.0.2")


def arp_frame(t: Traffic, port, to_mac: bytes = frames.BROADCAST) -> bytes:
    address, mac = t.rng.choice(neighbours(t, port))
    request = frames.arp(frames.ARP_REQUEST, (mac, address), (bytes(6), port.address))
    return frames.ethernet(to_mac, mac, frames.ETHERTYPE_ARP, request)


@_fault(ANY)
def random_bytes(t, port):
    """An Ethernet header, and then anything; the types are those of no packet that is served."""
    ethertype = t.rng.randrange(0x0900, 0xFFFF)
    return frames.ethernet(port.mac, t.rng.randbytes(6), ethertype, t.rng.randbytes(t.rng.randrange(100)))


@_fault(ANY)
def random_arp(t, port):
    return frames.ethernet(frames.BROADCAST, t.rng.randbytes(6), frames.ETHERTYPE_ARP, t.rng.randbytes(28))


# Downlink
# ----------------------------------------------------------------------------


def down_with(t: Traffic, make, **ip) -> bytes:
    """`make` gives the GRE packet of a flow and a packet in it."""
    pair = t.rng.choice(t.down_pairs())
    return t.down_frame(make(pair.flow, t.inner(60)), ip.pop("source", pair.flow.peer), **ip)


@_fault(DOWN)
def gre_truncated(t, port):
    return down_with(t, lambda flow, inner: frames.gre(flow.key, 0x0800, b"")[:t.rng.randrange(8)])


@_fault(DOWN)
def gre_without_key(t, port):
    return down_with(t, lambda flow, inner: frames.gre(None, 0x0800, inner))


@_fault(DOWN)
def gre_flags(t, port):
    flags = t.rng.choice([0x4000, 0x0800, 0x0400, 1, 7])
    return down_with(t, lambda flow, inner: frames.gre(flow.key, 0x0800, inner, flags=flags))


@_fault(DOWN)
def gre_checksum(t, port):
    def make(flow, inner):
        packet = bytearray(frames.gre(flow.key, 0x0800, inner, with_sum=True))
        packet[t.rng.choice([4, 5, *range(12, len(packet))])] ^= 1 << t.rng.randrange(8)
        return bytes(packet)
    return down_with(t, make)


@_fault(DOWN)
def gre_protocol(t, port):
    protocol = t.rng.choice([0x6558, 0x0806, 0, 0x880B])
    return down_with(t, lambda flow, inner: frames.gre(flow.key, protocol, inner))


@_fault(DOWN)
def gre_unknown_key(t, port):
    known = {pair.flow.key for pair in t.pairs}

    def make(flow, inner):
        key = t.rng.choice([0, 0xFFFFFFFF, flow.key ^ 1 << t.rng.randrange(32), t.rng.getrandbits(32)])
        return frames.gre(key if key not in known else 0, 0x0800, inner)
    return down_with(t, make)


@_fault(DOWN)
def gre_foreign_peer(t, port):
    pair = t.rng.choice(t.down_pairs())
    others = [FOREIGN, *(address for address in t.network.config.peers if address != pair.flow.peer)]
    return t.down_frame(frames.gre(pair.flow.key, 0x0800, t.inner(60)), t.rng.choice(others))


@_fault(DOWN)
def gre_too_big_for_answers(t, port):
    """Packets that do not fit, and that nobody may be told of."""
    pair = t.rng.choice([pair for pair in t.down_pairs() if pair.short or pair.flow.max_packet])
    inner = bytearray(frames.ipv4("192.0.2.1", "192.0.2.2", frames.ICMP, b"\x03\0" + t.rng.randbytes(600)))
    if t.rng.random() < 0.5:
        inner = frames.ipv4("192.0.2.1", "192.0.2.2", 17, t.rng.randbytes(600), fragment=0x0055)
    return t.down_frame(frames.gre(pair.flow.key, 0x0800, bytes(inner)), pair.flow.peer)


@_fault(DOWN)
def gre_random(t, port):
    return down_with(t, lambda flow, inner: t.rng.randbytes(t.rng.randrange(100)))


# Uplink: the datagram
# ----------------------------------------------------------------------------


@_fault(UP)
def udp_length(t, port):
    frame = plain(t, port)
    length = t.rng.choice([0, 7, len(frame) - UDP + 1, 0xFFFF])
    return patched(frame, UDP + 4, length.to_bytes(2, "big"))


@_fault(UP)
def udp_truncated(t, port):
    return cut(plain(t, port), t.rng.randint(UDP, UDP + 7))


@_fault(UP)
def udp_port(t, port):
    wrong = t.rng.choice([0, 53, 2231, 4728, 65535])
    return patched(plain(t, port), UDP + 2, wrong.to_bytes(2, "big"))


@_fault(UP)
def udp_checksum(t, port):
    pair = t.rng.choice(t.pairs)
    gsmtap = t.burst_bytes(pair.zone, pair.far.sector, pair.far.stid or 0, forged(t, pair, t.inner(40)))
    ends = pair.place[0], t.access.address
    datagram = bytearray(frames.udp(1, frames.GSMTAP_PORT, gsmtap, ends))
    datagram[t.rng.choice([0, 6, *range(8, len(datagram))])] ^= 1 << t.rng.randrange(8)
    packet = frames.ipv4(*ends, frames.UDP, bytes(datagram))
    return frames.ethernet(t.access.mac, pair.place[1], frames.ETHERTYPE_IPV4, packet)


@_fault(UP)
def gsmtap_truncated(t, port):
    return cut(plain(t, port), t.rng.randint(UDP + 8, BURST - 1))


@_fault(UP)
def gsmtap_fixed_fields(t, port):
    frame = plain(t, port)
    at, value = t.rng.choice([(0, 1), (0, 3), (1, 3), (1, 5), (2, 8), (2, 1), (12, 0x10), (12, 0x42), (12, 0)])
    return patched(frame, GSMTAP + at, bytes([value]))


@_fault(UP)
def gsmtap_direction(t, port):
    frame = plain(t, port)
    return patched(frame, GSMTAP + 4, bytes([frame[GSMTAP + 4] & 0xBF]))


@_fault(UP)
def unknown_station(t, port):
    pair = t.rng.choice([pair for pair in t.pairs if pair.zone is MZONE and not pair.short])
    known = {(p.far.sector, p.far.stid) for p in t.pairs}
    for _ in range(100):
        place = t.rng.choice([pair.far.sector, 255]), t.rng.choice([pair.far.stid, t.rng.randrange(1, 4096)])
        if place not in known:
            return t.up_frame(t.burst_bytes(MZONE, *place, forged(t, pair, t.inner(40))), pair.place)
    raise AssertionError("every station is known")


@_fault(UP)
def gsmtap_random(t, port):
    return t.up_frame(t.rng.randbytes(t.rng.randrange(100)), t.rng.choice(t.pairs).place)


@_fault(UP)
def burst_random(t, port):
    return up_plain(t, t.rng.choice(t.pairs), t.rng.randbytes(t.rng.randrange(1, 100)))


@_fault(UP)
def no_burst(t, port):
    pair = t.rng.choice(t.pairs)
    return up_plain(t, pair, b"" if pair.zone is MZONE else b"\xff" * t.rng.randrange(3))
