#!/usr/bin/python3
"""Writes the inputs that fuzzing starts from: the published example PDUs, and one of each layout and of each way to be wrong."""

import argparse
import json
import struct
import zlib
from pathlib import Path

# What the first bytes of an input choose; see mzone_fuzz.cpp, lzone_fuzz.cpp, net_fuzz.cpp and path_fuzz.cpp.
AGMH, SPMH = 0, 1
CTR, CCM4, CCM8 = 0, 1, 2
OFDMA, OFDM, REPAIR = 0, 1, 2
FRAME, INNER, CHECKSUMS = 0, 1, 2
(ACCESS_FRAME, CORE_FRAME, MZONE_BURST, LZONE_BURST, MZONE_PAYLOAD, LZONE_PAYLOAD, MZONE_CONTROL, LZONE_CONTROL, GRE_PAYLOAD,
 COMMAND) = range(10)


def hcs(header):
    """CRC-8 with polynomial 0x07."""
    remainder = 0
    for byte in header:
        remainder ^= byte
        for _ in range(8):
            remainder = (remainder << 1 ^ 0x07) & 0xFF if remainder & 0x80 else remainder << 1
    return remainder


def reverse_bits(data):
    return bytes(int(f"{byte:08b}"[::-1], 2) for byte in data)


def crc_ofdm(data):
    return struct.pack("<I", zlib.crc32(data))


def crc_ofdma(data):
    """The same CRC with the bits of each byte the other way round."""
    return reverse_bits(struct.pack("<I", zlib.crc32(reverse_bits(data))))


def mzone(layout, protection, data, spmh_flows=0):
    return struct.pack(">BH", layout + 2 * protection, spmh_flows) + data


def agmh(fid, rest, extended=0):
    return struct.pack(">H", fid << 12 | extended << 11 | (2 + len(rest)) & 0x7FF) + rest


def spmh(fid, number, rest):
    return struct.pack(">H", fid << 12 | (2 + len(rest)) << 4 | number) + rest


def signaling(kind, length, contents):
    return (2 << (8 * length - 4) | kind << (8 * length - 9) | length << (8 * length - 12) | contents).to_bytes(length, "big")


def mzone_inputs():
    payload = bytes(range(32))
    group = bytes.fromhex("04a0b0c0")
    downlink, uplink = bytes.fromhex("000001"), bytes.fromhex("600001")
    icv4, icv8 = bytes(4), bytes(8)
    # The consistency examples of the nonce layout.
    yield "dl-agmh-icv8", mzone(AGMH, CCM8, bytes.fromhex(
        "402d000001ac60a834e3e0bddd3a50d104de6abbe5b980521b3215e8599356c5d481aaa8ecfdfc58cd69a8b081"))
    yield "ul-agmh-icv8", mzone(AGMH, CCM8, bytes.fromhex(
        "402d6000011b226b70e7ba3b3c6e5513541b8507ce3d29f4f23d9fd822768becc28c70ac2ebf35f1317f43f54b"))
    yield "dl-agmh-icv4", mzone(AGMH, CCM4, bytes.fromhex(
        "4029000001fbef40ad36426e9efa9b763fc69a2f7aa76aab1ed02254b956018b0409fc10269083e267"))
    yield "dl-spmh-icv4", mzone(SPMH, CCM4, bytes.fromhex(
        "52950000022e8eaaa75005d1fcd5073962742f45dacdc485d6f769f93eee63c3dc808935b8600c9fd0"), 1 << 5)
    yield "dl-agmh-ctr", mzone(AGMH, CTR, bytes.fromhex(
        "60250000035eabfbbeb49743213090711607e0ba926cae4f6c3ed0a50eea1d7dd9f4607bc8"))
    yield "extended", mzone(AGMH, CCM8, agmh(4, group + uplink + payload + icv8, 1))
    yield "extended-spmh", mzone(SPMH, CCM4, struct.pack(">H", 0x5800 | 17 << 4) + group + downlink + bytes(4) + icv4, 1 << 5)
    yield "extended-long", mzone(AGMH, CCM8, agmh(4, group + uplink + bytes(2100) + icv8, 1))
    yield "extended-zero", mzone(AGMH, CCM8, agmh(4, bytes(16), 1))
    yield "extended-past-end", mzone(AGMH, CCM8, agmh(4, b"\xff" + bytes(15), 1))
    yield "empty-payload", mzone(AGMH, CCM8, agmh(4, downlink + icv8))
    yield "no-icv", mzone(AGMH, CCM8, agmh(4, downlink + icv4))
    yield "longest", mzone(AGMH, CCM8, agmh(15, downlink + bytes(2047 - 2 - 3)))
    yield "burst", mzone(AGMH, CCM8, agmh(4, downlink + payload + icv8) + spmh(5, 3, downlink + icv4)
                         + signaling(5, 2, 3) + signaling(17, 6, 0x123456789) + agmh(0, bytes(5)), 1 << 5)
    yield "burst-rest", mzone(AGMH, CCM8, agmh(4, downlink + icv8) + b"\x40")
    yield "burst-zero-length", mzone(AGMH, CCM8, agmh(4, downlink + icv8) + bytes(4))
    yield "burst-signaling-reserved", mzone(AGMH, CCM8, bytes.fromhex("20702000"))
    yield "empty", b""


