"""A model of the gateway's data path: a frame in, the frames out and the verdict of every packet.

The order of the checks is that of the layers, from the outside in, and the first that fails gives the verdict. What the
specification leaves open stands in `Choices`. A burst of several PDUs counts as that many packets.
"""
import struct
from collections import Counter
from dataclasses import dataclass, field

import aai_peer
import frames
from aai_peer import LZONE, MZONE, Drop, Flow, Station


# The primary SA protects control messages.
CONTROL_SAID = 1
# RFC 1122 3.2.2.1: no error answers an error.
ICMP_ERRORS = (b"\x03", b"\x04", b"\x05", b"\x0b", b"\x0c")


@dataclass(frozen=True)
class Choices:
    """What no document settles."""

    # MZone: whether nothing of a burst is taken when its lengths do not add up, or what stands in front of the fault.
    whole_bursts: bool = False
    # Of an ICMP error: the whole packet, IP header included (RFC 1812 4.3.2.3, RFC 4443 3.2).
    max_icmp_error: int = 576
    max_icmpv6_error: int = 1280


@dataclass
class Port:
    name: str
    mac: bytes
    address: str
    mtu: int = 1500


@dataclass
class Config:
    """`access` and `core` name the ports of the two links; both may be the same."""

    ports: list[Port]
    peers: dict[str, bytes]  # address -> MAC of the core's ends of data paths
    stations: list[Station]
    frame_number: int = 0
    access: str = "access"
    core: str = "core"
    choices: Choices = field(default_factory=Choices)


@dataclass
class Received:
    """A frame on its way in."""

    port: Port
    source_mac: bytes
    source: str = ""


