#!/usr/bin/python3
"""Holds the Python reference against every vector file: a wrong model would hide wrong C++."""
import json
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.keywrap import aes_key_unwrap, aes_key_wrap

sys.path.insert(0, str(Path(__file__).parent))
import aaigw_model as model

VECTORS = Path(__file__).parent.parent / "vectors"
unhex = bytes.fromhex


def vectors(file: str, **wanted):
    """Parametrises a test with the vectors of a file whose members are as wanted."""
    found = json.loads((VECTORS / file).read_text())["vectors"]
    chosen = [v for v in found if all(v.get(name) == value for name, value in wanted.items())]
    assert chosen, f"{file} has no vector with {wanted}"
    return pytest.mark.parametrize("v", chosen, ids=lambda v: v["name"])


def hexed(keys: dict) -> dict:
    return {name: v.hex() if isinstance(v, bytes) else v for name, v in keys.items()}


def assert_has(keys: dict, expected: dict):
    got = hexed(keys)
    assert {name: got.get(name) for name in expected} == expected


@pytest.mark.parametrize("file", sorted(VECTORS.glob("*.json")), ids=lambda file: file.name)
def test_every_vector_says_where_it_comes_from(file):
    found = json.loads(file.read_text())["vectors"]
    assert found and len({v["name"] for v in found}) == len(found)
    for v in found:
        assert v["source"] and v["status"] in ("published", "consistency"), v["name"]


@vectors("primitives.json", algorithm="aes-cmac")
def test_aes_cmac(v):
    assert model.aes_cmac(unhex(v["key"]), unhex(v["message"])).hex() == v["mac"]


@vectors("primitives.json", algorithm="aes-block")
def test_aes_block(v):
    assert model.aes_ecb(unhex(v["key"]), unhex(v["input"])).hex() == v["output"]


@vectors("primitives.json", algorithm="aes-ctr")
def test_aes_ctr(v):
    key, first_counter, plain = (unhex(v[name]) for name in ("key", "first_counter", "plain"))
    assert model.aes_ctr(key, first_counter, plain).hex() == v["cipher"]


@vectors("primitives.json", algorithm="aes-ccm")
def test_aes_ccm(v):
    key, nonce, aad, plain = (unhex(v[name]) for name in ("key", "nonce", "aad", "plain"))
    icv = len(v["icv"]) // 2
    sealed = model.ccm_seal(key, nonce, plain, icv, aad)
    assert sealed.hex() == v["cipher"] + v["icv"]
    assert model.ccm_open(key, nonce, sealed, icv, aad) == plain


@vectors("primitives.json", algorithm="aes-key-wrap")
def test_aes_key_wrap(v):
    key, plain, wrapped = unhex(v["key"]), unhex(v["plain"]), unhex(v["wrapped"])
    assert aes_key_wrap(key, plain) == wrapped
    assert aes_key_unwrap(key, wrapped) == plain


@vectors("primitives.json", algorithm="hmac-sha1")
def test_hmac_sha1(v):
    assert model.MIS_PRFS["hmac-sha1"](unhex(v["key"]), unhex(v["message"])).hex() == v["mac"]


@vectors("primitives.json", algorithm="hmac-sha256")
def test_hmac_sha256(v):
    assert model.MIS_PRFS["hmac-sha256"](unhex(v["key"]), unhex(v["message"])).hex() == v["mac"]


@vectors("dot16kdf.json")
def test_dot16kdf(v):
    result = model.dot16kdf(unhex(v["key"]), unhex(v["astring"]), v["bits"]).hex()
    if "output" in v:
        assert result == v["output"]
    else:
        assert result.endswith(v["output_tail"])


