#!/usr/bin/python3
"""Independent Python reference of the key hierarchies and PDU formats, made to be compared with.

Slow and short. Written from the formulas, never from the C++ code. Keys, nonces and addresses are
`bytes`, numbers are `int`. The *_keys functions give dictionaries with the names and the order of the
`aaigwctl derive` commands.
"""
import hashlib
import hmac
import zlib

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESCCM
from cryptography.hazmat.primitives.cmac import CMAC


class Refused(Exception):
    """The PDU or message is not what it claims to be."""


def be(value: int, size: int) -> bytes:
    return value.to_bytes(size, "big")


# primitives
# ----------------------------------------------------------------------------


def aes_cmac(key: bytes, message: bytes) -> bytes:
    mac = CMAC(algorithms.AES(key))
    mac.update(message)
    return mac.finalize()


def aes_ecb(key: bytes, blocks: bytes) -> bytes:
    return Cipher(algorithms.AES(key), modes.ECB()).encryptor().update(blocks)


def aes_ctr(key: bytes, first_counter: bytes, data: bytes) -> bytes:
    return Cipher(algorithms.AES(key), modes.CTR(first_counter)).encryptor().update(data)


def ccm_seal(key: bytes, nonce: bytes, data: bytes, icv: int, aad: bytes = b"") -> bytes:
    """RFC 3610 by hand and by the library, which must agree."""
    length_bytes = 15 - len(nonce)
    flags = (0x40 if aad else 0) | (icv - 2) // 2 << 3 | (length_bytes - 1)
    text = bytes([flags]) + nonce + be(len(data), length_bytes)
    if aad:
        text += _padded(be(len(aad), 2) + aad)
    text += _padded(data)
    tag = bytes(16)
    for block in range(0, len(text), 16):
        tag = aes_ecb(key, bytes(a ^ b for a, b in zip(tag, text[block:block + 16])))
    counter = bytes([length_bytes - 1]) + nonce + bytes(length_bytes)
    stream = aes_ctr(key, counter, tag[:icv] + bytes(16 - icv) + data)
    sealed = stream[16:] + stream[:icv]
    assert sealed == AESCCM(key, tag_length=icv).encrypt(nonce, data, aad)
    return sealed


def ccm_open(key: bytes, nonce: bytes, sealed: bytes, icv: int, aad: bytes = b"") -> bytes:
    if len(sealed) < icv:
        raise Refused("shorter than its ICV")
    try:
        return AESCCM(key, tag_length=icv).decrypt(nonce, sealed, aad)
    except InvalidTag:
        raise Refused("ICV") from None


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 16)


def crc8(data: bytes) -> int:
    """HCS: x^8 + x^2 + x + 1, start 0, most significant bit first."""
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc << 1 ^ (0x07 if crc & 0x80 else 0)) & 0xFF
    return crc


