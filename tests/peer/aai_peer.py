"""Stations in Python: security associations, flows, PDUs and bursts of both zones, for either end of the air link.

Written from the standard's layouts, never from the C++ code. Slow enough to be read, fast enough for live traffic: one
pass of the library's AES a PDU. `tests/model` has the same PDUs block by block; `peer_test.py` holds the two together.
"""
import functools
import zlib
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESCCM
from cryptography.hazmat.primitives.cmac import CMAC

MAX_PDU = 2047
MAX_SHORT_PDU = 127
CONTROL_FID, ENCRYPTED_CONTROL_FID, SIGNALING_FID, FIRST_DATA_FID = 0, 1, 2, 3
LZONE_ICV = 8
PADDING = 0xFF


class Drop(Exception):
    """A packet ends here; the argument is the name of its verdict."""

    @property
    def verdict(self) -> str:
        return self.args[0]


# Checksums
# ----------------------------------------------------------------------------


def _crc8_table() -> bytes:
    table = bytearray()
    for byte in range(256):
        for _ in range(8):
            byte = (byte << 1 ^ (0x07 if byte & 0x80 else 0)) & 0xFF
        table.append(byte)
    return bytes(table)


_CRC8 = _crc8_table()
_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


def hcs(first_five: bytes) -> int:
    crc = 0
    for byte in first_five:
        crc = _CRC8[crc ^ byte]
    return crc


def crc32(data: bytes) -> bytes:
    """The OFDMA form: zlib's CRC of the mirrored bytes, mirrored."""
    mirrored = zlib.crc32(data.translate(_REVERSED))
    return mirrored.to_bytes(4, "little").translate(_REVERSED)


# AES
# ----------------------------------------------------------------------------


@functools.lru_cache(maxsize=4096)
def _ccm(tek: bytes, icv: int) -> AESCCM:
    return AESCCM(tek, tag_length=icv)


def seal(tek: bytes, nonce: bytes, plain: bytes, icv: int) -> bytes:
    """CCM with an ICV of `icv` bytes; counter mode alone when it is 0."""
    if icv:
        return _ccm(tek, icv).encrypt(nonce, plain, None)
    # The keystream begins with Ctr_1: Ctr_0 stays reserved for an ICV.
    return Cipher(algorithms.AES(tek), modes.CTR(b"\x01" + nonce + b"\0\1")).encryptor().update(plain)


def unseal(tek: bytes, nonce: bytes, sealed: bytes, icv: int) -> bytes:
    if not icv:
        return seal(tek, nonce, sealed, 0)
    try:
        return _ccm(tek, icv).decrypt(nonce, sealed, None)
    except InvalidTag:
        raise Drop("drop_icv") from None


# Packet numbers and security associations
# ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Zone:
    """`uplink` is the bit of the PN that only the uplink sets; numbers run from 1 to `last` in each direction."""

    name: str
    uplink: int

    @property
    def last(self) -> int:
        return self.uplink - 1


MZONE = Zone("mzone", 1 << 21)
LZONE = Zone("lzone", 1 << 31)


class ReplayWindow:
    """The numbers that may still come: above `highest`, or among the `size` that end there and not seen yet."""

    def __init__(self, size: int = 128):
        self.size = size
        self.highest = 0
        self._seen = {0}

    def check(self, number: int):
        if number <= self.highest - self.size or number in self._seen:
            raise Drop("drop_replay")

    def accept(self, number: int) -> bool:
        """Whether the window moved on."""
        self.check(number)
        advanced = number > self.highest
        self._seen.add(number)
        if advanced:
            self.highest = number
            # Now and then is enough: check() looks at the size first.
            if len(self._seen) > 4 * self.size:
                self._seen = {n for n in self._seen if n > number - self.size}
        return advanced


@dataclass
class Tek:
    """One key of an SA and what either direction has used of it. PNs are counted without the bit of the uplink.

    `use` is "downlink", "uplink" or "both". `hard_limit` is the last PN that is ever used, `ceiling` the last one that
    is reserved so far.
    """

    eks: int
    key: bytes
    use: str = "both"
    next_pn: int = 1
    hard_limit: int | None = None
    ceiling: int | None = None
    window: ReplayWindow | None = None

    def serves(self, direction: str) -> bool:
        return self.use in (direction, "both")


