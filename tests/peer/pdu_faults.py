"""Every way to get a PDU wrong: lengths, headers, numbers, keys, and what is inside."""
import aai_peer as peer
import frames
from aai_peer import LZONE, MZONE, Zone
from faults import FOREIGN_MAC, UP, _fault, forged, up_plain
from network import CONTROL_SAID
from traffic import Pair, Traffic


def some_pair(t: Traffic, zone: Zone | None = None, wanted=lambda pair: True) -> Pair:
    return t.rng.choice([p for p in t.pairs if zone in (None, p.zone) and wanted(p)])


def protected(pair: Pair) -> bool:
    return pair.icv != 0


def unmistakable(pair: Pair) -> bool:
    """Whether the EKS tells the context. Where it does not, there can be two reasons to refuse a PDU."""
    eks = [tek.eks for sa in pair.near.sas(pair.zone, pair.flow.said) for tek in sa.teks]
    return len(eks) == len(set(eks))


def recounted(pdu: bytes, length: int, crc: bool = False) -> bytes:
    """An LZone PDU with another LEN, and a good HCS and CRC-32 all the same."""
    first = bytes([pdu[0], pdu[1] & 0xF8 | length >> 8, length & 0xFF]) + pdu[3:5]
    pdu = first + bytes([peer.hcs(first)]) + pdu[6:]
    return pdu[:-4] + peer.crc32(pdu[:-4]) if crc else pdu


# A burst that does not add up
# ----------------------------------------------------------------------------


@_fault(UP)
def burst_cut_short(t, port):
    pair = some_pair(t)
    burst = t.pdu(pair) + t.pdu(pair)
    return up_plain(t, pair, burst[:t.rng.randint(1, len(burst) - 1)])


@_fault(UP)
def burst_with_a_rest(t, port):
    pair = some_pair(t)
    rest = t.rng.randbytes(t.rng.randint(1, 5))
    return up_plain(t, pair, t.pdu(pair) + (rest if rest[0] != peer.PADDING else b"\0"))


@_fault(UP)
def mzone_length(t, port):
    pair = some_pair(t, MZONE)
    pdu = t.pdu(pair)
    word = int.from_bytes(pdu[:2], "big")
    wrong = t.rng.choice([0, 1, 2, len(pdu) - 1, len(pdu) + 1, 0x7F if pair.short else 0x7FF])
    word = word & 0xF80F | wrong << 4 if pair.short else word & 0xF800 | wrong
    return up_plain(t, pair, word.to_bytes(2, "big") + pdu[2:])


@_fault(UP)
def mzone_signaling_length(t, port):
    pair = some_pair(t, MZONE)
    head = peer.SIGNALING_FID << 12 | t.rng.choice([0, 1, 7]) << 4
    return up_plain(t, pair, t.pdu(pair) + head.to_bytes(2, "big") + bytes(5))


@_fault(UP)
def mzone_short_pdu(t, port):
    """Lengths add up, but leave no room for the PN and the ICV."""
    pair = some_pair(t, MZONE, lambda pair: not pair.short)
    length = t.rng.randint(2, 4 + pair.icv)
    # Up to there it is as good as the next PDU.
    short = peer.mzone_header(pair.flow.fid, length) + forged(t, pair, b"")[2:length]
    return up_plain(t, pair, short + t.pdu(pair))


@_fault(UP)
def mzone_extended_headers(t, port):
    """A group of no length, or one that is longer than the PDU."""
    pair = some_pair(t, MZONE, lambda pair: not pair.short)
    pdu = bytearray(forged(t, pair, t.inner(40), ext=b"ext"))
    pdu[2] = t.rng.choice([0, len(pdu) - 1, 255])
    return up_plain(t, pair, bytes(pdu))


