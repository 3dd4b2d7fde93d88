#!/usr/bin/python3
"""How aaigwctl takes its arguments: spellings, files, ends of ranges, one line on what is wrong."""
import json
import random

import pytest
from offline_commands import COMMANDS, LZONE_ROOTS, arguments_of, as_printed, expected, model
from offline_commands import random_inputs, run, run_all, spell

# How arguments are read does not depend on the engine.
ENGINE = "openssl"

each_command = pytest.mark.parametrize("command", COMMANDS)


def each_option(wanted=lambda option: True):
    """One case for every option of every command that is `wanted`."""
    found = [(command, option) for command in COMMANDS for option in COMMANDS[command]]
    return pytest.mark.parametrize(
        "command, option",
        [case for case in found if wanted(case[1])],
        ids=lambda part: getattr(part, "name", part),
    )


def has_value(option) -> bool:
    return option.kind != "flag"


def has_name_and_value(option) -> bool:
    return has_value(option) and option.name.startswith("--")


def of_kind(kind: str):
    return lambda option: option.kind == kind


def inputs_with(command: str, name: str | None = None) -> dict:
    """Valid inputs in which the option `name`, if any, is given."""
    rng = random.Random(f"{command} {name}")
    for _ in range(200):
        values = random_inputs(rng, command)
        if name is None or name in values:
            return values
    raise AssertionError(f"{command} never has {name}")


def with_value(command: str, name: str, value) -> dict:
    """Valid inputs in which the option `name` has that value; a PDU to open is made for it."""
    values = {**inputs_with(command, name), name: value}
    if command == "pdu unprotect mzone":
        form = {"icv": int(values.get("--icv", 8)), "ctr": "--ctr" in values}
        values["PDU"] = model.mzone_protect(values["--tek"], values["--stid"], 3, 0, 1, b"", **form)
    return values


def assert_prints(ran, command: str, values: dict):
    assert (ran.status, ran.stderr) == (0, b""), ran
    printed = json.loads(ran.stdout, object_pairs_hook=list)
    assert printed == as_printed(expected(command, values)), ran


def assert_bad_input(ran, *names: str):
    """Status 2, nothing on standard output, and one line that names the option."""
    assert (ran.status, ran.stdout) == (2, b""), ran
    text = ran.stderr.decode()
    assert text.endswith("\n") and text.count("\n") == 1, ran
    for name in names:
        assert name in text, ran


def replaced(arguments: list, name: str, text: str) -> list:
    """With `text` as the value of the option; a positional one is the last before --engine."""
    arguments = list(arguments)
    place = arguments.index(name) + 1 if name.startswith("--") else arguments.index("--engine") - 1
    arguments[place] = text
    return arguments


def assert_bad_texts(command: str, option, texts):
    arguments = arguments_of(command, inputs_with(command, option.name), ENGINE)
    tried = [replaced(arguments, option.name, text) for text in texts]
    for ran in run_all(tried):
        assert_bad_input(ran, option.name)


# Spellings
# ----------------------------------------------------------------------------


def upper(value) -> str:
    return value.hex().upper() if isinstance(value, bytes) else str(value)


def colons(value) -> str:
    return value.hex(":") if isinstance(value, bytes) else str(value)


def upper_colons(value) -> str:
    return value.hex(":").upper() if isinstance(value, bytes) else str(value)


@each_command
@pytest.mark.parametrize("spelling", [upper, colons, upper_colons])
def test_hex_may_be_upper_case_and_have_colons(command, spelling):
    values = inputs_with(command)
    ran = run(arguments_of(command, values, ENGINE, spelling))
    assert_prints(ran, command, values)


@each_command
def test_every_value_may_stand_in_a_file(command, tmp_path):
    values = inputs_with(command)

    def in_file(value) -> str:
        path = tmp_path / f"value{len(list(tmp_path.iterdir()))}"
        path.write_text(spell(value) + "\n")
        return f"@{path}"

    ran = run(arguments_of(command, values, ENGINE, in_file))
    assert_prints(ran, command, values)


@each_option(has_value)
def test_every_value_may_come_from_standard_input(command, option):
    values = inputs_with(command, option.name)
    arguments = arguments_of(command, values, ENGINE)
    for stdin in (spell(values[option.name]), spell(values[option.name]) + "\n"):
        ran = run(replaced(arguments, option.name, "-"), stdin.encode())
        assert_prints(ran, command, values)


# Ranges
# ----------------------------------------------------------------------------


@each_option(of_kind("number"))
def test_numbers_are_taken_at_both_ends_and_refused_beyond(command, option):
    for value in (option.least, option.most):
        values = with_value(command, option.name, value)
        assert_prints(run(arguments_of(command, values, ENGINE)), command, values)
    beyond = [option.least - 1, option.most + 1, option.most + 2**32, 2**64 + option.least]
    assert_bad_texts(command, option, [*map(str, beyond), "", " ", "1x", "x1", "1.0", "+-1", "0x"])


@each_option(of_kind("hex"))
def test_hex_of_another_size_or_with_other_digits_is_refused(command, option):
    good = spell(inputs_with(command, option.name)[option.name])
    # PAYLOAD and its like may have any size, so that only the digits can be wrong.
    texts = ["0", "0g", "g0", "0011:22", "00:11:2", "00:11:", ":00:11", "00::11", "0x00", "00 11"]
    texts += [good + "0", good + "zz"]
    if option.size is not None:
        texts += ["", good[:-2], good[2:], good + "00", ":".join([good] * 2)]
    assert_bad_texts(command, option, texts)


