"""Bytes around a PDU: Ethernet, ARP, IPv4, ICMP, UDP, GSMTAP and GRE, built and read by hand."""
import functools
import ipaddress
import struct
from dataclasses import dataclass

from aai_peer import Drop

ETHERTYPE_IPV4, ETHERTYPE_ARP, ETHERTYPE_IPV6 = 0x0800, 0x0806, 0x86DD
ICMP, UDP, GRE, ICMPV6 = 1, 17, 47, 58
DONT_FRAGMENT, MORE_FRAGMENTS = 0x4000, 0x2000
GSMTAP_PORT = 4729
GSMTAP_BYTES = 16
LZONE_BURST, MZONE_BURST = 0x13, 0x41
UPLINK = 0x4000
BROADCAST = b"\xff" * 6


def mac(text: str) -> bytes:
    return bytes.fromhex(text.replace(":", ""))


@functools.lru_cache(maxsize=4096)
def packed(address: str) -> bytes:
    return ipaddress.ip_address(address).packed


@functools.lru_cache(maxsize=4096)
def dotted(address: bytes) -> str:
    return str(ipaddress.IPv4Address(address))


def checksum(data: bytes) -> int:
    """The one's complement sum of RFC 1071, complemented."""
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF


def ethernet(destination: bytes, source: bytes, ethertype: int, payload: bytes) -> bytes:
    return destination + source + ethertype.to_bytes(2, "big") + payload


# IPv4 and what it carries
# ----------------------------------------------------------------------------


def ipv4(
    source: str, destination: str, protocol: int, payload: bytes, *,
    tos: int = 0, ident: int = 0, fragment: int = DONT_FRAGMENT, ttl: int = 64, options: bytes = b"",
) -> bytes:
    words = 5 + len(options) // 4
    length = 4 * words + len(payload)
    head = struct.pack("!BBHHHBB", 0x40 | words, tos, length, ident, fragment, ttl, protocol)
    addresses = packed(source) + packed(destination) + options
    total = checksum(head + b"\0\0" + addresses)
    return head + total.to_bytes(2, "big") + addresses + payload


@dataclass
class Ipv4:
    source: str
    destination: str
    protocol: int
    fragment: int
    payload: bytes
    header: bytes


def read_ipv4(data: bytes) -> Ipv4:
    """What follows the packet's own length is padding of the link."""
    if len(data) < 20:
        raise Drop("drop_runt")
    size = (data[0] & 15) * 4
    length = int.from_bytes(data[2:4], "big")
    if data[0] >> 4 != 4 or size < 20 or not size <= length <= len(data) or checksum(data[:size]):
        raise Drop("drop_ip_header")
    addresses = (dotted(bytes(data[at:at + 4])) for at in (12, 16))
    fragment = int.from_bytes(data[6:8], "big") & 0x3FFF
    return Ipv4(*addresses, data[9], fragment, data[size:length], data[:size])


def _pseudo_header(source: str, destination: str, protocol: int, length: int) -> bytes:
    return packed(source) + packed(destination) + struct.pack("!BBH", 0, protocol, length)


def udp(source_port: int, destination_port: int, payload: bytes, sum_of: tuple | None = None) -> bytes:
    """`sum_of`: the addresses, source first, when there is to be a checksum."""
    length = 8 + len(payload)
    head = struct.pack("!HHH", source_port, destination_port, length)
    total = 0
    if sum_of:
        total = checksum(_pseudo_header(*sum_of, UDP, length) + head + b"\0\0" + payload) or 0xFFFF
    return head + total.to_bytes(2, "big") + payload


def read_udp(packet: Ipv4) -> tuple[int, bytes]:
    """Destination port and payload."""
    data = packet.payload
    if len(data) < 8:
        raise Drop("drop_runt")
    _, port, length, total = struct.unpack("!HHHH", data[:8])
    if not 8 <= length <= len(data):
        raise Drop("drop_udp")
    if port != GSMTAP_PORT:
        raise Drop("drop_protocol")
    data = data[:length]
    if total and checksum(_pseudo_header(packet.source, packet.destination, UDP, length) + data):
        raise Drop("drop_udp")
    return port, data[8:]


def icmp(kind: int, code: int, rest: bytes, pseudo: bytes = b"") -> bytes:
    """`rest` follows the checksum; `pseudo` is the pseudo-header of ICMPv6."""
    total = checksum(pseudo + bytes([kind, code, 0, 0]) + rest)
    return bytes([kind, code]) + total.to_bytes(2, "big") + rest