class Sa:
    """One security association as one of its ends holds it; all its flows share the PN.

    `icv` is 8, 4, or 0 for an SA of counter mode only. `uplink` says that this end sends the uplink: it belongs to the
    station, not to the gateway.
    """

    def __init__(self, zone: Zone, teks: list[Tek], *, icv: int = 8, window: int = 128, uplink: bool = False):
        self.zone = zone
        self.teks = teks
        self.icv = icv
        self.uplink = uplink
        self._sends, self._receives = ("uplink", "downlink") if uplink else ("downlink", "uplink")
        for tek in teks:
            tek.window = ReplayWindow(window)

    def sending_tek(self) -> Tek:
        for tek in self.teks:
            if tek.serves(self._sends):
                return tek
        raise Drop("drop_no_key")

    def take(self) -> tuple[Tek, int]:
        """TEK and PN of the next PDU to send."""
        tek = self.sending_tek()
        pn = tek.next_pn
        if pn > min(self.zone.last, tek.hard_limit or self.zone.last):
            raise Drop("drop_pn_exhausted")
        if tek.ceiling is not None and pn > tek.ceiling:
            raise Drop("drop_pn_ceiling")
        tek.next_pn += 1
        return tek, pn | (self.zone.uplink if self.uplink else 0)

    def receiving_tek(self, eks: int) -> Tek:
        for tek in self.teks:
            if tek.eks == eks and tek.serves(self._receives):
                return tek
        raise Drop("drop_no_key")

    def check(self, sealed: "Sealed") -> Tek:
        """What can be said without the key: whether a PDU may be opened, and with which TEK."""
        if bool(sealed.pn & self.zone.uplink) == self.uplink:
            raise Drop("drop_wrong_half")
        tek = self.receiving_tek(sealed.eks)
        if len(sealed.body) < self.icv:
            raise Drop("drop_pdu")
        number = sealed.pn & self.zone.last
        tek.window.check(number)
        if not self.icv and number > tek.window.highest + tek.window.size:
            # Nothing proves the PN: it moves the window a little, so that a receiver that lost much gets there again.
            tek.window.highest += tek.window.size
            raise Drop("drop_pn_jump")
        return tek

    def open(self, sealed: "Sealed") -> tuple[bytes, bool]:
        """The payload, and whether a verified PDU moved the window on."""
        tek = self.check(sealed)
        plain = unseal(tek.key, sealed.nonce, sealed.body, self.icv)
        return plain, tek.window.accept(sealed.pn & self.zone.last) and self.icv != 0


@dataclass(frozen=True)
class Sealed:
    """What a protected PDU says: `body` is ciphertext and ICV."""

    eks: int
    pn: int
    nonce: bytes
    body: bytes


def open_any(sas: list[Sa], sealed: Sealed) -> tuple[bytes, bool]:
    """With the SA of the newest context that can; a PDU that passes no ICV is a forgery unless no SA had to look."""
    reason = Drop("drop_no_key")
    for sa in reversed(sas):
        try:
            return sa.open(sealed)
        except Drop as drop:
            if reason.verdict == "drop_no_key" or drop.verdict == "drop_icv":
                reason = drop
    raise reason


# MZone PDUs
# ----------------------------------------------------------------------------


def mzone_header(fid: int, length: int, sn: int | None = None, extended: bool = False) -> bytes:
    """AGMH, or SPMH when there is an `sn`."""
    low = length if sn is None else length << 4 | sn
    return (fid << 12 | extended << 11 | low).to_bytes(2, "big")


def mzone_nonce(header: bytes, stid: int, fid: int, prefix: bytes) -> bytes:
    """`prefix` is EKS and PN as they are sent."""
    return header + (stid << 4 | fid).to_bytes(2, "big") + bytes(6) + prefix