def crc32_ofdma(data: bytes) -> bytes:
    """CRC-32 most significant bit first, not reflected, sent big-endian."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte << 24
        for _ in range(8):
            crc = (crc << 1 ^ (0x04C11DB7 if crc & 0x80000000 else 0)) & 0xFFFFFFFF
    return be(crc ^ 0xFFFFFFFF, 4)


def crc32_ofdm(data: bytes) -> bytes:
    """CRC-32 least significant bit first (IEEE 802.3), sent little-endian."""
    return zlib.crc32(data).to_bytes(4, "little")


def dot16kdf(key: bytes, astring: bytes, bits: int) -> bytes:
    """Dot16KDF in its AES-CMAC form; both truncations keep the rightmost bits."""
    result = b""
    for block in range((bits + 127) // 128):
        result += aes_cmac(key[-16:], be(block, 4) + astring + be(bits, 4))
    return result[-(bits // 8):]


def dot16kdf_sha1(key: bytes, astring: bytes, bits: int) -> bytes:
    """Dot16KDF in its SHA-1 form (unconfirmed): plain SHA-1 with the key at the end."""
    result = b""
    for block in range((bits + 159) // 160):
        result += hashlib.sha1(be(block, 4) + astring + be(bits, 4) + key[-20:]).digest()
    return result[-(bits // 8):]


# MZone keys (PKMv3)
# ----------------------------------------------------------------------------


def mzone_pmk(profile: str, msk: bytes, nonce_ams: bytes, nonce_abs: bytes) -> bytes:
    return dot16kdf(msk, nonce_ams + nonce_abs + b"PMK", 160) if profile == "draft" else msk[-20:]


def amsid_star(
    profile: str, amsid: bytes, absid: bytes, nonce_ams: bytes, nonce_abs: bytes
) -> bytes:
    astring = absid + nonce_abs if profile == "draft" else nonce_ams
    return dot16kdf(amsid + bytes(10), astring, 48)


def mzone_keys(
    profile: str, msk: bytes, nonce_ams: bytes, nonce_abs: bytes, amsid: bytes, absid: bytes,
    count: int, ak_sn: int, said: int, counter_tek: int,
) -> dict:
    pmk = mzone_pmk(profile, msk, nonce_ams, nonce_abs)
    star = amsid_star(profile, amsid, absid, nonce_ams, nonce_abs)
    in_ak = be(count, 2) if profile == "draft" else b""
    keys = {"pmk": pmk, "amsid_star": star, "ak": dot16kdf(pmk, star + absid + in_ak + b"AK", 160)}
    keys["akid"] = dot16kdf(keys["ak"], be(ak_sn, 1) + star + absid + b"AK", 64)
    parent = keys["ak"]
    if profile == "final":
        parent = dot16kdf(keys["ak"], be(count, 2) + b"CMAC-TEK prekey", 160)
        keys["cmac_tek_prekey"] = parent
    both = dot16kdf(parent, b"CMAC_KEYS", 256)
    keys["cmac_key_u"], keys["cmac_key_d"] = both[:16], both[16:]
    keys["tek"] = dot16kdf(parent, be(said, 1) + be(counter_tek, 2) + b"TEK", 128)
    keys["eks"] = counter_tek % 4
    return keys


# LZone keys (PKMv2)
# ----------------------------------------------------------------------------


def pmk_lzone(pmk_mzone: bytes) -> bytes:
    return dot16kdf(pmk_mzone, b"PMK for LZONE", 160)


def seamless_tek(kek: bytes, count: int, said: int, tek_index: int) -> bytes:
    label = b"TEK" + str(tek_index).encode() + b" Generation"
    return dot16kdf(kek, be(count, 2) + be(said, 2) + label, 128)


def lzone_keys(
    pmk: bytes, msid: bytes, bsid: bytes, count: int, ak_sn: int,
    said: int | None = None, tek_index: int | None = None,
) -> dict:
    ak = dot16kdf(pmk, msid + bsid + b"AK", 160)
    three = dot16kdf(ak, msid + bsid + b"CMAC_KEYS+KEK", 384)
    prekey_u, prekey_d, kek = three[:16], three[16:32], three[32:]
    block = bytes(14) + be(count, 2)
    keys = {
        "pmk": pmk,
        "ak": ak,
        "akid": dot16kdf(ak, be(ak_sn, 1) + msid + bsid + b"AK", 64),
        "cmac_prekey_u": prekey_u,
        "cmac_prekey_d": prekey_d,
        "kek": kek,
        "cmac_key_u": aes_ecb(prekey_u, block),
        "cmac_key_d": aes_ecb(prekey_d, block),
    }
    if said is not None:
        keys["seamless_tek"] = seamless_tek(kek, count, said, tek_index)
    return keys


# MIS keys (IEEE 802.21)
# ----------------------------------------------------------------------------

MIS_PRFS = {
    "hmac-sha256": lambda key, message: hmac.digest(key, message, "sha256"),
    "hmac-sha1": lambda key, message: hmac.digest(key, message, "sha1"),
    "cmac-aes": lambda key, message: aes_cmac(key[:16], message),
}

# suite: octets of MIAK, MIIK, MIEK
MIS_SUITES = {1: (16, 20, 16), 2: (16, 20, 0), 3: (16, 16, 0), 4: (16, 0, 16)}


def prf_ctr(prf: str, key: bytes, label: bytes, context: bytes, bits: int) -> bytes:
    result = b""
    block = 0
    while 8 * len(result) < bits:
        block += 1
        result += MIS_PRFS[prf](key, label + be(block, 4) + context + be(bits, 4))
    return result[:bits // 8]


def misk(prf: str, k: bytes, nonce_t: bytes, nonce_n: bytes, suite: int) -> bytes:
    return prf_ctr(prf, k, b"MISK", nonce_t + nonce_n + bytes([suite]), 8 * sum(MIS_SUITES[suite]))


def mis_keys(
    k: bytes, nonce_t: bytes, nonce_n: bytes, suite: int, prf: str = "hmac-sha256"
) -> dict:
    key = misk(prf, k, nonce_t, nonce_n, suite)
    miak, miik, _ = MIS_SUITES[suite]
    return {"miak": key[:miak], "miik": key[miak:miak + miik], "miek": key[miak + miik:]}


def octet_string(text: bytes) -> bytes:
    assert len(text) < 128
    return bytes([len(text)]) + text


def mis_said(
    prf: str, miak: bytes, mn_id: bytes, pos_id: bytes, nonce_t: bytes, nonce_n: bytes
) -> bytes:
    identities = octet_string(mn_id) + octet_string(pos_id)
    return MIS_PRFS[prf](miak, b"SAID" + identities + nonce_t + nonce_n)[:8]


def msrk(prf: str, k: bytes, nonce_t: bytes, nonce_n: bytes) -> bytes:
    return prf_ctr(prf, k, b"MSRK", nonce_t + nonce_n, 512)


def mspmk(prf: str, msrk_key: bytes, mn_link_id: bytes, poa_link_id: bytes) -> bytes:
    return prf_ctr(prf, msrk_key, b"MSPMK", mn_link_id + poa_link_id, 256)


def mis_wrap_pad(prf: str, key: bytes, identity: bytes, nonce_t: bytes, nonce_n: bytes) -> bytes:
    """The pad that is XORed with K; the wrapped K is its own inverse."""
    return prf_ctr(prf, key, b"KWRP", octet_string(identity) + nonce_t + nonce_n, 128)


def mis_seal(miek: bytes, header: bytes, counter: int, aad: bytes, plain: bytes) -> bytes:
    """ENCR_BLOCK of suite 4; `header` is the MIS header, 8 octets with the final length."""
    nonce = header[4:6] + be(counter, 10) + header[1:2]
    return be(counter, 10) + ccm_seal(miek, nonce, plain, 16, aad)


# EPS keys
# ----------------------------------------------------------------------------

EPS_DIRECTIONS = {"idle": 0, "handover": 1}


def kdf_33220(key: bytes, fc: int, *parameters: bytes) -> bytes:
    """TS 33.220 Annex B."""
    return hmac.digest(key, bytes([fc]) + b"".join(p + be(len(p), 2) for p in parameters), "sha256")


def milenage(k: bytes, op: bytes, rand: bytes, sqn: bytes, amf: bytes) -> dict:
    """TS 35.206 4.1."""

    def xor(a: bytes, b: bytes) -> bytes:
        return bytes(x ^ y for x, y in zip(a, b, strict=True))

    def function(rotated: bytes, constant: int, added: bytes = bytes(16)) -> bytes:
        return xor(aes_ecb(k, xor(xor(rotated, be(constant, 16)), added)), opc)

    opc = xor(aes_ecb(k, op), op)
    temp = aes_ecb(k, xor(rand, opc))
    base = xor(temp, opc)
    in1 = xor((sqn + amf) * 2, opc)
    out1 = function(in1[8:] + in1[:8], 0, temp)
    out2 = function(base, 1)
    return {
        "opc": opc,
        "mac_a": out1[:8],
        "mac_s": out1[8:],
        "res": out2[8:],
        "ck": function(base[4:] + base[:4], 2),
        "ik": function(base[8:] + base[:8], 4),
        "anonymity_key": out2[:6],
        "resync_anonymity_key": function(base[12:] + base[:12], 8)[:6],
    }


def kasme_prime(kasme: bytes, direction: str, nas_count: int) -> bytes:
    return kdf_33220(kasme, 0x72, bytes([EPS_DIRECTIONS[direction]]), be(nas_count, 4))


def eps_nas_key(kasme: bytes, distinguisher: int, algorithm: int) -> bytes:
    return kdf_33220(kasme, 0x15, bytes([distinguisher]), bytes([algorithm]))[-16:]


def kenb(kasme: bytes, nas_count: int) -> bytes:
    return kdf_33220(kasme, 0x11, be(nas_count, 4))


def kcv(kasme: bytes, imsi: str, index: int) -> bytes:
    return hmac.digest(kasme, b"KCV" + imsi.encode() + be(index, 4), "sha256")[:8]


def eps_keys(
    kasme: bytes, direction: str, nas_count: int,
    imsi: str | None = None, index: int | None = None, eea: int = 2, eia: int = 2,
) -> dict:
    prime = kasme_prime(kasme, direction, nas_count)
    keys = {
        "kasme_prime": prime,
        "knas_enc": eps_nas_key(prime, 1, eea),
        "knas_int": eps_nas_key(prime, 2, eia),
        "kenb": kenb(prime, 0xFFFFFFFF),  # no NAS message of the new context has been counted yet
    }
    if imsi is not None:
        keys["kcv"] = kcv(prime, imsi, index)
    return keys


# MZone PDU
# ----------------------------------------------------------------------------


def agmh(fid: int, length: int, extended: bool = False) -> bytes:
    return be(fid << 12 | extended << 11 | length, 2)


def spmh(fid: int, length: int, sn: int, extended: bool = False) -> bytes:
    return be(fid << 12 | extended << 11 | length << 4 | sn, 2)


def mzone_nonce(header: bytes, stid: int, fid: int, eks: int, pn: int) -> bytes:
    return header + be(stid << 4 | fid, 2) + bytes(6) + be(eks << 22 | pn, 3)


def ccm_b0(nonce: bytes, icv: int, length: int) -> bytes:
    return bytes([(icv - 2) // 2 << 3 | 1]) + nonce + be(length, 2)


def ccm_counter(nonce: bytes, index: int) -> bytes:
    return b"\x01" + nonce + be(index, 2)


def mzone_protect(
    tek: bytes, stid: int, fid: int, eks: int, pn: int, payload: bytes,
    icv: int = 8, ctr: bool = False, sn: int | None = None,
) -> bytes:
    """`sn` given: the flow has the short header (SPMH)."""
    length = 2 + 3 + len(payload) + (0 if ctr else icv)
    if length > (2047 if sn is None else 127):
        raise ValueError("payload does not fit the length field")
    header = agmh(fid, length) if sn is None else spmh(fid, length, sn)
    nonce = mzone_nonce(header, stid, fid, eks, pn)
    if ctr:
        return header + nonce[-3:] + aes_ctr(tek, ccm_counter(nonce, 1), payload)
    return header + nonce[-3:] + ccm_seal(tek, nonce, payload, icv)


def mzone_unprotect(
    tek: bytes, stid: int, pdu: bytes, icv: int = 8, ctr: bool = False, short: bool = False
) -> dict:
    if len(pdu) < 5 + (0 if ctr else icv):
        raise Refused("too short")
    header = int.from_bytes(pdu[:2], "big")
    if header & 0x0800:
        raise Refused("extended headers are not modelled")
    if len(pdu) != (header >> 4 & 0x7F if short else header & 0x7FF):
        raise Refused("length field")
    fid, eks, pn = header >> 12, pdu[2] >> 6, int.from_bytes(pdu[2:5], "big") & 0x3FFFFF
    nonce = mzone_nonce(pdu[:2], stid, fid, eks, pn)
    if ctr:
        plain = aes_ctr(tek, ccm_counter(nonce, 1), pdu[5:])
    else:
        plain = ccm_open(tek, nonce, pdu[5:], icv)
    return {"fid": fid, "eks": eks, "pn": pn, "payload": plain}


# LZone PDU
# ----------------------------------------------------------------------------


def gmh(
    cid: int, length: int, eks: int = 0, encrypted: bool = False, ci: bool = False, kind: int = 0
) -> bytes:
    """Generic MAC header; `kind` is the 6-bit Type field."""
    second = ci << 6 | eks << 4 | length >> 8
    first_five = bytes([encrypted << 6 | kind, second, length & 0xFF]) + be(cid, 2)
    return first_five + bytes([crc8(first_five)])


def lzone_nonce(header: bytes, pn: int) -> bytes:
    return header[:5] + bytes(4) + pn.to_bytes(4, "little")


def lzone_protect(
    tek: bytes, cid: int, eks: int, pn: int, payload: bytes, crc=None, kind: int = 0
) -> bytes:
    """`crc`: none (CI=0), or crc32_ofdma or crc32_ofdm (CI=1)."""
    length = 6 + 4 + len(payload) + 8 + (4 if crc else 0)
    if length > 2047:
        raise ValueError("payload does not fit the length field")
    header = gmh(cid, length, eks, True, crc is not None, kind)
    nonce = lzone_nonce(header, pn)
    pdu = header + nonce[-4:] + ccm_seal(tek, nonce, payload, 8)
    return pdu + crc(pdu) if crc else pdu


def lzone_unprotect(tek: bytes, pdu: bytes, crc=crc32_ofdma) -> dict:
    if len(pdu) < 6 or crc8(pdu[:5]) != pdu[5]:
        raise Refused("HCS")
    if pdu[0] & 0x80 or not pdu[0] & 0x40:
        raise Refused("not an encrypted PDU with a generic header")
    if len(pdu) != (pdu[1] & 7) << 8 | pdu[2]:
        raise Refused("length field")
    body = pdu
    if pdu[1] & 0x40:
        body = pdu[:-4]
        if crc(body) != pdu[-4:]:
            raise Refused("CRC")
    if len(body) < 18:
        raise Refused("too short")
    pn = int.from_bytes(body[6:10], "little")
    plain = ccm_open(tek, lzone_nonce(body, pn), body[10:], 8)
    cid, eks = int.from_bytes(body[3:5], "big"), body[1] >> 4 & 3
    return {"cid": cid, "eks": eks, "pn": pn, "payload": plain}


# CMAC of control messages
# ----------------------------------------------------------------------------


def mzone_cmac_input(akid: bytes, cmac_pn: int, stid: int, fid: int, message: bytes) -> bytes:
    return akid + be(cmac_pn, 3) + be(stid << 4 | fid, 2) + bytes(3) + message


def lzone_cmac_input(akid: bytes, cmac_pn: int, cid: int, message: bytes) -> bytes:
    return akid + be(cmac_pn, 4) + be(cid, 2) + bytes(2) + message


def mzone_cmac(key: bytes, akid: bytes, cmac_pn: int, stid: int, fid: int, message: bytes) -> bytes:
    return aes_cmac(key, mzone_cmac_input(akid, cmac_pn, stid, fid, message))[-8:]


def lzone_cmac(key: bytes, akid: bytes, cmac_pn: int, cid: int, message: bytes) -> bytes:
    return aes_cmac(key, lzone_cmac_input(akid, cmac_pn, cid, message))[-8:]
