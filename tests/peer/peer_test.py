#!/usr/bin/python3
"""Holds the Python peer against published answers, the block-by-block model, aaigwctl, scapy and stock tshark."""
import json
import os
import random
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "model")]
import aai_peer as peer
import aaigw_model as model
import pcap

VECTORS = HERE.parent / "vectors"
ENGINES = ("ipsec-mb", "openssl")
unhex = bytes.fromhex


def vectors(file: str):
    found = json.loads((VECTORS / file).read_text())["vectors"]
    assert found
    return pytest.mark.parametrize("v", found, ids=lambda v: v["name"])


def end(zone: peer.Zone, tek: bytes, eks: int, pn: int, icv: int = 8) -> peer.Sa:
    """The end that receives `pn`, whatever its direction."""
    sa = peer.Sa(zone, [peer.Tek(eks, tek)], icv=icv, uplink=not pn & zone.uplink)
    sa.teks[0].window.highest = max(0, (pn & zone.last) - 1)
    return sa


def mzone_open(sa: peer.Sa, stid: int, pdu: bytes) -> tuple[bytes, bool]:
    return sa.open(peer.mzone_sealed(stid, pdu))


def lzone_open(sa: peer.Sa, pdu: bytes) -> tuple[bytes, bool]:
    return sa.open(peer.lzone_sealed(pdu))


# Published answers
# ----------------------------------------------------------------------------


@vectors("mzone_pdu.json")
def test_mzone_vector(v):
    tek, payload, pdu = unhex(v["tek"]), unhex(v["payload"]), unhex(v["pdu"])
    icv = 0 if v["mode"] == "ctr" else v["icv"]
    numbers = v["stid"], v["fid"], v["eks"], v["pn"]
    assert peer.mzone_seal(tek, *numbers, payload, icv=icv, sn=v.get("sn")) == pdu
    assert peer.mzone_nonce(pdu[:2], v["stid"], v["fid"], pdu[2:5]).hex() == v["nonce"]
    short = {v["fid"]} if v["header"] == "spmh" else ()
    assert peer.mzone_split(pdu + pdu, short) == ([pdu, pdu], True)
    sa = end(peer.MZONE, tek, v["eks"], v["pn"], icv)
    assert mzone_open(sa, v["stid"], pdu) == (payload, icv != 0)


@vectors("lzone_pdu.json")
def test_lzone_vector(v):
    tek, payload = unhex(v["tek"]), unhex(v["payload"])
    pdu = unhex(v["pdu_without_crc"] + v["crc_ofdma"])
    assert peer.lzone_seal(tek, v["cid"], v["eks"], v["pn"], payload, crc=True) == pdu
    assert peer.lzone_nonce(pdu, pdu[6:10]).hex() == v["nonce"]
    assert peer.lzone_split(pdu + pdu) == ([pdu, pdu], True)
    assert lzone_open(end(peer.LZONE, tek, v["eks"], v["pn"]), pdu) == (payload, True)


# The model, which shares the library's AES block and nothing else
# ----------------------------------------------------------------------------


def random_payload(rng: random.Random, most: int) -> bytes:
    return rng.randbytes(rng.choice([0, 1, 15, 16, 17, most, rng.randint(0, most)]))


def random_mzone(rng: random.Random, gateway_sends: bool | None = None) -> dict:
    """Arguments of model.mzone_protect; `gateway_sends` chooses the half of the PN."""
    icv, short = rng.choice([0, 4, 8]), rng.random() < 0.3
    number = rng.choice([1, 0x1FFFFF, rng.randint(1, 0x1FFFFF)])
    downlink = rng.random() < 0.5 if gateway_sends is None else gateway_sends
    most = (peer.MAX_SHORT_PDU if short else peer.MAX_PDU) - 5 - icv
    return {
        "tek": rng.randbytes(16), "stid": rng.randrange(4096), "fid": rng.choice([1, 3, rng.randint(3, 15)]),
        "eks": rng.randrange(4), "pn": number if downlink else number | 0x200000,
        "payload": random_payload(rng, most), "icv": icv or 8, "ctr": not icv,
        "sn": rng.randrange(16) if short else None,
    }


