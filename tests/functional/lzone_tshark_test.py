#!/usr/bin/python3
"""Stock tshark decodes the LZone bursts that we build: header, HCS, EKS, CID, length and CRC."""
import json
import os
import random
import shutil
import struct
import subprocess
from pathlib import Path

import pytest
from offline_commands import ENGINES, arguments_of, run_all

TSHARK = "tshark"
# Printed once a PDU. Those of the header are there only when its HCS is good.
FIELDS = {
    "ec": "wmx.genericEc",
    "ci": "wmx.genericCi",
    "eks": "wmx.genericEks",
    "len": "wmx.genericLen",
    "cid": "wmx.genericCid",
    "hcs": "wmx.genericHcs",
    "crc": "wmx.genericCrc.status",
}
BAD_HCS = "MAC Header CRC error"
CRC_GOOD, CRC_BAD = "1", "0"

# Below, Wireshark takes a CID for one of MAC management.
FIRST_TRANSPORT_CID = 641


def random_pdu(rng: random.Random, crc: bool) -> dict:
    return {
        "tek": rng.randbytes(16),
        "cid": rng.randint(FIRST_TRANSPORT_CID, 0xFEFF),
        "eks": rng.randrange(4),
        "pn": rng.choice([1, 0x7FFFFFFF, 0x80000001, 0xFFFFFFFF, rng.getrandbits(32)]),
        "crc": crc,
        "payload": rng.randbytes(rng.choice([0, 1, 20, 60, rng.randint(0, 1440), 2047 - 22])),
    }


def pdu_line(pdu: dict) -> str:
    crc = "crc" if pdu["crc"] else "no-crc"
    payload = pdu["payload"].hex() or "-"
    return f"pdu {pdu['tek'].hex()} {pdu['cid']} {pdu['eks']} {pdu['pn']} {crc} {payload}"


def pdu_size(pdu: dict) -> int:
    return 6 + 4 + len(pdu["payload"]) + 8 + (4 if pdu["crc"] else 0)


def made_by_aaigwctl(pdus: list, engine: str) -> list[str]:
    """`raw` lines of PDUs without CRC."""
    names = {"--tek": "tek", "--cid": "cid", "--eks": "eks", "--pn": "pn", "PAYLOAD": "payload"}
    inputs = [{option: pdu[name] for option, name in names.items()} for pdu in pdus]
    printed = run_all(arguments_of("pdu protect lzone", values, engine) for values in inputs)
    return ["raw " + json.loads(ran.stdout)["pdu"] for ran in printed]