def mzone_seal(
    tek: bytes, stid: int, fid: int, eks: int, pn: int, payload: bytes, *,
    icv: int = 8, sn: int | None = None, ext: bytes | None = None,
) -> bytes:
    """`ext`: the content of an extended header group, which gets its length byte here."""
    group = b"" if ext is None else bytes([1 + len(ext)]) + ext
    length = 2 + len(group) + 3 + len(payload) + icv
    if length > (MAX_PDU if sn is None else MAX_SHORT_PDU):
        raise ValueError("the payload does not fit the length field")
    header = mzone_header(fid, length, sn, ext is not None)
    prefix = (eks << 22 | pn).to_bytes(3, "big")
    return header + group + prefix + seal(tek, mzone_nonce(header, stid, fid, prefix), payload, icv)


def mzone_length(rest: bytes, short_fids=()) -> int:
    """What the header at the start of `rest` says of the whole PDU; 0 when it makes no sense."""
    if len(rest) < 2:
        return 0
    word = int.from_bytes(rest[:2], "big")
    fid = word >> 12
    if fid == SIGNALING_FID:
        length = word >> 4 & 7
        return length if 2 <= length <= 6 else 0
    length = word >> 4 & 0x7F if fid in short_fids else word & 0x7FF
    # A group of extended headers has a length byte at least.
    return length if length >= 2 + (word >> 11 & 1) else 0


def mzone_split(burst: bytes, short_fids=()) -> tuple[list[bytes], bool]:
    """The PDUs of a burst, and whether their lengths add up exactly."""
    pdus = []
    while burst:
        length = mzone_length(burst, short_fids)
        if not length or length > len(burst):
            return pdus, False
        pdus.append(burst[:length])
        burst = burst[length:]
    return pdus, bool(pdus)


def mzone_sealed(stid: int, pdu: bytes) -> Sealed:
    """Of one whole PDU that is not of a signaling header."""
    header, fid = pdu[:2], pdu[0] >> 4
    body = without_group(pdu[2:]) if header[0] & 0x08 else pdu[2:]
    if len(body) < 3:
        raise Drop("drop_pdu")
    prefix = int.from_bytes(body[:3], "big")
    return Sealed(prefix >> 22, prefix & 0x3FFFFF, mzone_nonce(header, stid, fid, body[:3]), body[3:])


def without_group(body: bytes) -> bytes:
    """What follows the extended headers, whose first byte is their length."""
    group = body[0] if body else 0
    if not 1 <= group <= len(body):
        raise Drop("drop_pdu")
    return body[group:]


# LZone PDUs
# ----------------------------------------------------------------------------


def generic_header(
    cid: int, length: int, *, encrypted=True, esf=False, crc=False, eks: int = 0, kind: int = 0
) -> bytes:
    first = bytes([encrypted << 6 | kind, esf << 7 | crc << 6 | eks << 4 | length >> 8, length & 0xFF])
    first += cid.to_bytes(2, "big")
    return first + bytes([hcs(first)])


def lzone_nonce(header: bytes, pn: bytes) -> bytes:
    return header[:5] + bytes(4) + pn


def lzone_seal(
    tek: bytes, cid: int, eks: int, pn: int, payload: bytes, *, crc: bool = False, ext: bytes | None = None,
    kind: int = 0,
) -> bytes:
    """`ext`: the content of an extended subheader group, which gets its length byte here."""
    group = b"" if ext is None else bytes([1 + len(ext)]) + ext
    length = 6 + len(group) + 4 + len(payload) + LZONE_ICV + 4 * crc
    if length > MAX_PDU:
        raise ValueError("the payload does not fit the length field")
    header = generic_header(cid, length, esf=ext is not None, crc=crc, eks=eks, kind=kind)
    number = pn.to_bytes(4, "little")
    pdu = header + group + number + seal(tek, lzone_nonce(header, number), payload, LZONE_ICV)
    return pdu + crc32(pdu) if crc else pdu


def lzone_clear(cid: int, payload: bytes, *, crc: bool = False, kind: int = 0) -> bytes:
    pdu = generic_header(cid, 6 + len(payload) + 4 * crc, encrypted=False, crc=crc, kind=kind) + payload
    return pdu + crc32(pdu) if crc else pdu


def is_signaling(pdu: bytes) -> bool:
    """A header of the LZone that has no payload (HT=1)."""
    return pdu[0] & 0x80 != 0