def mzone_seal(v: dict, ext: bytes | None = None) -> bytes:
    numbers = v["stid"], v["fid"], v["eks"], v["pn"]
    icv = 0 if v["ctr"] else v["icv"]
    return peer.mzone_seal(v["tek"], *numbers, v["payload"], icv=icv, sn=v["sn"], ext=ext)


def random_lzone(rng: random.Random) -> dict:
    return {
        "tek": rng.randbytes(16), "cid": rng.randrange(1 << 16), "eks": rng.randrange(4),
        "pn": rng.choice([1, 0x7FFFFFFF, 0x80000001, rng.getrandbits(32)]),
        "payload": random_payload(rng, peer.MAX_PDU - 22),
    }


def test_mzone_pdus_are_those_of_the_model():
    rng = random.Random("mzone")
    for _ in range(300):
        v = random_mzone(rng)
        assert mzone_seal(v) == model.mzone_protect(**v), v


def test_lzone_pdus_are_those_of_the_model():
    rng = random.Random("lzone")
    for _ in range(300):
        v, crc = random_lzone(rng), rng.random() < 0.5
        expected = model.lzone_protect(**v, crc=model.crc32_ofdma if crc else None)
        assert peer.lzone_seal(**v, crc=crc) == expected, v


def test_checksums_are_those_of_the_model():
    rng = random.Random("checksums")
    for size in [*range(20), 1500]:
        data = rng.randbytes(size)
        assert peer.hcs(data) == model.crc8(data)
        assert peer.crc32(data) == model.crc32_ofdma(data)


def unhexed(v: dict) -> tuple:
    return unhex(v["key"]), unhex(v["akid"]), v["cmac_pn"], unhex(v["message"])


@vectors("control_cmac.json")
def test_control_cmac_vector(v):
    key, akid, number, message = unhexed(v)
    mzone = v["zone"] == "mzone"
    connection = v["stid"] << 4 | v["fid"] if mzone else v["cid"]
    assert peer.cmac_value(key, akid, number.to_bytes(3 if mzone else 4, "big"), connection, message).hex() == v["cmac"]


# What the model does not have
# ----------------------------------------------------------------------------


@pytest.mark.parametrize("size", [0, 1, 7, 40, 254])
def test_extended_headers_are_skipped(size):
    rng = random.Random(size)
    ext = rng.randbytes(size)
    v = {**random_mzone(rng), "payload": b"payload", "sn": None, "ctr": False, "fid": 5}
    pdu = mzone_seal(v, ext)
    sa = end(peer.MZONE, v["tek"], v["eks"], v["pn"], v["icv"])
    assert mzone_open(sa, v["stid"], pdu) == (b"payload", True)
    v = {**random_lzone(rng), "payload": b"payload", "pn": 1}
    pdu = peer.lzone_seal(**v, ext=ext, crc=True)
    assert lzone_open(end(peer.LZONE, v["tek"], v["eks"], 1), pdu) == (b"payload", True)


def expect(verdict: str, call, *arguments):
    with pytest.raises(peer.Drop) as dropped:
        call(*arguments)
    assert dropped.value.verdict == verdict


