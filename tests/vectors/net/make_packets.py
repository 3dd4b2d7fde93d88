#!/usr/bin/python3
"""Has scapy build the outer packets of the gateway, those that it receives and those that it must answer, into packets.json."""

import argparse
import json
import random
from pathlib import Path

from scapy.layers.inet import ICMP, IP, UDP, IPOption_NOP, IPOption_Router_Alert, IPOption_RR
from scapy.layers.inet6 import ICMPv6EchoRequest, ICMPv6PacketTooBig, IPv6, IPv6ExtHdrHopByHop
from scapy.layers.inet6 import UDP as UDP6
from scapy.layers.l2 import ARP, GRE, Ether
from scapy.packet import Packet, Raw

PACKETS = Path(__file__).parent / "packets.json"

OWN_MAC, PEER_MAC = "02:00:00:00:00:01", "02:00:00:00:00:02"
OWN, PEER = "192.0.2.1", "192.0.2.2"
BROADCAST = "ff:ff:ff:ff:ff:ff"
GSMTAP = 4729

ABOUT = (
    "Packets that scapy built, by tests/vectors/net/make_packets.py. `datagram`: what is sent to a station; `received`: what "
    "has to be understood; `arp-request`, `arp-announcement`: what is sent; `arp-answer`, `echo`: a request and the reply to "
    "it; `too-big`: a packet in a tunnel and the ICMP error that tells its sender of the MTU."
)


def padded(packet: Packet) -> bytes:
    return bytes(packet).ljust(60, b"\0")


def to_peer(tos: int = 0) -> Packet:
    """As the gateway sends IP: an atomic datagram."""
    return Ether(dst=PEER_MAC, src=OWN_MAC) / IP(src=OWN, dst=PEER, flags="DF", id=0, ttl=64, tos=tos)


def to_gateway(**fields) -> Packet:
    return Ether(dst=OWN_MAC, src=PEER_MAC) / IP(src=PEER, dst=OWN, **fields)


def datagrams(rng: random.Random):
    for size in (0, 1, 2, 17, 46, 255, 1400):
        port, tos, payload = rng.randrange(0xC000, 0x10000), rng.randrange(256), rng.randbytes(size)
        frame = to_peer(tos) / UDP(sport=port, dport=GSMTAP, chksum=0) / Raw(payload)
        yield {
            "name": f"datagram-{size}", "kind": "datagram", "frame": bytes(frame).hex(), "source_port": port,
            "type_of_service": tos, "payload": payload.hex(),
        }


def received(rng: random.Random):
    options = {
        "none": [],
        "nop": [IPOption_NOP()] * 4,
        "router-alert": [IPOption_Router_Alert()],
        "record-route": [IPOption_RR(routers=["10.0.0.1", "10.0.0.2"])],
    }
    for name, chosen in options.items():
        for size in (0, 1, 60, 333):
            port, payload = rng.randrange(1, 0x10000), rng.randbytes(size)
            header = {"ttl": rng.randrange(256), "id": rng.randrange(0x10000), "tos": rng.randrange(256), "options": chosen}
            frame = to_gateway(**header) / UDP(sport=port, dport=GSMTAP) / Raw(payload)
            yield {
                "name": f"received-{name}-{size}", "kind": "received", "frame": padded(frame).hex(), "source_port": port,
                "ttl": header["ttl"], "type_of_service": header["tos"], "payload": payload.hex(),
            }