def lzone_split(burst: bytes) -> tuple[list[bytes], bool]:
    """The PDUs of a burst, and whether it makes sense up to its end or padding."""
    pdus = []
    while burst and burst[0] != PADDING:
        if len(burst) < 6 or hcs(burst[:5]) != burst[5]:
            return pdus, False
        length = 6 if is_signaling(burst) else (burst[1] & 7) << 8 | burst[2]
        if not 6 <= length <= len(burst):
            return pdus, False
        pdus.append(burst[:length])
        burst = burst[length:]
    return pdus, bool(pdus)


def lzone_cid(pdu: bytes) -> int:
    return int.from_bytes(pdu[3:5], "big")


def lzone_body(pdu: bytes) -> bytes:
    """What stands between the headers and the CRC, of one whole PDU with a good header that is not of signaling."""
    end = len(pdu)
    if pdu[1] & 0x40:
        end -= 4
        if end < 6 or crc32(pdu[:end]) != pdu[end:]:
            raise Drop("drop_pdu")
    return without_group(pdu[6:end]) if pdu[1] & 0x80 else pdu[6:end]


def lzone_clear_body(pdu: bytes) -> bytes:
    """Management is never encrypted."""
    body = lzone_body(pdu)
    if pdu[0] & 0x40:
        raise Drop("drop_pdu")
    return body


def lzone_sealed(pdu: bytes) -> Sealed:
    body = lzone_body(pdu)
    if not pdu[0] & 0x40:
        raise Drop("drop_clear_data")
    if len(body) < 4:
        raise Drop("drop_pdu")
    return Sealed(pdu[1] >> 4 & 3, int.from_bytes(body[:4], "little"), lzone_nonce(pdu, body[:4]), body[4:])


# Control messages
# ----------------------------------------------------------------------------

# The first bit of an AAI message says that a CMAC tuple follows it.
CMAC_INDICATOR = 0x80
MZONE_TUPLE_BYTES = 12
LZONE_TUPLE_TYPE = 141
LZONE_TUPLE_SIZES = (13, 19)  # without and with a BSID


@dataclass(frozen=True)
class CmacTuple:
    ak_sn: int
    cmac_pn: int
    value: bytes
    message: bytes  # in front of the tuple


def mzone_tuple(message: bytes) -> CmacTuple | None:
    """Of a message on FID 0; none: it has no tuple."""
    if not message:
        raise Drop("drop_pdu")
    if not message[0] & CMAC_INDICATOR:
        return None
    tail = message[-MZONE_TUPLE_BYTES:]
    if len(message) <= MZONE_TUPLE_BYTES or tail[0] >> 4:
        raise Drop("drop_pdu")
    return CmacTuple(tail[0], int.from_bytes(tail[1:4], "big"), tail[4:], message[:-MZONE_TUPLE_BYTES])


def lzone_tuple(message: bytes) -> CmacTuple | None:
    """Of a management message, whose last attribute the tuple is; none: it has no tuple."""
    if not message:
        raise Drop("drop_pdu")
    for size in LZONE_TUPLE_SIZES:
        tail = message[-size - 2:]
        if len(message) > size + 2 and tail[:2] == bytes([LZONE_TUPLE_TYPE, size]):
            if tail[2] >> 4:
                raise Drop("drop_pdu")
            return CmacTuple(tail[2], int.from_bytes(tail[-12:-8], "big"), tail[-8:], message[:-size - 2])
    return None


def cmac_value(key: bytes, akid: bytes, cmac_pn: bytes, connection: int, message: bytes) -> bytes:
    """`connection` is STID and FID, or the CID. The prefix is one block in either zone."""
    mac = CMAC(algorithms.AES(key))
    mac.update((akid + cmac_pn + connection.to_bytes(2, "big")).ljust(16, b"\0") + message)
    return mac.finalize()[-8:]


def mzone_signed(context: "Context", stid: int, cmac_pn: int, message: bytes) -> bytes:
    """`message` has its indicator set."""
    pn = cmac_pn.to_bytes(3, "big")
    return message + bytes([context.ak_sn]) + pn + cmac_value(context.cmac_key_u, context.akid, pn, stid << 4, message)