def gmh(cid, rest, encrypted=0, kind=0, extended=0, crc=None, eks=0):
    """A whole PDU; `crc` is the function that computes it."""
    length = 6 + len(rest) + (4 if crc else 0)
    header = struct.pack(">BHH", encrypted << 6 | kind, extended << 15 | bool(crc) << 14 | eks << 12 | length, cid)
    pdu = header + bytes([hcs(header)]) + rest
    return pdu + crc(pdu) if crc else pdu


def lzone_inputs():
    first = bytes.fromhex("40401a06c45abcf65721e75536c827a8d71b432ca548")
    second = bytes.fromhex(
        "4040377eb2c7087dd078713fb122b9734fdbfd682ead9dca9f441f62fe0f4a2c45b553173d665b2d53c1b3e7e48d2db761cf94")
    # The AES-CCM examples of IEEE 802.16-2004.
    for name, pdu in (("first", first), ("second", second)):
        yield f"{name}-ofdma", bytes([OFDMA]) + pdu + crc_ofdma(pdu)
        yield f"{name}-ofdm", bytes([OFDM]) + pdu + crc_ofdm(pdu)
    request = bytes.fromhex("80002a0301")
    request += bytes([hcs(request)])
    body = bytes.fromhex("01000000") + bytes(range(20)) + bytes(8)
    group = bytes.fromhex("03a0b0")
    yield "protected", bytes([OFDMA]) + gmh(0x301, body, encrypted=1, eks=2)
    yield "protected-extended", bytes([REPAIR]) + gmh(0x301, group + body, encrypted=1, extended=1, crc=crc_ofdma)
    yield "clear", bytes([OFDMA]) + gmh(0x301, b"\x45" + bytes(27))
    yield "clear-extended", bytes([OFDMA | REPAIR]) + gmh(0x301, group + bytes(4), extended=1, kind=0x15)
    yield "management", bytes([OFDMA]) + gmh(1, bytes.fromhex("0912011d08a0a1a2a3a4a5a6a7"), crc=crc_ofdma)
    yield "wrong-crc", bytes([OFDMA]) + gmh(1, bytes(4), crc=lambda _: bytes(4))
    yield "wrong-hcs", bytes([OFDMA]) + first[:5] + bytes(20)
    yield "bandwidth-request", bytes([OFDMA]) + request
    yield "burst", bytes([OFDMA]) + gmh(0x301, body, encrypted=1) + request + gmh(2, bytes(3)) + b"\xff\xff\xff"
    yield "burst-repaired", bytes([REPAIR]) + gmh(0x301, body, encrypted=1) + request + gmh(2, bytes(3), crc=crc_ofdma)
    yield "burst-past-end", bytes([OFDMA]) + gmh(0x301, bytes(8))[:-1]
    yield "burst-length-5", bytes([REPAIR]) + bytes.fromhex("000005030100")
    yield "longest", bytes([REPAIR]) + gmh(0x301, bytes(2047 - 6), encrypted=1)
    yield "padding", bytes([OFDMA]) + b"\xff"