@vectors("dot16kdf.json", name="set_1_ak")
def test_dot16kdf_truncates_to_the_right_both_times(v):
    key, astring = unhex(v["key"]), unhex(v["astring"])

    def blocks(k: bytes) -> bytes:
        texts = [model.be(i, 4) + astring + model.be(v["bits"], 4) for i in (0, 1)]
        return b"".join(model.aes_cmac(k, text) for text in texts)

    size = v["bits"] // 8
    assert blocks(key[-16:])[-size:].hex() == v["output"]
    assert v["wrong_truncations"] == {
        "key_leftmost": blocks(key[:16])[-size:].hex(),
        "result_leftmost": blocks(key[-16:])[:size].hex(),
        "both_leftmost": blocks(key[:16])[:size].hex(),
    }


@vectors("dot16kdf_sha1.json")
def test_dot16kdf_sha1(v):
    assert model.dot16kdf_sha1(unhex(v["key"]), unhex(v["astring"]), v["bits"]).hex() == v["output"]


@vectors("mzone_keys.json")
def test_mzone_keys(v):
    inputs = [unhex(v[name]) for name in ("msk", "nonce_ams", "nonce_abs", "amsid", "absid")]
    numbers = [v[name] for name in ("count", "ak_sn", "said", "counter_tek")]
    assert_has(model.mzone_keys(v["profile"], *inputs, *numbers), v["expect"])


@vectors("lzone_keys.json")
def test_lzone_keys(v):
    if "pmk_mzone" in v:
        pmk = model.pmk_lzone(unhex(v["pmk_mzone"]))
    else:
        pmk = unhex(v["pmk"] if "pmk" in v else v["msk"])[-20:]
    addresses = unhex(v["msid"]), unhex(v["bsid"])
    numbers = v["count"], v["ak_sn"], v.get("said"), v.get("tek_index")
    keys = model.lzone_keys(pmk, *addresses, *numbers)
    assert_has(keys, v["expect"])


@vectors("mis_keys.json")
def test_mis_keys(v):
    k, nonce_t, nonce_n = (unhex(v[name]) for name in ("k", "nonce_t", "nonce_n"))
    assert hexed(model.mis_keys(k, nonce_t, nonce_n, v["suite"], v["prf"])) == v["expect"]


@vectors("mis_other_keys.json", kind="said")
def test_mis_said(v):
    identities = v["mn_id"].encode(), v["pos_id"].encode()
    nonces = unhex(v["nonce_t"]), unhex(v["nonce_n"])
    said = model.mis_said(v["prf"], unhex(v["miak"]), *identities, *nonces)
    assert said.hex() == v["output"]


@vectors("mis_other_keys.json", kind="msrk")
def test_mis_msrk(v):
    k, nonce_t, nonce_n = (unhex(v[name]) for name in ("k", "nonce_t", "nonce_n"))
    assert model.msrk(v["prf"], k, nonce_t, nonce_n).hex() == v["output"]


@vectors("mis_other_keys.json", kind="mspmk")
def test_mis_mspmk(v):
    msrk, mn_link_id, poa_link_id = (unhex(v[n]) for n in ("msrk", "mn_link_id", "poa_link_id"))
    assert model.mspmk(v["prf"], msrk, mn_link_id, poa_link_id).hex() == v["output"]


@vectors("mis_other_keys.json", kind="wrap")
def test_mis_wrap(v):
    key, nonce_t, nonce_n = (unhex(v[name]) for name in ("key", "nonce_t", "nonce_n"))
    identity = v["identity"].encode()
    pad = model.mis_wrap_pad(v["prf"], key, identity, nonce_t, nonce_n)
    assert pad.hex() == v["pad"]
    assert bytes(a ^ b for a, b in zip(unhex(v["k"]), pad)).hex() == v["wrapped"]
    if "pad_without_nonce_t" in v:
        other = model.mis_wrap_pad(v["prf"], key, identity, b"", nonce_n)
        assert other.hex() == v["pad_without_nonce_t"] != v["pad"]


