#!/usr/bin/python3
"""aaigwctl against the Python reference on random inputs, and its refusal of tampered PDUs."""
import json
import random

import pytest
from offline_commands import COMMANDS, ENGINES, arguments_of, as_printed, expected, model
from offline_commands import random_inputs, run, run_all

# Of each command on each engine, with inputs of its own.
CASES = 120


def assert_printed(ran, fields: dict):
    assert ran.status == 0, ran
    assert ran.stderr == b"", ran
    # Pairs, not a dictionary: the order of the keys is part of the contract.
    assert json.loads(ran.stdout, object_pairs_hook=list) == as_printed(fields), ran


def assert_refused(ran, status: int | None = None):
    assert ran.status == status if status is not None else ran.status in (1, 2), ran
    assert ran.stdout == b"", ran
    assert ran.stderr.endswith(b"\n") and ran.stderr.count(b"\n") == 1, ran


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("engine", ENGINES)
def test_random_inputs_give_what_the_reference_gives(command, engine):
    rng = random.Random(f"{command} {engine}")
    inputs = [random_inputs(rng, command) for _ in range(CASES)]
    for values, ran in zip(inputs, run_all(arguments_of(command, v, engine) for v in inputs)):
        assert_printed(ran, expected(command, values))


@pytest.mark.parametrize("command", COMMANDS)
def test_the_default_engine_gives_the_same(command):
    values = random_inputs(random.Random(command), command)
    assert_printed(run(arguments_of(command, values)), expected(command, values))


TEK = bytes.fromhex("8c2d4f0a6b71e39544d0c8a2715f9e03")
OTHER_TEK = bytes.fromhex("8c2d4f0a6b71e39544d0c8a2715f9e02")
PAYLOAD = b"five!"
STID = 0x5A3

SEALED = {
    "mzone_icv_8": (
        "pdu unprotect mzone", {"--stid": STID, "--icv": 8},
        model.mzone_protect(TEK, STID, 4, 1, 0x200123, PAYLOAD),
    ),
    "mzone_icv_4": (
        "pdu unprotect mzone", {"--stid": STID, "--icv": 4},
        model.mzone_protect(TEK, STID, 1, 2, 0x000321, PAYLOAD, icv=4),
    ),
    "mzone_empty": (
        "pdu unprotect mzone", {"--stid": STID, "--icv": 8},
        model.mzone_protect(TEK, STID, 15, 3, 0x3FFFFF, b""),
    ),
    "lzone": (
        "pdu unprotect lzone", {}, model.lzone_protect(TEK, 0x1234, 1, 0x80000007, PAYLOAD)
    ),
    "lzone_with_crc": (
        "pdu unprotect lzone", {},
        model.lzone_protect(TEK, 0x1234, 1, 0x80000007, PAYLOAD, model.crc32_ofdma),
    ),
}

each_sealed = pytest.mark.parametrize("form", SEALED)
each_engine = pytest.mark.parametrize("engine", ENGINES)


def opening(form: str, engine: str, **changed):
    command, values, pdu = SEALED[form]
    return arguments_of(command, {"--tek": TEK, "PDU": pdu, **values, **changed}, engine)


def flipped(data: bytes, bit: int) -> bytes:
    changed = bytearray(data)
    changed[bit // 8] ^= 0x80 >> bit % 8
    return bytes(changed)


@each_sealed
@each_engine
def test_the_unchanged_pdu_is_opened(form, engine):
    command, values, pdu = SEALED[form]
    fields = expected(command, {"--tek": TEK, "PDU": pdu, **values})
    assert fields["payload"] in (PAYLOAD, b"")
    assert_printed(run(opening(form, engine)), fields)


@each_sealed
@each_engine
def test_every_flipped_bit_of_a_pdu_is_refused(form, engine):
    pdu = SEALED[form][2]
    changed = (opening(form, engine, PDU=flipped(pdu, bit)) for bit in range(8 * len(pdu)))
    for ran in run_all(changed):
        assert_refused(ran)


@each_sealed
@each_engine
def test_every_cut_or_longer_pdu_is_refused(form, engine):
    pdu = SEALED[form][2]
    sizes = [pdu[:size] for size in range(len(pdu))] + [pdu + b"\0", pdu + pdu]
    for ran in run_all(opening(form, engine, PDU=changed) for changed in sizes):
        assert_refused(ran)


@each_sealed
@each_engine
def test_another_key_is_refused_with_status_1(form, engine):
    assert_refused(run(opening(form, engine, **{"--tek": OTHER_TEK})), status=1)


@each_engine
@pytest.mark.parametrize("form", [form for form in SEALED if form.startswith("mzone")])
def test_another_station_or_icv_size_is_refused_with_status_1(form, engine):
    assert_refused(run(opening(form, engine, **{"--stid": STID ^ 1})), status=1)
    other = 12 - SEALED[form][1]["--icv"]
    assert_refused(run(opening(form, engine, **{"--icv": other})), status=1)