def ipv6(source: str, destination: str, next_header: int, payload: bytes, hop_limit: int = 64) -> bytes:
    head = struct.pack("!IHBB", 6 << 28, len(payload), next_header, hop_limit)
    return head + packed(source) + packed(destination) + payload


def icmpv6_pseudo_header(source: str, destination: str, length: int) -> bytes:
    return packed(source) + packed(destination) + struct.pack("!II", length, ICMPV6)


# ARP
# ----------------------------------------------------------------------------

ARP_REQUEST, ARP_REPLY = 1, 2
ARP_BYTES = 28


def arp(operation: int, sender: tuple[bytes, str], target: tuple[bytes, str]) -> bytes:
    """`sender` and `target` are hardware and protocol address."""
    head = struct.pack("!HHBBH", 1, ETHERTYPE_IPV4, 6, 4, operation)
    return head + sender[0] + packed(sender[1]) + target[0] + packed(target[1])


# GSMTAP
# ----------------------------------------------------------------------------


def source_port(sector: int, connection: int) -> int:
    """`connection` is the STID or the CID: stations spread over the queues of an ordinary network card."""
    product = 0x9E3779B1 * (sector << 16 | connection) & 0xFFFFFFFF
    return 0xC000 | product >> 18


def gsmtap(
    kind: int, sector: int, stid: int, burst: bytes, *, uplink: bool, frame_number: int = 0, head=b"\x02\x04\x07",
) -> bytes:
    arfcn = (UPLINK if uplink else 0) | stid
    fields = struct.pack("!BHbBIBBBB", 0, arfcn, 0, 0, frame_number, kind, sector, 0, 0)
    return head + fields + burst


@dataclass
class Gsmtap:
    kind: int
    sector: int
    stid: int
    burst: bytes


def read_gsmtap(data: bytes) -> Gsmtap:
    """An uplink burst."""
    if len(data) < GSMTAP_BYTES or data[:3] != b"\x02\x04\x07" or data[12] not in (LZONE_BURST, MZONE_BURST):
        raise Drop("drop_gsmtap")
    arfcn = int.from_bytes(data[4:6], "big")
    if not arfcn & UPLINK:
        raise Drop("drop_direction")
    return Gsmtap(data[12], data[13], arfcn & 0x0FFF, data[GSMTAP_BYTES:])


# GRE
# ----------------------------------------------------------------------------

GRE_CHECKSUM, GRE_ROUTING, GRE_KEY, GRE_SEQUENCE = 0x8000, 0x4000, 0x2000, 0x1000
# RFC 2784 2.3: a receiver discards a packet with one of bits 1 to 5 that it does not know, and ignores bits 6 to 12.
GRE_REFUSED = GRE_ROUTING | 0x0800 | 0x0400 | 0x0007


def gre(
    key: int | None, protocol: int, payload: bytes, *, with_sum=False, sequence: int | None = None, flags: int = 0
) -> bytes:
    flags |= GRE_CHECKSUM if with_sum else 0
    flags |= (0 if key is None else GRE_KEY) | (0 if sequence is None else GRE_SEQUENCE)
    rest = b"" if key is None else key.to_bytes(4, "big")
    rest += b"" if sequence is None else sequence.to_bytes(4, "big")
    head = struct.pack("!HH", flags, protocol)
    if not with_sum:
        return head + rest + payload
    total = checksum(head + bytes(4) + rest + payload)
    return head + struct.pack("!HH", total, 0) + rest + payload


def read_gre(data: bytes) -> tuple[int, int, bytes]:
    """Key, protocol and payload."""
    if len(data) < 4:
        raise Drop("drop_gre")
    flags, protocol = struct.unpack("!HH", data[:4])
    size = 4 + sum(4 for flag in (GRE_CHECKSUM, GRE_KEY, GRE_SEQUENCE) if flags & flag)
    if flags & GRE_REFUSED or not flags & GRE_KEY or len(data) < size:
        raise Drop("drop_gre")
    if flags & GRE_CHECKSUM and checksum(data):
        raise Drop("drop_gre")
    if protocol not in (ETHERTYPE_IPV4, ETHERTYPE_IPV6):
        raise Drop("drop_gre")
    at = 8 if flags & GRE_CHECKSUM else 4
    return int.from_bytes(data[at:at + 4], "big"), protocol, data[size:]