def lzone_signed(context: "Context", cid: int, cmac_pn: int, message: bytes, bsid: bytes = b"") -> bytes:
    pn = cmac_pn.to_bytes(4, "big")
    head = bytes([LZONE_TUPLE_TYPE, 13 + len(bsid), context.ak_sn]) + bsid
    return message + head + pn + cmac_value(context.cmac_key_u, context.akid, pn, cid, message)


# Flows and stations
# ----------------------------------------------------------------------------


@dataclass
class Flow:
    """`fid` in the MZone, `cid` in the LZone; `key` and `peer` are the GRE key and the core's address."""

    key: int
    peer: str
    fid: int | None = None
    cid: int | None = None
    said: int = 1
    short: bool = False  # SPMH instead of AGMH
    crc: bool = False
    max_packet: int | None = None
    sn: int = 0


@dataclass
class Context:
    """What grows out of one AK: `sas` by their SAID, and what control messages are authenticated with."""

    sas: dict[int, Sa]
    ak_sn: int = 0
    akid: bytes = bytes(8)
    cmac_key_u: bytes | None = None
    last_cmac_pn: int = 0


@dataclass
class Station:
    """An AMS. The first context of a zone is the active one, the second is pending: for receiving only.

    `transmit` is the zone that this end sends in, and `sending` which context of it.
    """

    sector: int
    stid: int | None = None
    management_cids: tuple = ()
    address: str | None = None
    mac: bytes | None = None
    contexts: dict[str, list[Context]] = field(default_factory=dict)
    flows: list[Flow] = field(default_factory=list)
    transmit: Zone | None = None
    sending: int = 0

    def __post_init__(self):
        if self.transmit is None:
            self.transmit = LZONE if self.stid is None else MZONE

    def short_fids(self) -> set:
        return {flow.fid for flow in self.flows if flow.short}

    def sas(self, zone: Zone, said: int) -> list[Sa]:
        return [context.sas[said] for context in self.contexts.get(zone.name, []) if said in context.sas]

    def sending_sa(self, flow: Flow) -> Sa:
        context = self.contexts[self.transmit.name][self.sending]
        if flow.said not in context.sas:
            raise Drop("drop_no_key")
        return context.sas[flow.said]

    def overhead(self, flow: Flow) -> int:
        """Bytes that protection adds to a packet that is sent."""
        if self.transmit is LZONE:
            return 6 + 4 + LZONE_ICV + 4 * flow.crc
        return 5 + self.sending_sa(flow).icv

    def max_pdu(self, flow: Flow) -> int:
        return MAX_SHORT_PDU if flow.short and self.transmit is MZONE else MAX_PDU

    def protect(self, flow: Flow, payload: bytes, ext: bytes | None = None) -> bytes:
        sa = self.sending_sa(flow)
        tek, pn = sa.take()
        if self.transmit is LZONE:
            return lzone_seal(tek.key, flow.cid, tek.eks, pn, payload, crc=flow.crc, ext=ext)
        sn = None
        if flow.short:
            sn, flow.sn = flow.sn, (flow.sn + 1) % 16
        return mzone_seal(tek.key, self.stid, flow.fid, tek.eks, pn, payload, icv=sa.icv, sn=sn, ext=ext)

    def verify(self, zone: Zone, signed: CmacTuple, connection: int) -> bool:
        """Whether the message is the station's own; only the control side knows the keys of other contexts."""
        for context in self.contexts.get(zone.name, []):
            if context.cmac_key_u is not None and context.ak_sn == signed.ak_sn:
                break
        else:
            return False
        if signed.cmac_pn <= context.last_cmac_pn:
            raise Drop("drop_cmac_replay")
        pn = signed.cmac_pn.to_bytes(3 if zone is MZONE else 4, "big")
        if cmac_value(context.cmac_key_u, context.akid, pn, connection, signed.message) != signed.value:
            raise Drop("drop_cmac")
        context.last_cmac_pn = signed.cmac_pn
        return True

    def unprotect(self, zone: Zone, said: int, pdu: bytes) -> tuple[bytes, bool]:
        sealed = lzone_sealed(pdu) if zone is LZONE else mzone_sealed(self.stid, pdu)
        return open_any(self.sas(zone, said), sealed)