def gsmtap(kind, arfcn=0, frame=0, sector=0, burst=b"\x40\x02", words=4):
    return struct.pack(">BBBBHBBIBBBB", 2, words, 7, 0, arfcn, 0, 0, frame, kind, sector, 0, 0) + burst


def gsmtap_inputs():
    yield "lzone-downlink", gsmtap(0x13, frame=1)
    yield "lzone-uplink", gsmtap(0x13, 0x4000, frame=0xFFFFFFFF, sector=255)
    yield "mzone-downlink", gsmtap(0x41, 0x0123, sector=1)
    yield "mzone-uplink", gsmtap(0x41, 0x4FFF, frame=12345)
    yield "ignored-fields", bytes.fromhex("020407ffffffffff0102030441ffffff4002")
    yield "no-burst", gsmtap(0x41, burst=b"")
    yield "five-words", gsmtap(0x41, words=5, burst=bytes(8))
    yield "other-sub-type", gsmtap(0x10)
    yield "short", gsmtap(0x41)[:15]


def gre_inputs():
    key, inner = bytes.fromhex("00001234"), bytes.fromhex("4500ab")
    yield "ipv4", bytes.fromhex("20000800") + key + inner
    yield "ipv6", bytes.fromhex("200086dd") + key + b"\x60"
    yield "sequence", bytes.fromhex("30000800") + key + bytes(4) + inner
    yield "checksum", bytes.fromhex("a000080055ca0000") + key + inner
    yield "checksum-sequence", bytes.fromhex("b000080045c30000") + key + bytes.fromhex("00000007") + inner
    yield "wrong-checksum", bytes.fromhex("a000080000000000") + key + inner
    yield "reserved-bits", bytes.fromhex("23f80800") + key + inner
    yield "routing", bytes.fromhex("60000800") + key + inner
    yield "no-key", bytes.fromhex("00000800") + inner
    yield "ethernet", bytes.fromhex("20006558") + key + inner
    yield "short", bytes.fromhex("2000080000")


def cmac_tuple_inputs():
    value = bytes.fromhex("cd6fea56c64636ae")
    yield "mzone", bytes.fromhex("0a012345") + value
    yield "mzone-reserved-bits", bytes.fromhex("fa012345") + value
    yield "lzone", bytes.fromhex("8d0d0500000001") + value
    yield "lzone-bsid", bytes.fromhex("8d13050000bb02000300000001") + value
    yield "lzone-reserved-bits", bytes.fromhex("8d0df500000001") + value
    yield "lzone-length-14", bytes.fromhex("8d0e0500000001") + value + b"\0"
    yield "lzone-short", bytes.fromhex("8d0d0500000001") + value[:7]
    yield "hmac", bytes.fromhex("951505") + bytes(20)