@_fault(UP)
def lzone_hcs(t, port):
    pair = some_pair(t, LZONE)
    pdu = bytearray(t.pdu(pair))
    # Not the first bit of all: with enough of the others it makes padding.
    bit = t.rng.randrange(1, 48)
    pdu[bit // 8] ^= 0x80 >> bit % 8
    return up_plain(t, pair, t.pdu(pair) + bytes(pdu))


@_fault(UP)
def lzone_length(t, port):
    pair = some_pair(t, LZONE)
    pdu = t.pdu(pair)
    return up_plain(t, pair, recounted(pdu, t.rng.choice([0, 5, len(pdu) + 1, 2047])))


@_fault(UP)
def lzone_crc(t, port):
    pair = some_pair(t, LZONE, lambda pair: pair.flow.crc)
    pdu = bytearray(t.pdu(pair))
    at = t.rng.randrange(6, len(pdu))
    pdu[at] ^= 1 << t.rng.randrange(8)
    return up_plain(t, pair, bytes(pdu) + t.pdu(pair))


@_fault(UP)
def lzone_short_pdu(t, port):
    pair = some_pair(t, LZONE)
    content = forged(t, pair, b"", crc=False)[6:6 + t.rng.randrange(12)]
    eks = pair.far.sas(LZONE, pair.flow.said)[0].sending_tek().eks
    head = peer.generic_header(pair.flow.cid, 6 + len(content), eks=eks)
    return up_plain(t, pair, head + content + t.pdu(pair))


@_fault(UP)
def lzone_extended_subheaders(t, port):
    pair = some_pair(t, LZONE)
    pdu = bytearray(forged(t, pair, t.inner(40), ext=b"ext", crc=False))
    pdu[6] = t.rng.choice([0, len(pdu) - 5, 255])
    return up_plain(t, pair, bytes(pdu))


@_fault(UP)
def lzone_clear(t, port):
    pair = some_pair(t, LZONE)
    return up_plain(t, pair, peer.lzone_clear(pair.flow.cid, t.inner(60), crc=t.rng.random() < 0.5))


@_fault(UP)
def burst_of_the_other_zone(t, port):
    pair = some_pair(t, MZONE)
    pdu = t.pdu(pair)
    while peer.hcs(pdu[:5]) == pdu[5]:
        pdu = t.pdu(pair)
    return t.up_frame(t.burst_bytes(LZONE, pair.far.sector, 0, pdu), pair.place)


# Flows, keys and numbers
# ----------------------------------------------------------------------------


@_fault(UP)
def unknown_flow(t, port):
    pair = some_pair(t, MZONE, lambda pair: not pair.short)
    known = {p.flow.fid for p in t.pairs if p.far is pair.far}
    fid = t.rng.choice([fid for fid in range(3, 16) if fid not in known])
    return up_plain(t, pair, t.pdu(pair) + forged(t, pair, t.inner(40), fid=fid))


@_fault(UP)
def unknown_connection(t, port):
    pair = some_pair(t, LZONE)
    known = {p.flow.cid for p in t.pairs}
    cid = t.rng.choice([cid for cid in (641, 699, 702, 0x7FFF) if cid not in known])
    return up_plain(t, pair, forged(t, pair, t.inner(40), cid=cid) + t.pdu(pair))


def receiving_eks(pair: Pair) -> set:
    sas = pair.near.sas(pair.zone, pair.flow.said)
    return {tek.eks for sa in sas for tek in sa.teks if tek.use != "downlink"}


@_fault(UP)
def unknown_eks(t, port):
    pair = some_pair(t, wanted=lambda pair: len(receiving_eks(pair)) < 4)
    eks = t.rng.choice([eks for eks in range(4) if eks not in receiving_eks(pair)])
    return up_plain(t, pair, forged(t, pair, t.inner(40), eks=eks))


@_fault(UP)
def wrong_half(t, port):
    pair = some_pair(t)
    return up_plain(t, pair, forged(t, pair, t.inner(40), pn=t.rng.choice([1, pair.zone.last, t.rng.getrandbits(20)])))


@_fault(UP)
def number_zero(t, port):
    pair = some_pair(t)
    return up_plain(t, pair, forged(t, pair, t.inner(40), pn=pair.zone.uplink))


def number_far_ahead(t: Traffic) -> bytes:
    """Of an SA without integrity. It moves the window for whatever comes next: no fault to be mixed with others."""
    pair = some_pair(t, MZONE, lambda pair: not pair.icv)
    tek = pair.far.sas(MZONE, pair.flow.said)[0].sending_tek()
    # Beyond the window from every number that may be the highest one.
    number = tek.next_pn + tek.window.size + t.rng.choice([0, 1, 1000])
    return up_plain(t, pair, forged(t, pair, t.inner(40), pn=number | MZONE.uplink))


@_fault(UP)
def forgery(t, port):
    """A bit of what the ICV protects is wrong: the nonce, the payload or the ICV itself."""
    pair = some_pair(t, wanted=protected)
    pdu = bytearray(forged(t, pair, t.inner(60), **({"crc": False} if pair.zone is LZONE else {})))
    first = 10 if pair.zone is LZONE else 5
    bit = t.rng.randrange(first * 8, len(pdu) * 8)
    pdu[bit // 8] ^= 0x80 >> bit % 8
    return up_plain(t, pair, bytes(pdu))


@_fault(UP)
def forgery_far_ahead(t, port):
    """Would close the window for everything that comes after it, if numbers were believed."""
    pair = some_pair(t, wanted=protected)
    pdu = forged(t, pair, t.inner(40), pn=pair.zone.uplink | pair.zone.last)
    wrong = bytes([pdu[-1] ^ 1])
    if pair.zone is LZONE and pair.flow.crc:
        body = pdu[:-5] + bytes([pdu[-5] ^ 1])
        return up_plain(t, pair, body + peer.crc32(body))
    return up_plain(t, pair, pdu[:-1] + wrong)


@_fault(UP)
def key_of_another(t, port):
    pair = some_pair(t, wanted=protected)
    sa = pair.far.sas(pair.zone, pair.flow.said)[0]
    number = sa.sending_tek().next_pn | pair.zone.uplink
    key, inner, eks = t.rng.randbytes(16), t.inner(40), sa.sending_tek().eks
    if pair.zone is LZONE:
        return up_plain(t, pair, peer.lzone_seal(key, pair.flow.cid, eks, number, inner, crc=pair.flow.crc))
    numbers = pair.far.stid, pair.flow.fid, eks, number
    return up_plain(t, pair, peer.mzone_seal(key, *numbers, inner, icv=pair.icv, sn=0 if pair.short else None))


@_fault(UP)
def station_of_another(t, port):
    """A PDU of one station in the name of another one: the STID is in the nonce."""
    pair = some_pair(t, MZONE, lambda pair: protected(pair) and not pair.short)
    return up_plain(t, pair, forged(t, pair, t.inner(40), stid=pair.far.stid ^ 1))


@_fault(UP)
def replay(t, port):
    """From another place, which the gateway must not take for the station's."""
    pair = some_pair(t, wanted=lambda pair: protected(pair) and unmistakable(pair))
    burst = b"".join(t.pdu(pair) for _ in range(t.rng.randint(1, 2)))
    t.add_up(t.up(pair, burst))
    place = t.rng.choice([pair.place, ("10.1.0.222", FOREIGN_MAC)])
    gsmtap = t.burst_bytes(pair.zone, pair.far.sector, pair.far.stid or 0, burst)
    return t.up_frame(gsmtap, place)


@_fault(UP)
def twice_in_one_burst(t, port):
    pair = some_pair(t, wanted=unmistakable)
    return up_plain(t, pair, t.pdu(pair) * 2)


@_fault(UP)
def older_than_the_window(t, port):
    pair = some_pair(t, wanted=lambda pair: protected(pair) and unmistakable(pair))
    sa = pair.far.sas(pair.zone, pair.flow.said)[0]
    old = t.pdu(pair)
    sa.sending_tek().next_pn += sa.teks[0].window.size - 1
    return up_plain(t, pair, t.pdu(pair) + old)


# What is inside
# ----------------------------------------------------------------------------


@_fault(UP)
def inner_garbage(t, port):
    pair = some_pair(t)
    garbage = [b"", b"\x45", b"\x60" * 39, bytes(20), b"\x50" * 60, t.rng.randbytes(40),
               frames.ipv4("192.0.2.1", "192.0.2.2", 17, bytes(20))[:39],
               frames.ipv6("2001:db8::1", "2001:db8::2", 17, bytes(20))[:59],
               frames.ethernet(FOREIGN_MAC, FOREIGN_MAC, 0x0800, bytes(30))]
    return up_plain(t, pair, t.pdu(pair, t.rng.choice(garbage)))


@_fault(UP)
def inner_with_a_rest(t, port):
    """Not a fault: what follows the packet goes along."""
    pair = some_pair(t)
    return up_plain(t, pair, t.pdu(pair, t.inner(60) + t.rng.randbytes(t.rng.randint(1, 9))))


@_fault(UP)
def nested(t, port):
    """A good frame of ours inside a packet is just a payload."""
    inside = up_plain(t, some_pair(t), b"")[14:]
    pair = some_pair(t, wanted=lambda pair: not pair.short)
    return up_plain(t, pair, t.pdu(pair, inside))


# Control
# ----------------------------------------------------------------------------


def message_of(t: Traffic, zone: Zone, signed: bool) -> bytes:
    """A message whose first bytes say whether a CMAC tuple follows it."""
    message = bytearray(t.rng.randbytes(t.rng.randint(1, 30)))
    if zone is MZONE:
        message[0] = message[0] & 0x7F | (peer.CMAC_INDICATOR if signed else 0)
    return bytes(message)


def control_pdu(t: Traffic, pair: Pair, message: bytes, cid: int = 0) -> bytes:
    if pair.zone is LZONE:
        return peer.lzone_clear(cid, message, crc=t.rng.random() < 0.5)
    return peer.mzone_header(peer.CONTROL_FID, 2 + len(message)) + message


def signed(t: Traffic, pair: Pair, cid: int, cmac_pn: int | None = None) -> bytes:
    """A message with a good CMAC tuple, by default with the station's next CMAC_PN."""
    context = t.rng.choice(pair.far.contexts[pair.zone.name])
    if cmac_pn is None:
        context.last_cmac_pn += t.rng.choice([1, 1, 2, 100])
        cmac_pn = context.last_cmac_pn
    message = message_of(t, pair.zone, signed=True)
    if pair.zone is MZONE:
        return peer.mzone_signed(context, pair.far.stid, cmac_pn, message)
    return peer.lzone_signed(context, cid, cmac_pn, message, t.rng.choice([b"", t.rng.randbytes(6)]))


def control_frame(t: Traffic, make, zone: Zone | None = None, pair: Pair | None = None, alone=False) -> bytes:
    """`make` gives the message; ordinary PDUs stand around it unless it is to be alone."""
    pair = pair or some_pair(t, zone)
    cid = t.rng.choice(pair.far.management_cids) if pair.zone is LZONE else 0
    pdu = control_pdu(t, pair, make(pair, cid), cid)
    return up_plain(t, pair, pdu if alone else t.pdu(pair) + pdu + t.pdu(pair))


@_fault(UP)
def control_clear(t, port):
    return control_frame(t, lambda pair, cid: message_of(t, pair.zone, signed=False))


@_fault(UP)
def control_signed(t, port):
    return control_frame(t, lambda pair, cid: signed(t, pair, cid))


@_fault(UP)
def control_forged(t, port):
    def make(pair, cid):
        message = bytearray(signed(t, pair, cid))
        at = t.rng.choice([-1, -8, -9]) if len(message) > 40 else -1
        message[at] ^= 1 << t.rng.randrange(8)
        return bytes(message)
    return control_frame(t, make)


@_fault(UP)
def control_replayed(t, port):
    return control_frame(t, lambda pair, cid: signed(t, pair, cid, cmac_pn=0))


@_fault(UP)
def control_of_a_key_elsewhere(t, port):
    """The AK's sequence number is of none of the station's contexts."""
    def make(pair, cid):
        message = bytearray(signed(t, pair, cid))
        message[-12 if pair.zone is MZONE else -13] = 9
        return bytes(message)
    return control_frame(t, make, MZONE)


@_fault(UP)
def control_without_its_tuple(t, port):
    """The indicator promises a tuple that is not there."""
    return control_frame(t, lambda pair, cid: b"\x80" + bytes(t.rng.randrange(12)), MZONE)


@_fault(UP)
def control_empty(t, port):
    return control_frame(t, lambda pair, cid: b"")


@_fault(UP)
def control_encrypted(t, port):
    pair = some_pair(t, MZONE)
    pair.far.transmit, pair.far.sending = MZONE, 0
    sa = pair.far.sas(MZONE, CONTROL_SAID)[0]
    tek, pn = sa.take()
    pdu = bytearray(peer.mzone_seal(tek.key, pair.far.stid, 1, tek.eks, pn, t.rng.randbytes(20), icv=sa.icv))
    if t.rng.random() < 0.5:
        pdu[-1] ^= 1
    return up_plain(t, pair, bytes(pdu))