def capture(lines: list[str]) -> bytes:
    """The pcap file that lzone_pcap makes of its description."""
    text = "\n".join(lines) + "\n"
    done = subprocess.run(
        [os.environ["LZONE_PCAP"]], input=text.encode(), capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")
    return done.stdout


def packets(pcap: bytes):
    """(first byte of the burst, end of the packet) of each packet."""
    at = 24
    while at < len(pcap):
        size = struct.unpack(">I", pcap[at + 8:at + 12])[0]
        yield at + 16 + 14 + 20 + 8 + 16, at + 16 + size
        at += 16 + size


def decode(pcap: bytes, folder: Path) -> list[dict]:
    """What tshark says of each packet: a list of values a field, and its info column."""
    if shutil.which(TSHARK) is None:
        pytest.fail("tshark is not installed: apt-get install tshark")
    file = folder / "bursts.pcap"
    file.write_bytes(pcap)
    names = [*FIELDS.values(), "_ws.col.Info", "gsmtap.uplink", "udp.dstport", "ip.checksum.status"]
    options = ["-o", "wmx.corrigendum_2_version:TRUE", "-o", "ip.check_checksum:TRUE"]
    options += ["-T", "fields", "-E", "separator=|", "-E", "occurrence=a"]
    done = subprocess.run(
        [TSHARK, "-r", file, *options, *(part for name in names for part in ("-e", name))],
        capture_output=True, text=True, timeout=60, check=True,
    )
    decoded = []
    for line in done.stdout.splitlines():
        *values, info, uplink, port, ip_checksum = line.split("|")
        assert (port, ip_checksum) == ("4729", "1")  # 1: good
        fields = {name: v.split(",") if v else [] for name, v in zip(FIELDS, values)}
        decoded.append({**fields, "info": info, "uplink": uplink == "1"})
    return decoded


def assert_decoded(burst: list, packet: dict):
    """Every PDU of the burst is there, in order, with its own values."""
    header = ("ec", "ci", "eks", "len", "cid")
    numbers = {name: [int(v, 0) for v in packet[name]] for name in header}
    assert BAD_HCS not in packet["info"]
    assert numbers["cid"] == [pdu["cid"] for pdu in burst]
    assert numbers["ec"] == [1] * len(burst)
    assert numbers["ci"] == [int(pdu["crc"]) for pdu in burst]
    assert numbers["eks"] == [pdu["eks"] for pdu in burst]
    assert numbers["len"] == [pdu_size(pdu) for pdu in burst]
    assert len(packet["hcs"]) == len(burst)
    assert packet["crc"] == [CRC_GOOD for pdu in burst if pdu["crc"]]


@pytest.mark.parametrize("crc", [True, False], ids=["with_crc", "without_crc"])
def test_bursts_of_our_pdus_are_decoded(crc, tmp_path):
    rng = random.Random(f"bursts {crc}")
    bursts = [[random_pdu(rng, crc) for _ in range(rng.randint(1, 6))] for _ in range(60)]
    directions = [rng.choice(["uplink", "downlink"]) for _ in bursts]
    lines = []
    for number, (burst, direction) in enumerate(zip(bursts, directions)):
        lines += [pdu_line(pdu) for pdu in burst]
        if number % 3 == 0:
            lines.append(f"padding {rng.randint(1, 40)}")
        lines.append(f"send {burst[0]['cid']} {direction}")
    decoded = decode(capture(lines), tmp_path)
    for burst, direction, packet in zip(bursts, directions, decoded, strict=True):
        assert_decoded(burst, packet)
        assert packet["uplink"] == (direction == "uplink")


@pytest.mark.parametrize("engine", ENGINES)
def test_pdus_of_aaigwctl_are_decoded(engine, tmp_path):
    rng = random.Random("aaigwctl")
    pdus = [random_pdu(rng, crc=False) for _ in range(60)]
    raw = made_by_aaigwctl(pdus, engine)
    # Between PDUs of the library, whose CRC shows that tshark found the boundaries.
    bursts = [[random_pdu(rng, crc=True), pdu, random_pdu(rng, crc=True)] for pdu in pdus]
    lines = []
    for (before, made, after), line in zip(bursts, raw):
        lines += [pdu_line(before), line, pdu_line(after), f"send {made['cid']} downlink"]
    for burst, packet in zip(bursts, decode(capture(lines), tmp_path), strict=True):
        assert_decoded(burst, packet)


# That the values above can be wrong at all
# ----------------------------------------------------------------------------


def decode_flipped(bits: range, folder: Path) -> list[dict]:
    """What tshark says of one PDU with each bit changed; a negative one counts from the end."""
    pdu = random_pdu(random.Random(7), crc=True)
    pcap = bytearray(capture([pdu_line(pdu), f"send {pdu['cid']} downlink"] * len(bits)))
    for bit, (begin, end) in zip(bits, packets(bytes(pcap)), strict=True):
        assert end - begin == pdu_size(pdu)
        pcap[(begin if bit >= 0 else end) + bit // 8] ^= 0x80 >> bit % 8
    return decode(bytes(pcap), folder)


def test_every_flipped_bit_of_the_header_or_its_hcs_is_reported(tmp_path):
    # Not the first bit: Wireshark takes a PDU that begins with 11 for a compressed map.
    for bit, packet in enumerate(decode_flipped(range(1, 6 * 8), tmp_path), 1):
        assert BAD_HCS in packet["info"], f"bit {bit}"


def test_every_flipped_bit_of_the_pn_is_reported(tmp_path):
    assert_bad_crc(decode_flipped(range(6 * 8, 10 * 8), tmp_path))


def test_every_flipped_bit_of_icv_or_crc_is_reported(tmp_path):
    assert_bad_crc(decode_flipped(range(-12 * 8, 0), tmp_path))


def assert_bad_crc(decoded: list[dict]):
    for bit, packet in enumerate(decoded):
        assert BAD_HCS not in packet["info"], f"bit {bit}"
        assert packet["crc"] == [CRC_BAD], f"bit {bit}"