def test_every_changed_bit_of_an_mzone_pdu_is_refused():
    pdu = peer.mzone_seal(bytes(16), 7, 3, 0, 0x200005, b"twelve bytes")
    for bit in range(len(pdu) * 8):
        changed = bytearray(pdu)
        changed[bit // 8] ^= 0x80 >> bit % 8
        sa = end(peer.MZONE, bytes(16), 0, 0x200001)
        pdus, whole = peer.mzone_split(bytes(changed))
        assert whole == (pdus == [changed])
        if whole:
            with pytest.raises(peer.Drop):
                mzone_open(sa, 7, pdus[0])
        assert sa.teks[0].window.highest == 0


def test_window_takes_each_number_once_and_none_below_it():
    rng = random.Random("window")
    for size in (32, 128, 1024):
        window, taken = peer.ReplayWindow(size), set()
        for _ in range(5000):
            number = max(0, window.highest + rng.randint(-size - 5, rng.choice([3, 3, 3, 2 * size])))
            fits = number > 0 and number not in taken and number > max(taken, default=0) - size
            try:
                window.accept(number)
            except peer.Drop as drop:
                assert drop.verdict == "drop_replay" and not fits
            else:
                assert fits
                taken.add(number)


def test_a_forgery_neither_moves_the_window_nor_spoils_its_pn():
    v = {"tek": bytes(16), "stid": 7, "fid": 3, "eks": 0, "pn": 0x200009, "payload": b"x"}
    pdu = model.mzone_protect(**v)
    sa = end(peer.MZONE, bytes(16), 0, 0x200001)
    expect("drop_icv", mzone_open, sa, 7, pdu[:-1] + bytes([pdu[-1] ^ 1]))
    assert mzone_open(sa, 7, pdu) == (b"x", True)
    expect("drop_replay", mzone_open, sa, 7, pdu)


def test_pn_of_the_wrong_half_is_refused_and_the_last_one_is_the_last():
    tek = peer.Tek(0, bytes(16), next_pn=0x1FFFFF)
    sent = peer.Sa(peer.MZONE, [tek])
    assert sent.take() == (tek, 0x1FFFFF)
    expect("drop_pn_exhausted", sent.take)
    pdu = peer.mzone_seal(bytes(16), 7, 3, 0, 1, b"x")
    expect("drop_wrong_half", mzone_open, peer.Sa(peer.MZONE, [peer.Tek(0, bytes(16))]), 7, pdu)


def test_counter_mode_jumps_by_a_window_at_most():
    sa = peer.Sa(peer.MZONE, [peer.Tek(2, bytes(16))], icv=0, window=32)
    far, near = (peer.mzone_seal(bytes(16), 7, 3, 2, 0x200000 + n, b"x", icv=0) for n in (65, 64))
    expect("drop_pn_jump", mzone_open, sa, 7, far)
    assert sa.teks[0].window.highest == 32
    assert mzone_open(sa, 7, near) == (b"x", False)
    assert mzone_open(sa, 7, far) == (b"x", False)


@pytest.mark.parametrize("zone", [peer.MZONE, peer.LZONE], ids=lambda zone: zone.name)
def test_signed_messages_are_verified_once_and_in_order(zone):
    context = peer.Context({}, 3, bytes(8), bytes(range(16)))
    station = peer.Station(0, 7, contexts={zone.name: [context]})
    connection = 7 << 4 if zone is peer.MZONE else 700

    def verify(cmac_pn: int, spoil: int = 0) -> bool:
        if zone is peer.MZONE:
            read = peer.mzone_tuple(peer.mzone_signed(context, 7, cmac_pn, b"\x80message"))
        else:
            read = peer.lzone_tuple(peer.lzone_signed(context, 700, cmac_pn, b"message", bytes(6 * (cmac_pn % 2))))
        assert read.message.endswith(b"message")
        signed = peer.CmacTuple(read.ak_sn, read.cmac_pn, bytes([read.value[0] ^ spoil]) + read.value[1:], read.message)
        return station.verify(zone, signed, connection)

    assert verify(5) and verify(6)
    expect("drop_cmac", verify, 9, 1)
    expect("drop_cmac_replay", verify, 6)
    assert verify(7)
    context.ak_sn = 4
    station.contexts[zone.name] = [peer.Context({}, 3, bytes(8), bytes(16))]
    assert not verify(8)


def test_messages_without_a_tuple():
    assert peer.mzone_tuple(b"\x7f" + bytes(20)) is None and peer.lzone_tuple(bytes(20)) is None
    for message in (b"", b"\x80" + bytes(11), b"\x80\x10" + bytes(11)):
        expect("drop_pdu", peer.mzone_tuple, message)
    for message in (b"", b"\0" + bytes([141, 13, 0x10]) + bytes(12)):
        expect("drop_pdu", peer.lzone_tuple, message)


def test_limits_and_uses_of_a_tek():
    teks = [peer.Tek(0, bytes(16), "uplink"), peer.Tek(1, bytes(16), "downlink", hard_limit=2, ceiling=1)]
    sa = peer.Sa(peer.MZONE, teks)
    assert sa.take() == (teks[1], 1)
    expect("drop_pn_ceiling", sa.take)
    teks[1].ceiling = 2
    assert sa.take() == (teks[1], 2)
    expect("drop_pn_exhausted", sa.take)
    assert mzone_open(sa, 7, peer.mzone_seal(bytes(16), 7, 3, 0, 0x200001, b"x")) == (b"x", True)
    expect("drop_no_key", mzone_open, sa, 7, peer.mzone_seal(bytes(16), 7, 3, 1, 0x200002, b"x"))


def test_the_newest_context_that_can_open_a_pdu_does():
    keys = [bytes([number]) * 16 for number in range(3)]
    sas = [peer.Sa(peer.MZONE, [peer.Tek(0, keys[0])]), peer.Sa(peer.MZONE, [peer.Tek(0, keys[1])])]

    def open_with(key: bytes, eks: int = 0):
        sealed = peer.mzone_sealed(7, peer.mzone_seal(key, 7, 3, eks, 0x200001, b"x"))
        return peer.open_any(sas, sealed)

    assert open_with(keys[0]) == open_with(keys[1]) == (b"x", True)
    expect("drop_replay", open_with, keys[1])
    expect("drop_no_key", open_with, keys[1], 1)


# aaigwctl
# ----------------------------------------------------------------------------


def run_all(argument_lists) -> list[dict]:
    def run(arguments):
        command = [os.environ["AAIGWCTL"], *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, timeout=30, check=False)
        assert done.returncode == 0, (arguments, done.stderr)
        return json.loads(done.stdout)

    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        return list(pool.map(run, argument_lists))


def options(v: dict, *names: str) -> list:
    spelled = {name: v[name].hex() if isinstance(v[name], bytes) else v[name] for name in names}
    return [part for name in names for part in (f"--{name}", spelled[name])]


@pytest.mark.parametrize("engine", ENGINES)
def test_aaigwctl_makes_and_reads_the_same_mzone_pdus(engine):
    rng = random.Random("ctl mzone")
    cases = [{**random_mzone(rng), "sn": None} for _ in range(60)]
    for v in cases:
        v["payload"] = v["payload"][:1400]
    form = [["--ctr"] if v["ctr"] else ["--icv", v["icv"]] for v in cases]
    common = [[*f, "--engine", engine] for f in form]
    made = run_all(["pdu", "protect", "mzone", *options(v, "tek", "stid", "fid", "eks", "pn"), *c, v["payload"].hex()]
                   for v, c in zip(cases, common))
    assert [unhex(m["pdu"]) for m in made] == [mzone_seal(v) for v in cases]
    opened = run_all(["pdu", "unprotect", "mzone", *options(v, "tek", "stid"), *c, mzone_seal(v).hex()]
                     for v, c in zip(cases, common))
    assert opened == [{"fid": v["fid"], "eks": v["eks"], "pn": v["pn"], "payload": v["payload"].hex()} for v in cases]


@pytest.mark.parametrize("engine", ENGINES)
def test_aaigwctl_makes_and_reads_the_same_lzone_pdus(engine):
    rng = random.Random("ctl lzone")
    cases = [random_lzone(rng) for _ in range(60)]
    made = run_all(["pdu", "protect", "lzone", *options(v, "tek", "cid", "eks", "pn"), "--engine", engine,
                    v["payload"].hex()] for v in cases)
    assert [unhex(m["pdu"]) for m in made] == [peer.lzone_seal(**v) for v in cases]
    opened = run_all(["pdu", "unprotect", "lzone", *options(v, "tek"), "--engine", engine,
                      peer.lzone_seal(**v, crc=rng.random() < 0.5).hex()] for v in cases)
    assert opened == [{"cid": v["cid"], "eks": v["eks"], "pn": v["pn"], "payload": v["payload"].hex()} for v in cases]


# Captures
# ----------------------------------------------------------------------------


def test_captures_read_back_as_written(tmp_path):
    packets = [bytes([size % 251]) * size for size in (1, 60, 1514)]
    pcap.write(tmp_path / "some.pcap", packets)
    assert pcap.read(tmp_path / "some.pcap") == packets
    if shutil.which("tshark") is None:
        pytest.fail("tshark is not installed: apt-get install tshark")
    command = ["tshark", "-r", tmp_path / "some.pcap", "-T", "fields", "-e", "frame.len"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split() == ["1", "60", "1514"]