@vectors("mis_pdu.json")
def test_mis_pdu(v):
    pdu, aad = unhex(v["pdu"]), unhex(v["aad"])
    assert pdu.startswith(aad)
    block = model.mis_seal(unhex(v["miek"]), pdu[:8], int(v["counter"], 16), aad, unhex(v["plain"]))
    assert block.hex() == v["encr_block"]
    assert block in pdu


@vectors("kdf_33220.json")
def test_kdf_33220(v):
    result = model.kdf_33220(unhex(v["key"]), v["fc"], *map(unhex, v["parameters"]))
    assert result.hex().endswith(v["output"])


@vectors("milenage.json")
def test_milenage(v):
    assert_has(model.milenage(*(unhex(v[name]) for name in ("k", "op", "rand", "sqn", "amf"))), v["expect"])


@vectors("eps_keys.json")
def test_eps_keys(v):
    optional = v.get("imsi"), v.get("index"), v["eea"], v["eia"]
    keys = model.eps_keys(unhex(v["kasme"]), v["direction"], v["nas_count"], *optional)
    assert_has(keys, v["expect"])


@vectors("mzone_pdu.json")
def test_mzone_pdu(v):
    tek, payload, pdu = unhex(v["tek"]), unhex(v["payload"]), unhex(v["pdu"])
    icv, ctr, short = v.get("icv", 8), v["mode"] == "ctr", v["header"] == "spmh"
    numbers = (v["stid"], v["fid"], v["eks"], v["pn"])
    assert model.mzone_protect(tek, *numbers, payload, icv, ctr, v.get("sn")) == pdu
    nonce = model.mzone_nonce(pdu[:2], *numbers)
    assert nonce.hex() == v["nonce"]
    assert model.ccm_counter(nonce, 0).hex() == v["ctr0"]
    if not ctr:
        assert model.ccm_b0(nonce, icv, len(payload)).hex() == v["b0"]
    opened = model.mzone_unprotect(tek, v["stid"], pdu, icv, ctr, short)
    assert opened == {"fid": v["fid"], "eks": v["eks"], "pn": v["pn"], "payload": payload}


@pytest.mark.parametrize("crc", ["ofdm", "ofdma"])
@vectors("lzone_pdu.json")
def test_lzone_pdu(v, crc):
    tek, payload = unhex(v["tek"]), unhex(v["payload"])
    pdu = unhex(v["pdu_without_crc"] + v["crc_" + crc])
    function = {"ofdm": model.crc32_ofdm, "ofdma": model.crc32_ofdma}[crc]
    assert model.lzone_protect(tek, v["cid"], v["eks"], v["pn"], payload, function) == pdu
    nonce = model.lzone_nonce(pdu, v["pn"])
    assert nonce.hex() == v["nonce"]
    assert model.ccm_b0(nonce, 8, len(payload)).hex() == v["b0"]
    assert model.ccm_counter(nonce, 0).hex() == v["ctr0"]
    plain_header = unhex(v["plain_header"])
    assert model.crc8(plain_header[:5]) == plain_header[5]
    opened = model.lzone_unprotect(tek, pdu, function)
    assert opened == {"cid": v["cid"], "eks": v["eks"], "pn": v["pn"], "payload": payload}


@vectors("control_cmac.json")
def test_control_cmac(v):
    key, akid, message = unhex(v["key"]), unhex(v["akid"]), unhex(v["message"])
    if v["zone"] == "mzone":
        text = model.mzone_cmac_input(akid, v["cmac_pn"], v["stid"], v["fid"], message)
        value = model.mzone_cmac(key, akid, v["cmac_pn"], v["stid"], v["fid"], message)
    else:
        text = model.lzone_cmac_input(akid, v["cmac_pn"], v["cid"], message)
        value = model.lzone_cmac(key, akid, v["cmac_pn"], v["cid"], message)
    assert text.hex() == v["input"]
    assert model.aes_cmac(key, text).hex() == v["aes_cmac"]
    assert value.hex() == v["cmac"]