def ipv4(protocol, payload, options=b"", total=None, fragment=0x4000, source="c0000202", destination="c0000201"):
    """Without checksum: the target sets it."""
    total = 20 + len(options) + len(payload) if total is None else total
    header = struct.pack(">BBHHHBBH", 0x45 + len(options) // 4, 0, total, 0, fragment, 64, protocol, 0)
    return header + bytes.fromhex(source + destination) + options + payload


def ipv6(next_header, payload, source=1, destination=2):
    addresses = b"".join((0x20010DB8 << 96 | host).to_bytes(16, "big") for host in (source, destination))
    return struct.pack(">IHBB", 6 << 28, len(payload), next_header, 64) + addresses + payload


def arp(operation, sender="c0000202"):
    return bytes.fromhex("000108000604") + struct.pack(">H", operation) + bytes.fromhex(
        "020000000002" + sender + "000000000000" + "c0000201")


def net_inputs():
    def frame(ether_type, payload, flags=CHECKSUMS, to="020000000001"):
        return bytes([FRAME | flags, 0]) + bytes.fromhex(to + "020000000002") + struct.pack(">H", ether_type) + payload

    def inner(packet, flags=CHECKSUMS, number=200):
        return bytes([INNER | flags, number]) + packet

    udp = struct.pack(">HHHH", 0xC123, 4729, 11, 0) + b"abc"
    ping = bytes.fromhex("0800000012340001") + b"abcd"
    route = bytes.fromhex("8307040a00000100")
    yield "arp-request", frame(0x0806, arp(1) + bytes(18), to="ff" * 6)
    yield "arp-probe", frame(0x0806, arp(1, "00000000"), to="ff" * 6)
    yield "arp-reply", frame(0x0806, arp(2))
    yield "arp-short", frame(0x0806, arp(1)[:27])
    yield "udp", frame(0x0800, ipv4(17, udp))
    yield "udp-padded", frame(0x0800, ipv4(17, udp) + bytes(7))
    yield "udp-options", frame(0x0800, ipv4(17, udp, bytes.fromhex("94040000")))
    yield "udp-checksum", frame(0x0800, ipv4(17, bytes.fromhex("c1231279000be3d4616263")))
    yield "udp-nic-checksum", frame(0x0800, ipv4(17, bytes.fromhex("c1231279000b0001616263")), 4)
    yield "udp-past-end", frame(0x0800, ipv4(17, udp[:-1]))
    yield "gre", frame(0x0800, ipv4(47, bytes.fromhex("2000080000001234")))
    yield "fragment", frame(0x0800, ipv4(17, udp, fragment=0x2000))
    yield "total-past-end", frame(0x0800, ipv4(17, udp, total=32))
    yield "ping", frame(0x0800, ipv4(1, ping))
    yield "ping-padded", frame(0x0800, ipv4(1, ping) + b"\xee" * 30)
    yield "ping-of-zeros", frame(0x0800, ipv4(1, bytes.fromhex("08000000") + bytes(8)))
    yield "ping-record-route", frame(0x0800, ipv4(1, ping, bytes.fromhex("0107070400000000")))
    yield "ping-source-route", frame(0x0800, ipv4(1, ping, route))
    yield "ping-of-a-group", frame(0x0800, ipv4(1, ping, source="e0000001"))
    yield "ping-wrong-checksum", frame(0x0800, ipv4(1, ping), flags=0)
    yield "vlan", frame(0x8100, bytes.fromhex("00010800") + ipv4(17, udp))
    yield "runt", frame(0x0800, b"")[:-1]
    yield "inner-udp", inner(ipv4(17, udp))
    yield "inner-long", inner(ipv4(17, bytes(1400)))
    yield "inner-trailing", inner(ipv4(17, udp) + bytes(9))
    yield "inner-no-room", inner(ipv4(17, udp), CHECKSUMS | 4, 40)
    yield "inner-fragment", inner(ipv4(17, udp, fragment=0x0001))
    yield "inner-icmp-error", inner(ipv4(1, bytes.fromhex("0304")))
    yield "inner-ping", inner(ipv4(1, ping))
    yield "inner-wrong-checksum", inner(ipv4(17, udp), flags=0)
    yield "inner-ipv6", inner(ipv6(17, udp))
    yield "inner-ipv6-long", inner(ipv6(17, bytes(1400)))
    yield "inner-ipv6-headers", inner(ipv6(0, bytes.fromhex(
        "2b00000000000000 3c00000000000000 3300000000000000 2c00000000000000 3a00000100000000 8000")))
    yield "inner-ipv6-error", inner(ipv6(58, b"\x02"))
    yield "inner-ipv6-header-past-end", inner(ipv6(60, bytes.fromhex("3a01000000000000")))
    yield "inner-ipv6-of-a-group", inner(ipv6(17, udp, destination=0xFF00 << 112 | 1))
    yield "inner-empty", inner(b"")


def config_inputs():
    for path in sorted((Path(__file__).parents[2] / "config/examples").glob("*.yaml")):
        yield path.stem, path.read_bytes()
    station = b"lab: true\nstatic: {stations: [{sector: 0, mzone: {stid: 1, contexts: [{pmk_sn: 0, sas: [{said: 1, teks: "
    key = b"000102030405060708090a0b0c0d0e0f"
    yield "empty", b""
    yield "comment", b"# nothing else\n"
    yield "no-mapping", b"[1, 2]\n"
    yield "misspelt", b"rol: abs\nworkers: {core: [1], idel: poll}\nmemory: {packets: 0x2000, packet: 1}\n"
    yield "equal-keys", b"role: abs\nlog: {level: info, level: warn}\n'role': ars\n"
    yield "no-values", b"role:\nlog: ~\nlinks: {access: , core: ''}\nports: [null, ]\n"
    yield "odd-keys", b"? [a, b]\n: 1\n{c: d}: 2\n~: 3\n<<: {e: f}\n? g\n"
    yield "properties", b"lab: !!bool true\nrole: &a abs\nlinks: {access: *a, core: ! x}\nports: &b [*b]\n"
    yield "bomb", b"a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: [*c, *c]\n"
    yield "documents", b"%YAML 1.2\n---\nlab: true\n...\n---\nlab: false\n"
    yield "numbers", b"workers: {cores: [0, 0x0, 00, -1, +1, 1e3, 1023, 1024, 0xffffffffffffffff, 99999999999999999999]}\n"
    yield "scalars", b"state_dir: |\n  /a\n  b\ncontrol_socket: >-\n  /c\n  d\nkeylog: \"/e\\x41\\u00e9\"\nrole: 'a''b'\n"
    yield "keys", station + b"[{eks: 0, key: " + key + b"}, {eks: 1, key: {file: /k}}, {eks: 2, key: [" + key + b"]}]}]}]}}]}\n"
    yield "key-as-name", station + b"[{eks: 0, key: {" + key + b": x}, " + key + b": x}]}]}]}}]}\n"
    yield "key-in-no-lab", (station + b"[{eks: 0, key: " + key + b"}]}]}]}}]}\n").replace(b"true", b"false")
    yield "unclosed", b"ports: [{name: 'access\n"
    yield "tab", b"ports:\n\t- name: a\n"
    yield "deep", b"ports: " + b"[" * 40 + b"]" * 40 + b"\n"
    yield "deep-mappings", b"{a: " * 17 + b"}" * 17
    yield "carriage-returns", b"lab: true\r\nrole: ars\r\n"
    yield "not-utf-8", b"role: \xff\xfe\n"
    yield "controls", b"role: a\x04\nlab: \0\n"
    yield "byte-order-mark", b"\xef\xbb\xbflab: true\n"
    yield "utf-8", "role: é€📡\n\u00e9: 1\n".encode()


def api_request_inputs():
    def request(method, **members):
        return json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, **members}).encode()

    for method in ("version", "counters", "verdicts", "stages", "state", "ports", "health"):
        yield method, request(method)
    yield "state-part", request("state", params={"from": 1, "most": 1})
    yield "state-odd", request("state", params={"from": 2**64 - 1, "most": 0})
    yield "state-wrong", request("state", params={"from": -1, "most": "x", "to": None})
    yield "params-array", request("health", params=[1])
    yield "unknown", request("no-such-method")
    yield "member", request("health", more=1)
    yield "id-text", request("health", id="\u0000\u00e9\U0001f4e1\n")
    yield "id-object", request("health", id={})
    yield "id-float", request("health", id=1e300)
    yield "notification", b'{"jsonrpc":"2.0","method":"health"}'
    yield "version-1", b'{"id":1,"method":"health"}'
    yield "twice", b'{"jsonrpc":"2.0","id":1,"id":2,"method":"health","method":"state"}'
    yield "batch", b"[" + request("health") + b"]"
    yield "empty", b""
    yield "deep", b'{"a":' * 17 + b"1" + b"}" * 17
    yield "brackets-in-text", b'{"jsonrpc":"2.0","id":"[[[[[[[[[[[[[[[[[[[[\\"{{","method":"health"}'
    yield "unclosed", b'{"jsonrpc":"2.0","id":"'
    yield "not-utf-8", b'{"jsonrpc":"2.0","id":"\xff\xfe","method":"health"}'
    yield "zero", request("health") + b"\0" + request("state")
    yield "surrogates", b'{"jsonrpc":"2.0","id":"\\ud800","method":"health"}'
    yield "numbers", b'{"jsonrpc":"2.0","id":99999999999999999999999,"method":"state","params":{"from":1e5,"most":18446744073709551616}}'