class Gateway:
    def __init__(self, config: Config):
        self.config = config
        self.choices = config.choices
        self.ports = {port.name: port for port in config.ports}
        self.access, self.core = self.ports[config.access], self.ports[config.core]
        self.verdicts = Counter()
        self._frame_verdicts = []
        self._stations, self._fids, self._cids, self._management, self._paths = {}, {}, {}, {}, {}
        for station in config.stations:
            self._add(station)

    def _add(self, station: Station):
        if station.stid is not None:
            self._stations[station.sector, station.stid] = station
        for flow in station.flows:
            self._paths[flow.key] = station, flow
            if flow.fid is not None:
                self._fids[station.sector, station.stid, flow.fid] = flow
            if flow.cid is not None:
                self._cids[station.sector, flow.cid] = station, flow
        for cid in station.management_cids:
            self._management[station.sector, cid] = station

    def process(self, frame: bytes, port: str) -> list[tuple[str, bytes]]:
        """What the gateway sends, in order; `last_verdicts` tells why."""
        sent = []
        self._frame_verdicts = []
        try:
            for verdict, out in self._receive(frame, self.ports[port]):
                self._frame_verdicts.append(verdict)
                sent += out
        except Drop as drop:
            self._frame_verdicts.append(drop.verdict)
        self.verdicts.update(self._frame_verdicts)
        return sent

    @property
    def last_verdicts(self) -> list[str]:
        return self._frame_verdicts

    @property
    def received(self) -> int:
        """Packets: frames, and the further PDUs of bursts."""
        return sum(self.verdicts.values())

    # From the wire inwards: each of these yields (verdict, frames to send) or raises Drop
    # ------------------------------------------------------------------------

    def _receive(self, frame: bytes, port: Port):
        if len(frame) < 14:
            raise Drop("drop_runt")
        came = Received(port, frame[6:12])
        ethertype = int.from_bytes(frame[12:14], "big")
        mine = frame[:6] == port.mac
        if not mine and not (ethertype == frames.ETHERTYPE_ARP and frame[:6] == frames.BROADCAST):
            raise Drop("drop_not_for_us")
        if ethertype == frames.ETHERTYPE_ARP:
            return [self._arp(frame[14:], came)]
        if ethertype == frames.ETHERTYPE_IPV4:
            return self._ipv4(frame[14:], came)
        raise Drop("drop_protocol")

    def _arp(self, data: bytes, came: Received):
        port = came.port
        if len(data) < frames.ARP_BYTES:
            raise Drop("drop_arp")
        sender_mac, sender, target = data[8:14], data[14:18], data[24:28]
        request = frames.arp(frames.ARP_REQUEST, (b"", "0.0.0.0"), (b"", "0.0.0.0"))[:8]
        if data[:8] != request or target != frames.packed(port.address):
            raise Drop("drop_arp")
        asked = sender_mac, ".".join(map(str, sender))
        reply = frames.arp(frames.ARP_REPLY, (port.mac, port.address), asked)
        return "answered", [(port.name, frames.ethernet(sender_mac, port.mac, frames.ETHERTYPE_ARP, reply))]

    def _ipv4(self, data: bytes, came: Received):
        packet = frames.read_ipv4(data)
        came.source = packet.source
        if packet.destination != came.port.address:
            raise Drop("drop_not_for_us")
        if packet.fragment:
            raise Drop("drop_ip_fragment")
        if packet.protocol == frames.ICMP:
            return [self._echo(packet, came)]
        if packet.protocol == frames.UDP and came.port is self.access:
            _, payload = frames.read_udp(packet)
            return self._burst(frames.read_gsmtap(payload), came)
        if packet.protocol == frames.GRE and came.port is self.core:
            return [self._downlink(*frames.read_gre(packet.payload), came)]
        raise Drop("drop_protocol")

    def _echo(self, packet: frames.Ipv4, came: Received):
        data = packet.payload
        if len(data) < 8 or data[:2] != b"\x08\x00" or frames.checksum(data):
            raise Drop("drop_icmp")
        reply = frames.icmp(0, 0, data[4:])
        return "answered", self._send(came.port, came.source_mac, packet.source, frames.ICMP, reply)

    def _send(self, port: Port, mac: bytes, address: str, protocol: int, payload: bytes) -> list:
        packet = frames.ipv4(port.address, address, protocol, payload)
        if len(packet) > port.mtu:
            raise Drop("drop_too_big")
        return [(port.name, frames.ethernet(mac, port.mac, frames.ETHERTYPE_IPV4, packet))]

    # Downlink
    # ------------------------------------------------------------------------

    def _downlink(self, key: int, protocol: int, inner: bytes, came: Received):
        if key not in self._paths:
            raise Drop("drop_unknown_data_path")
        station, flow = self._paths[key]
        if came.source != flow.peer:
            raise Drop("drop_foreign_peer")
        largest = self.largest(station, flow)
        if len(inner) > largest:
            answer = self._too_big(inner, protocol, largest)
            return "too_big_answered", self._to_core(flow, protocol, answer)
        if station.address is None or station.mac is None:
            raise Drop("drop_no_address")
        return "forwarded", self._to_station(station, flow, station.protect(flow, inner))

    def largest(self, station: Station, flow: Flow) -> int:
        """Bytes of the largest packet that the flow carries downlink."""
        outer = 20 + 8 + frames.GSMTAP_BYTES
        fits = min(station.max_pdu(flow), self.access.mtu - outer) - station.overhead(flow)
        return min(fits, flow.max_packet or fits)

    def _to_station(self, station: Station, flow: Flow, pdu: bytes) -> list:
        mzone = station.transmit is MZONE
        kind, stid = (frames.MZONE_BURST, station.stid) if mzone else (frames.LZONE_BURST, 0)
        burst = frames.gsmtap(kind, station.sector, stid, pdu, uplink=False, frame_number=self.config.frame_number)
        port = frames.source_port(station.sector, station.stid if mzone else flow.cid)
        datagram = frames.udp(port, frames.GSMTAP_PORT, burst)
        return self._send(self.access, station.mac, station.address, frames.UDP, datagram)

    def _too_big(self, inner: bytes, protocol: int, mtu: int) -> bytes:
        """The error that answers `inner`, from its destination to its source."""
        if not is_ip_packet(inner) or (inner[0] >> 4 == 4) != (protocol == frames.ETHERTYPE_IPV4):
            raise Drop("drop_too_big")
        if inner[0] >> 4 == 4:
            return self._too_big_ipv4(inner, mtu)
        source, destination = inner[8:24], inner[24:40]
        an_error = inner[6] == frames.ICMPV6 and inner[40:41] < b"\x80"
        if an_error or destination[0] == 0xFF or source[0] == 0xFF:
            raise Drop("drop_too_big")
        quoted = inner[:self.choices.max_icmpv6_error - 40 - 8]
        ends = destination, source
        pseudo = b"".join(ends) + struct.pack("!II", 8 + len(quoted), frames.ICMPV6)
        error = frames.icmp(2, 0, mtu.to_bytes(4, "big") + quoted, pseudo)
        return struct.pack("!IHBB", 6 << 28, len(error), frames.ICMPV6, 64) + b"".join(ends) + error

    def _too_big_ipv4(self, inner: bytes, mtu: int) -> bytes:
        source, destination = (".".join(map(str, inner[at:at + 4])) for at in (12, 16))
        later_fragment = int.from_bytes(inner[6:8], "big") & 0x1FFF
        size = (inner[0] & 15) * 4
        an_error = inner[9] == frames.ICMP and inner[size:size + 1] in ICMP_ERRORS
        if later_fragment or an_error or inner[16] >= 224 or inner[12] >= 224:
            raise Drop("drop_too_big")
        quoted = inner[:self.choices.max_icmp_error - 20 - 8]
        error = frames.icmp(3, 4, struct.pack("!HH", 0, mtu) + quoted)
        # RFC 1812 4.3.2.5: errors have a precedence of 6 or 7.
        return frames.ipv4(destination, source, frames.ICMP, error, tos=0xC0)

    # Uplink
    # ------------------------------------------------------------------------

    def _burst(self, burst: frames.Gsmtap, came: Received):
        if not burst.burst:
            raise Drop("drop_gsmtap")
        if burst.kind == frames.LZONE_BURST:
            yield from self._lzone_burst(burst, came)
            return
        station = self._stations.get((burst.sector, burst.stid))
        if station is None:
            raise Drop("drop_unknown_station")
        pdus, whole = aai_peer.mzone_split(burst.burst, station.short_fids())
        for pdu in pdus if whole or not self.choices.whole_bursts else []:
            yield self._ended(self._mzone_pdu, station, pdu, came)
        if not whole:
            raise Drop("drop_pdu")

    def _lzone_burst(self, burst: frames.Gsmtap, came: Received):
        pdus, whole = aai_peer.lzone_split(burst.burst)
        for pdu in pdus:
            yield self._ended(self._lzone_pdu, burst.sector, pdu, came)
        if not whole:
            raise Drop("drop_pdu")

    def _ended(self, handle, *arguments):
        try:
            return handle(*arguments)
        except Drop as drop:
            return drop.verdict, []

    def _mzone_pdu(self, station: Station, pdu: bytes, came: Received):
        fid = pdu[0] >> 4
        if fid == aai_peer.SIGNALING_FID:
            return "signaling", []
        if fid == aai_peer.CONTROL_FID:
            message = aai_peer.without_group(pdu[2:]) if pdu[0] & 0x08 else pdu[2:]
            return self._control(station, MZONE, aai_peer.mzone_tuple(message), station.stid << 4, came)
        if fid == aai_peer.ENCRYPTED_CONTROL_FID:
            _, advanced = station.unprotect(MZONE, CONTROL_SAID, pdu)
            self._learn(station, advanced, came)
            return "punted", []
        flow = self._fids.get((station.sector, station.stid, fid))
        if flow is None:
            raise Drop("drop_unknown_flow")
        return self._uplink(station, flow, MZONE, pdu, came)

    def _lzone_pdu(self, sector: int, pdu: bytes, came: Received):
        if aai_peer.is_signaling(pdu):
            return "signaling", []
        place = sector, aai_peer.lzone_cid(pdu)
        if place in self._management:
            message = aai_peer.lzone_clear_body(pdu)
            return self._control(self._management[place], LZONE, aai_peer.lzone_tuple(message), place[1], came)
        if place not in self._cids:
            raise Drop("drop_unknown_station")
        return self._uplink(*self._cids[place], LZONE, pdu, came)

    def _control(self, station: Station, zone: aai_peer.Zone, signed, connection: int, came: Received):
        """A message in clear, which only its CMAC ties to the station."""
        verified = signed is not None and station.verify(zone, signed, connection)
        self._learn(station, verified, came)
        return "punted", []

    def _uplink(self, station: Station, flow: Flow, zone: aai_peer.Zone, pdu: bytes, came: Received):
        inner, advanced = station.unprotect(zone, flow.said, pdu)
        self._learn(station, advanced, came)
        if not is_ip_packet(inner):
            raise Drop("drop_inner_packet")
        protocol = frames.ETHERTYPE_IPV4 if inner[0] >> 4 == 4 else frames.ETHERTYPE_IPV6
        return "forwarded", self._to_core(flow, protocol, inner)

    def _learn(self, station: Station, advanced: bool, came: Received):
        if advanced:
            station.address, station.mac = came.source, came.source_mac

    def _to_core(self, flow: Flow, protocol: int, inner: bytes) -> list:
        mac = self.config.peers.get(flow.peer)
        if mac is None:
            raise Drop("drop_no_address")
        return self._send(self.core, mac, flow.peer, frames.GRE, frames.gre(flow.key, protocol, inner))


def is_ip_packet(data: bytes) -> bool:
    """Version and length make sense; bytes behind the packet are let through."""
    if len(data) >= 20 and data[0] >> 4 == 4:
        return 20 <= (data[0] & 15) * 4 <= int.from_bytes(data[2:4], "big") <= len(data)
    return len(data) >= 40 and data[0] >> 4 == 6 and 40 + int.from_bytes(data[4:6], "big") <= len(data)