@each_option(of_kind("word"))
def test_words_that_are_not_a_choice_are_refused(command, option):
    texts = ["", "x", option.words[0] + "x", option.words[0][:-1], " ".join(option.words)]
    assert_bad_texts(command, option, texts)


def test_imsi_takes_digits_only():
    option = next(o for o in COMMANDS["derive eps"] if o.name == "--imsi")
    assert_bad_texts("derive eps", option, ["", "00101012345678x", "0" * 16, "-1", "0x00101"])


def longest_payload(overhead: int) -> int:
    return 2047 - overhead


@pytest.mark.parametrize(
    "command, form, overhead",
    [
        ("pdu protect mzone", {}, 13),
        ("pdu protect mzone", {"--icv": "8"}, 13),
        ("pdu protect mzone", {"--icv": "4"}, 9),
        ("pdu protect mzone", {"--ctr": True}, 5),
        ("pdu protect lzone", {}, 18),
    ],
)
def test_a_payload_fills_the_length_field_and_not_more(command, form, overhead):
    values = {n: v for n, v in inputs_with(command).items() if n not in ("--icv", "--ctr")}
    values |= form
    values["PAYLOAD"] = bytes(longest_payload(overhead))
    assert_prints(run(arguments_of(command, values, ENGINE)), command, values)
    values["PAYLOAD"] = bytes(longest_payload(overhead) + 1)
    assert_bad_input(run(arguments_of(command, values, ENGINE)), "PAYLOAD")


# Which options there are
# ----------------------------------------------------------------------------


@each_option(lambda option: option.required)
def test_a_required_option_that_is_missing_is_named(command, option):
    values = {n: v for n, v in inputs_with(command).items() if n != option.name}
    assert_bad_input(run(arguments_of(command, values, ENGINE)), option.name)


@each_option(has_name_and_value)
def test_an_option_without_its_value_is_named(command, option):
    values = {n: v for n, v in inputs_with(command, option.name).items() if n != option.name}
    assert_bad_input(run([*arguments_of(command, values, ENGINE), option.name]), option.name)


@each_option(has_name_and_value)
def test_an_option_given_twice_is_named(command, option):
    values = inputs_with(command, option.name)
    again = [option.name, spell(values[option.name])]
    assert_bad_input(run([*arguments_of(command, values, ENGINE), *again]), option.name)


@each_command
def test_an_unknown_option_is_named(command):
    arguments = arguments_of(command, inputs_with(command), ENGINE)
    assert_bad_input(run([*arguments, "--nonsense"]), "--nonsense")
    assert_bad_input(run([*arguments, "--nonsense", "1"]), "--nonsense")


@each_command
def test_an_argument_too_many_is_bad_input(command):
    assert_bad_input(run([*arguments_of(command, inputs_with(command), ENGINE), "00"]))


@each_command
def test_an_unknown_engine_is_named(command):
    arguments = arguments_of(command, inputs_with(command))
    assert_bad_input(run([*arguments, "--engine", "abacus"]), "--engine")


@pytest.mark.parametrize(
    "arguments",
    [[], ["derive"], ["pdu"], ["pdu", "protect"], ["derive", "xzone"], ["pdu", "x"], ["x"]],
    ids=" ".join,
)
def test_a_command_that_does_not_exist_is_bad_input(arguments):
    assert_bad_input(run(arguments))


@pytest.mark.parametrize("roots", [(), LZONE_ROOTS[:2], LZONE_ROOTS[1:], LZONE_ROOTS])
def test_lzone_keys_have_exactly_one_root(roots):
    values = inputs_with("derive lzone")
    values = {n: v for n, v in values.items() if n not in LZONE_ROOTS}
    values |= {root: bytes(64 if root == "--msk" else 20) for root in roots}
    ran = run(arguments_of("derive lzone", values, ENGINE))
    assert_bad_input(ran, *(roots or LZONE_ROOTS)[:2])


@pytest.mark.parametrize(
    "command, first, second",
    [("derive lzone", "--said", "--tek-index"), ("derive eps", "--imsi", "--index")],
)
def test_options_of_a_pair_are_given_together(command, first, second):
    both = inputs_with(command, first)
    for missing in (first, second):
        values = {n: v for n, v in both.items() if n != missing}
        assert_bad_input(run(arguments_of(command, values, ENGINE)), missing)


# Files
# ----------------------------------------------------------------------------


@each_option(has_value)
def test_a_file_that_cannot_be_read_is_bad_input(command, option, tmp_path):
    assert_bad_texts(command, option, [f"@{tmp_path}/absent", f"@{tmp_path}", "@"])


@each_option(has_value)
def test_bad_text_in_a_file_or_on_standard_input_is_bad_input(command, option, tmp_path):
    for content in (b"no such value", b"\0\xff\n"):
        (tmp_path / "value").write_bytes(content)
        arguments = arguments_of(command, inputs_with(command, option.name), ENGINE)
        from_file = replaced(arguments, option.name, f"@{tmp_path}/value")
        assert_bad_input(run(from_file), option.name)
        from_stdin = replaced(arguments, option.name, "-")
        assert_bad_input(run(from_stdin, content), option.name)


def test_standard_input_can_be_one_value_only():
    values = inputs_with("derive mzone")
    arguments = arguments_of("derive mzone", values, ENGINE)
    for name in ("--msk", "--nonce-ams"):
        arguments = replaced(arguments, name, "-")
    assert_bad_input(run(arguments, spell(values["--msk"]).encode()), "--nonce-ams")