def internet_sum(data):
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return struct.pack(">H", ~total & 0xFFFF)


def summed(packet):
    """An IPv4 packet with the right checksum of its header."""
    return packet[:10] + internet_sum(packet[:10] + bytes(2) + packet[12:20]) + packet[12:]


def path_inputs():
    """Stations: 0 plain, 1 with short ICVs, 2 CTR, 3 SPMH, 4 LZone, 5 LZone with CRC, 6 with two contexts, 7 plain."""

    def one(wrap, data, station=0):
        return struct.pack(">BBH", wrap, station, len(data)) + data

    packet = summed(ipv4(17, bytes(40), source="0a010001", destination="0a020002"))
    large = summed(ipv4(17, bytes(1460), source="0a010001", destination="0a020002"))
    gsmtap = bytes.fromhex("02040700 4100 0000 00000000 41 03 0000")
    burst = gsmtap + bytes.fromhex("2a20")
    udp = struct.pack(">HHHH", 0xC100, 4729, 8 + len(burst), 0) + burst
    to_access = bytes.fromhex("020000000001 02aa00000000")
    to_core = bytes.fromhex("020000000002 0200000000c1")
    up = summed(ipv4(17, udp, source="0a000100", destination="c0000201"))
    down = summed(ipv4(47, bytes.fromhex("20000800da7a0000") + packet, source="c6336409", destination="c6336401"))
    generic = bytes.fromhex("00000c1000")
    yield "empty", b""
    yield "arp", one(ACCESS_FRAME, to_access + b"\x08\x06" + arp(1, "0a000100"))
    yield "arp-reply", one(CORE_FRAME, to_core + b"\x08\x06" + arp(2, "c6336409").replace(
        bytes.fromhex("c0000201"), bytes.fromhex("c6336401")))
    yield "up-frame", one(ACCESS_FRAME, to_access + b"\x08\x00" + up)
    yield "down-frame", one(CORE_FRAME, to_core + b"\x08\x00" + down)
    yield "both-ports", one(CORE_FRAME, to_core + b"\x08\x00" + down) + one(ACCESS_FRAME, to_access + b"\x08\x00" + up)
    yield "signaling", one(MZONE_BURST, bytes.fromhex("2a20 2a6111223344"))
    yield "short-pdu", one(MZONE_BURST, bytes.fromhex("4008 602001 aabbcc"))
    yield "forged", one(MZONE_BURST, bytes.fromhex("4015 602001") + bytes(16))
    yield "extended", one(MZONE_BURST, bytes.fromhex("4819 0411223344 602001") + bytes(15), 7)
    yield "two-contexts", one(MZONE_PAYLOAD, packet, 6) + one(MZONE_BURST, bytes.fromhex("400a 602001 0102030405"), 6)
    yield "clear-control", one(MZONE_BURST, bytes.fromhex("0005 010203"))
    yield "lzone-control", one(LZONE_BURST, generic + bytes([hcs(generic)]) + bytes(6), 4)
    yield "lzone-padding", one(LZONE_BURST, b"\xff\xff", 4)
    for station in range(8):
        yield f"payload-{station}", one(MZONE_PAYLOAD, packet, station) + one(LZONE_PAYLOAD, packet, station)
    yield "payload-no-ip", one(MZONE_PAYLOAD, b"\x40") + one(LZONE_PAYLOAD, b"")
    yield "signed", one(MZONE_CONTROL, b"\x80\x01") + one(LZONE_CONTROL, b"\x04\x01", 4)
    yield "down-all", b"".join(one(GRE_PAYLOAD, packet, station) for station in range(8))
    yield "too-big", one(GRE_PAYLOAD, large) + one(GRE_PAYLOAD, packet, 3) + one(GRE_PAYLOAD, packet + bytes(80), 3)
    yield "commands", b"".join(one(COMMAND, bytes(size), size % 8) for size in range(12))


TARGETS = {
    "api_request": api_request_inputs,
    "cmac_tuple": cmac_tuple_inputs,
    "config": config_inputs,
    "gre": gre_inputs,
    "gsmtap": gsmtap_inputs,
    "lzone": lzone_inputs,
    "mzone": mzone_inputs,
    "net": net_inputs,
    "path": path_inputs,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=Path(__file__).parent / "corpus")
    folder = parser.parse_args().folder
    for target, inputs in TARGETS.items():
        (folder / target).mkdir(parents=True, exist_ok=True)
        for name, data in inputs():
            (folder / target / name).write_bytes(data)


if __name__ == "__main__":
    main()