def arps():
    whole = {"hwlen": 6, "plen": 4}
    ask = Ether(dst=BROADCAST, src=OWN_MAC) / ARP(op=1, hwsrc=OWN_MAC, psrc=OWN, pdst=PEER, **whole)
    yield {"name": "arp-request", "kind": "arp-request", "frame": padded(ask).hex()}
    tell = Ether(dst=BROADCAST, src=OWN_MAC) / ARP(op=1, hwsrc=OWN_MAC, psrc=OWN, pdst=OWN, **whole)
    yield {"name": "arp-announcement", "kind": "arp-announcement", "frame": padded(tell).hex()}
    for name, sender in (("request", PEER), ("probe", "0.0.0.0")):
        request = Ether(dst=BROADCAST, src=PEER_MAC) / ARP(op=1, hwsrc=PEER_MAC, psrc=sender, pdst=OWN, **whole)
        reply = Ether(dst=PEER_MAC, src=OWN_MAC) / ARP(
            op=2, hwsrc=OWN_MAC, psrc=OWN, hwdst=PEER_MAC, pdst=sender, **whole)
        for length, form in (("short", bytes), ("padded", padded)):
            yield {
                "name": f"arp-answer-{name}-{length}", "kind": "arp-answer", "request": form(request).hex(),
                "reply": form(reply).hex(),
            }


def echoes(rng: random.Random):
    for size in (0, 1, 18, 56, 1472):
        for options in ([], [IPOption_RR(routers=["10.0.0.1"])]):
            message = {"id": rng.randrange(0x10000), "seq": rng.randrange(0x10000)}
            dscp, payload = rng.randrange(64) << 2, Raw(rng.randbytes(size))
            request = to_gateway(tos=dscp | 1, id=rng.randrange(0x10000), ttl=3, options=options) / ICMP(type=8, **message) / payload
            reply = to_peer(dscp) / ICMP(type=0, **message) / payload
            yield {
                "name": f"echo-{size}{'-options' if options else ''}", "kind": "echo", "request": padded(request).hex(),
                "reply": padded(reply).hex(),
            }


def too_big(rng: random.Random):
    """Lengths on both sides of where the quote ends."""
    hosts = {"src": "198.51.100.7", "dst": "203.0.113.9"}
    back = {"src": hosts["dst"], "dst": hosts["src"]}
    for size in (0, 519, 520, 521, 1400):
        inner = bytes(IP(**hosts, id=7, flags="DF") / UDP(sport=5001, dport=5002) / Raw(rng.randbytes(size)))
        error = IP(**back, flags="DF", id=0, tos=0xC0) / ICMP(type=3, code=4, nexthopmtu=1390) / Raw(inner[:548])
        yield {"name": f"too-big-ipv4-{size}", "kind": "too-big", "inner": inner.hex(), "mtu": 1390, "error": bytes(error).hex()}

    hosts = {"src": "2001:db8:1::7", "dst": "2001:db8:2::9"}
    back = {"src": hosts["dst"], "dst": hosts["src"]}
    payloads = {
        "udp": UDP6(sport=5001, dport=5002) / Raw(rng.randbytes(1400)),
        "echo": ICMPv6EchoRequest(id=1, seq=2, data=rng.randbytes(1184)),
        "odd": UDP6(sport=5001, dport=5002) / Raw(rng.randbytes(1183)),
        "hop-by-hop": IPv6ExtHdrHopByHop() / UDP6(sport=5001, dport=5002),
        "gre": GRE() / Raw(b"abc"),
    }
    for name, payload in payloads.items():
        inner = bytes(IPv6(**hosts, fl=0x12345) / payload)
        error = IPv6(**back, hlim=64) / ICMPv6PacketTooBig(mtu=1390) / Raw(inner[:1232])
        yield {"name": f"too-big-ipv6-{name}", "kind": "too-big", "inner": inner.hex(), "mtu": 1390, "error": bytes(error).hex()}


def vectors():
    rng = random.Random(791)
    return [*datagrams(rng), *received(rng), *arps(), *echoes(rng), *too_big(rng)]


def document() -> str:
    return json.dumps({"about": ABOUT, "vectors": vectors()}, indent=1) + "\n"


def main():
    argparse.ArgumentParser(description=__doc__).parse_args()
    PACKETS.write_text(document())


if __name__ == "__main__":
    main()
