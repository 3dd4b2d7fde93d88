#!/usr/bin/python3
"""No key or plaintext leaves aaigwctl, except in the JSON fields that are its output."""
import base64
import hashlib
import json
import random
import re

import pytest
from offline_commands import COMMANDS, ENGINES, arguments_of, as_printed, expected
from offline_commands import random_inputs, run, run_all, spell

# A fragment of this many bytes, so of eight hex digits, counts as a leak.
FRAGMENT = 4


def marker(name: str, size: int) -> bytes:
    """The recognisable value of a secret option."""
    return hashlib.shake_256(f"marker of {name}".encode()).digest(size)


# The search
# ----------------------------------------------------------------------------


def windows(text, size: int) -> set:
    return {text[at:at + size] for at in range(len(text) - size + 1)}


def base64_forms(secret: bytes) -> set:
    """Eight characters (48 bits) of the secret in base64, wherever in a longer text it begins."""
    found = set()
    for before in range(3):
        text = base64.b64encode(bytes(before) + secret).decode().rstrip("=")
        # The characters that share bits with what stands before or after are left out.
        found |= windows(text[-(-8 * before // 6):len(text) - 1], 8)
    return found | {form.translate(str.maketrans("+/", "-_")) for form in found}


def leaks(output: bytes, secret: bytes) -> set:
    """The forms in which at least a fragment of the secret stands in the output."""
    found = set()
    text = output.decode("latin-1")
    digits = re.sub(r"\\x|0x|[\s:,'\"-]", "", text.lower())
    if any(fragment in digits for fragment in windows(secret.hex(), 2 * FRAGMENT)):
        found.add("hex")
    if any(fragment in output for fragment in windows(secret, FRAGMENT)):
        found.add("raw")
    if any(form in text for form in base64_forms(secret)):
        found.add("base64")
    return found


PLANTED = marker("planted", 20)


@pytest.mark.parametrize(
    "form, text",
    [
        ("raw", PLANTED),
        ("raw", b"bad value " + PLANTED[5:5 + FRAGMENT] + b"!"),
        ("hex", PLANTED.hex().encode()),
        ("hex", PLANTED.hex().upper().encode()),
        ("hex", b"bad value '" + PLANTED.hex(":").upper().encode() + b"'"),
        ("hex", b"--" + PLANTED.hex()[7:7 + 2 * FRAGMENT].encode() + b": unknown option"),
        ("hex", "".join(f"\\x{byte:02x}" for byte in PLANTED).encode()),
        ("hex", ", ".join(f"0x{byte:02X}" for byte in PLANTED).encode()),
        ("base64", base64.b64encode(PLANTED)),
        ("base64", base64.b64encode(b"?" + PLANTED)),
        ("base64", base64.b64encode(b"??" + PLANTED + b"?")),
        ("base64", base64.urlsafe_b64encode(PLANTED)),
    ],
)
def test_the_search_finds_what_was_planted(form, text):
    assert form in leaks(text, PLANTED)


def test_the_search_finds_nothing_else():
    assert leaks(marker("other", 4096), PLANTED) == set()
    assert leaks(marker("other", 4096).hex().encode(), PLANTED) == set()
    assert leaks(PLANTED.hex()[:2 * FRAGMENT - 1].encode(), PLANTED) == set()


# What is run
# ----------------------------------------------------------------------------


def marked_inputs(command: str, name: str | None = None) -> dict:
    """Valid inputs with `name` given; each secret, and the content of a PDU, is a marker."""
    if "unprotect" in command:
        protect = command.replace("unprotect", "protect")
        sent = marked_inputs(protect)
        sent.pop("--ctr", None)  # there is nothing in such a PDU that could fail
        values = {o.name: sent[o.name] for o in COMMANDS[command] if o.name in sent}
        return {**values, "PDU": expected(protect, sent)["pdu"]}
    rng = random.Random(command)
    values = random_inputs(rng, command)
    while name is not None and name not in values:
        values = random_inputs(rng, command)
    for option in COMMANDS[command]:
        if option.secret and option.name in values:
            values[option.name] = marker(option.name, option.size or 40)
    return values


def secrets_of(command: str, values: dict) -> dict:
    """Everything that may not be shown: what was given, what would be derived or decrypted."""
    secrets = {o.name: values[o.name] for o in COMMANDS[command] if o.secret and o.name in values}
    public = ("amsid_star", "akid", "pdu", "cmac", "kcv")  # sent on the air or made to be shown
    for name, value in expected(command, values).items():
        if isinstance(value, bytes) and len(value) >= FRAGMENT and name not in public:
            secrets[name] = value
    return secrets


def assert_silent(ran, secrets: dict):
    """A failure that says nothing of the secrets."""
    assert ran.status in (1, 2), ran.status
    assert ran.stdout == b""
    for name, secret in secrets.items():
        assert not leaks(ran.stderr, secret), f"{name} in the message of status {ran.status}"


secret_options = pytest.mark.parametrize(
    "command, option",
    [(command, o) for command in COMMANDS for o in COMMANDS[command] if o.secret],
    ids=lambda part: getattr(part, "name", part),
)
each_engine = pytest.mark.parametrize("engine", ENGINES)


@each_engine
@secret_options
def test_success_shows_a_secret_in_its_fields_only(command, option, engine):
    values = marked_inputs(command, option.name)
    ran = run(arguments_of(command, values, engine))
    assert (ran.status, ran.stderr) == (0, b"")
    printed = json.loads(ran.stdout)
    fields = dict(as_printed(expected(command, values)))
    for name, secret in secrets_of(command, values).items():
        # Fields of which the contract says that they hold it, such as the PMK that was given.
        holders = {f for f, value in fields.items() if leaks(str(value).encode(), secret)}
        outside = ran.stdout.decode()
        for field in holders:
            outside = outside.replace(printed[field], "", 1)
        assert not leaks(outside.encode(), secret), name


def bad_texts(option, text: str):
    """The secret with something wrong in it."""
    yield from (text[:-1], text + "0", text[:9] + "g" + text[10:], text[:-1] + "G", "0x" + text)
    yield from (text[:20] + ":" + text[20:], " ".join(re.findall("..", text)), "'" + text + "'")
    if option.size is not None:
        yield from (text[:-2], text + "00", text + text, text[:16])
    yield from ("@" + text, "@./" + text, "--" + text, "-" + text)


@secret_options
def test_a_bad_secret_is_not_shown(command, option, tmp_path):
    values = marked_inputs(command, option.name)
    secrets = secrets_of(command, values)
    arguments = arguments_of(command, values)
    place = arguments.index(spell(values[option.name]))

    def with_text(text):
        return [*arguments[:place], text, *arguments[place + 1:]]

    texts = list(bad_texts(option, arguments[place]))
    for ran in run_all(with_text(text) for text in texts):
        assert_silent(ran, secrets)
    for text in texts[:4] + [arguments[place] + "\0", "\n" + arguments[place][:9] + "\nx"]:
        (tmp_path / "value").write_text(text)
        assert_silent(run(with_text(f"@{tmp_path}/value")), secrets)
        assert_silent(run(with_text("-"), text.encode()), secrets)
    assert_silent(run(with_text("-"), values[option.name]), secrets)  # raw bytes, not hex


@secret_options
def test_a_secret_in_the_wrong_place_is_not_shown(command, option):
    values = marked_inputs(command, option.name)
    secrets = secrets_of(command, values)
    text = spell(values[option.name])
    arguments = arguments_of(command, values)
    tried = [
        [*arguments, text], [*arguments, "--", text], [*arguments, "--" + text],
        [*arguments, "-" + text], [*arguments, "--" + text[:18]], [*arguments, "--k" + text[:16]],
        [*arguments, "--nonsense", text], [*arguments, "--nonsense=" + text],
        [*arguments, "--" + text + "=1"], [*arguments, "--engine", text],
        [*arguments, "--engine=" + text], [*arguments, option.name + text],
        [text], [text, *arguments], [*command.split()[:1], text], [*command.split(), text],
        [*command.split()[:1], text[:16], *arguments[1:]],
    ]
    if option.name.startswith("--"):
        tried += [
            [*arguments, option.name, text], [*arguments, f"{option.name}={text}"],
            [*arguments, option.name], [*arguments, option.name[:-1] + "x", text],
        ]
    for ran in run_all(tried):
        assert_silent(ran, secrets)


@secret_options
def test_a_secret_as_the_value_of_another_option_is_not_shown(command, option):
    values = marked_inputs(command, option.name)
    secrets = secrets_of(command, values)
    others = [o.name for o in COMMANDS[command] if o.name in values and o.kind != "flag"]
    tried = [
        arguments_of(command, {**values, name: spell(values[option.name])})
        for name in others
        if name != option.name and not fits(command, name, values[option.name])
    ]
    assert tried
    for ran in run_all(tried):
        assert_silent(ran, secrets)


def fits(command: str, name: str, value: bytes) -> bool:
    """Whether the value is a valid one of that option too, so that nothing is wrong."""
    option = next(o for o in COMMANDS[command] if o.name == name)
    return option.kind == "hex" and option.size in (None, len(value)) and name != "PDU"


@each_engine
@pytest.mark.parametrize("command", ["pdu unprotect mzone", "pdu unprotect lzone"])
def test_a_pdu_that_fails_shows_neither_key_nor_plaintext(command, engine):
    values = marked_inputs(command)
    secrets = secrets_of(command, values)
    assert secrets == {"--tek": marker("--tek", 16), "payload": marker("PAYLOAD", 40)}
    pdu = values["PDU"]
    changes = [{"PDU": pdu[:at] + bytes([pdu[at] ^ 1]) + pdu[at + 1:]} for at in range(len(pdu))]
    changes += [{"PDU": pdu[:size]} for size in range(0, len(pdu), 7)]
    changes += [{"PDU": pdu + b"\0"}, {"--tek": marker("another key", 16)}]
    if "--stid" in values:
        changes += [{"--stid": values["--stid"] ^ 1}]
    for ran in run_all(arguments_of(command, {**values, **change}, engine) for change in changes):
        assert_silent(ran, secrets)
