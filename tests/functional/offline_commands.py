#!/usr/bin/python3
"""The offline commands of aaigwctl as a table, how to run them, and what they must print."""
import os
import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "model"))
import aaigw_model as model

ENGINES = ("ipsec-mb", "openssl")


@dataclass(frozen=True)
class Option:
    """An option (`--msk`) or a positional argument (`PAYLOAD`)."""

    name: str
    kind: str  # hex, number, word, digits or flag
    size: int | None = None  # bytes of hex; none: any number of bytes
    most: int = 0  # highest number; the lowest is `least`
    least: int = 0
    words: tuple = ()
    secret: bool = False
    required: bool = True


def key(name: str, size: int, required: bool = True) -> Option:
    return Option(name, "hex", size, secret=True, required=required)


def plain(name: str, size: int) -> Option:
    return Option(name, "hex", size)


def number(name: str, most: int, least: int = 0, required: bool = True) -> Option:
    return Option(name, "number", most=most, least=least, required=required)


def word(name: str, *words: str, required: bool = True) -> Option:
    return Option(name, "word", words=words, required=required)


AK_SN = number("--ak-sn", 15)
COUNT = number("--count", 0xFFFF)
STID = number("--stid", 0xFFF)
FID = number("--fid", 15)
EKS = number("--eks", 3)
CID = number("--cid", 0xFFFF)
MZONE_FORM = (word("--icv", "4", "8", required=False), Option("--ctr", "flag", required=False))
CMAC_KEY = (key("--key", 16), plain("--akid", 8))

COMMANDS = {
    "derive mzone": (
        word("--profile", "draft", "final"), key("--msk", 64), plain("--nonce-ams", 8),
        plain("--nonce-abs", 8), plain("--amsid", 6), plain("--absid", 6), COUNT, AK_SN,
        number("--said", 0xFF), number("--counter-tek", 0xFFFF),
    ),
    "derive lzone": (
        key("--msk", 64, required=False), key("--pmk", 20, required=False),
        key("--pmk-mzone", 20, required=False), plain("--msid", 6), plain("--bsid", 6), COUNT,
        AK_SN, number("--said", 0xFFFF, required=False), number("--tek-index", 1, required=False),
    ),
    "derive mis": (
        key("--k", 16), plain("--nonce-t", 16), plain("--nonce-n", 16),
        number("--suite", 4, least=1), word("--prf", *model.MIS_PRFS, required=False),
    ),
    "derive eps": (
        key("--kasme", 32), word("--direction", "handover", "idle"),
        number("--nas-count", 0xFFFFFF), Option("--imsi", "digits", required=False),
        number("--index", 0xFFFFFFFF, required=False), number("--eea", 3, required=False),
        number("--eia", 3, required=False),
    ),
    "pdu protect mzone": (
        key("--tek", 16), STID, FID, EKS, number("--pn", 0x3FFFFF), *MZONE_FORM,
        key("PAYLOAD", None),
    ),
    "pdu unprotect mzone": (key("--tek", 16), STID, *MZONE_FORM, Option("PDU", "hex")),
    "pdu protect lzone": (
        key("--tek", 16), CID, EKS, number("--pn", 0xFFFFFFFF), key("PAYLOAD", None)
    ),
    "pdu unprotect lzone": (key("--tek", 16), Option("PDU", "hex")),
    "pdu cmac mzone": (
        *CMAC_KEY, number("--cmac-pn", 0xFFFFFF), STID, FID, Option("MESSAGE", "hex")
    ),
    "pdu cmac lzone": (*CMAC_KEY, number("--cmac-pn", 0xFFFFFFFF), CID, Option("MESSAGE", "hex")),
}

LZONE_ROOTS = ("--msk", "--pmk", "--pmk-mzone")

# A FID of 2 is a signaling header, which has no payload.
PROTECTABLE_FIDS = [fid for fid in range(16) if fid != 2]


# Running
# ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Ran:
    arguments: tuple
    status: int
    stdout: bytes
    stderr: bytes


def run(arguments, stdin: bytes = b"") -> Ran:
    command = [os.environ["AAIGWCTL"], *arguments]
    done = subprocess.run(command, input=stdin, capture_output=True, timeout=30, check=False)
    return Ran(tuple(arguments), done.returncode, done.stdout, done.stderr)


def run_all(argument_lists) -> list[Ran]:
    """In the order of the lists; most of the time of one run is the start of a process."""
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        return list(pool.map(run, argument_lists))


def spell(value) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)


def arguments_of(command: str, values: dict, engine: str | None = None, spelling=spell) -> list:
    """The command line of `values`, which are bytes, numbers, texts or True for a flag."""
    arguments = command.split()
    for option in COMMANDS[command]:
        value = values.get(option.name)
        if value is None:
            continue
        if option.kind == "flag":
            arguments.append(option.name)
        elif option.name.startswith("--"):
            arguments += [option.name, spelling(value)]
        else:
            arguments.append(spelling(value))
    return arguments + (["--engine", engine] if engine else [])


# Inputs
# ----------------------------------------------------------------------------


def random_value(rng: random.Random, option: Option):
    if option.kind == "hex":
        return rng.randbytes(option.size if option.size is not None else random_size(rng))
    if option.kind == "number":
        return rng.choice([option.least, option.most, rng.randint(option.least, option.most)])
    if option.kind == "word":
        return rng.choice(option.words)
    if option.kind == "digits":
        return "".join(rng.choices("0123456789", k=rng.randint(6, 15)))
    return True


def random_size(rng: random.Random) -> int:
    return rng.choice([0, 1, 15, 16, 17, rng.randint(0, 64), rng.randint(0, 1500)])


def random_inputs(rng: random.Random, command: str) -> dict:
    """Valid values of the options, present ones only."""
    values = {o.name: random_value(rng, o) for o in COMMANDS[command]
              if o.required or rng.random() < 0.5}
    if command == "derive lzone":
        chosen = rng.choice(LZONE_ROOTS)
        for root in LZONE_ROOTS:
            values.pop(root, None)
        values[chosen] = rng.randbytes(64 if chosen == "--msk" else 20)
        keep_pair(values, "--said", "--tek-index")
    elif command == "derive eps":
        keep_pair(values, "--imsi", "--index")
    elif command.endswith("mzone") and "--ctr" in values:
        values.pop("--icv", None)
    if command == "pdu protect mzone":
        values["--fid"] = rng.choice(PROTECTABLE_FIDS)
    elif command == "pdu unprotect mzone":
        sent = random_inputs(rng, "pdu protect mzone")
        values = {n: v for n, v in sent.items() if n in ("--tek", "--stid", "--icv", "--ctr")}
        values["PDU"] = expected("pdu protect mzone", sent)["pdu"]
    elif command == "pdu unprotect lzone":
        sent = random_inputs(rng, "pdu protect lzone")
        values = {"--tek": sent["--tek"], "PDU": expected("pdu protect lzone", sent)["pdu"]}
    return values


def keep_pair(values: dict, first: str, second: str):
    if (first in values) != (second in values):
        values.pop(first, None)
        values.pop(second, None)


# The reference's answers
# ----------------------------------------------------------------------------


def expected(command: str, v: dict) -> dict:
    """The fields of the command's output, in order; bytes where they are printed as hex."""
    group, verb, zone = (command.split() + [""])[:3]
    if group == "derive":
        return expected_keys(verb, v)
    if zone == "mzone":
        form = {"icv": int(v.get("--icv", 8)), "ctr": "--ctr" in v}
        if verb == "protect":
            numbers = (v["--stid"], v["--fid"], v["--eks"], v["--pn"])
            return {"pdu": model.mzone_protect(v["--tek"], *numbers, v["PAYLOAD"], **form)}
        if verb == "unprotect":
            return model.mzone_unprotect(v["--tek"], v["--stid"], v["PDU"], **form)
        numbers = (v["--cmac-pn"], v["--stid"], v["--fid"])
        return {"cmac": model.mzone_cmac(v["--key"], v["--akid"], *numbers, v["MESSAGE"])}
    if verb == "protect":
        numbers = (v["--cid"], v["--eks"], v["--pn"])
        return {"pdu": model.lzone_protect(v["--tek"], *numbers, v["PAYLOAD"])}
    if verb == "unprotect":
        return model.lzone_unprotect(v["--tek"], v["PDU"])
    numbers = (v["--cmac-pn"], v["--cid"])
    return {"cmac": model.lzone_cmac(v["--key"], v["--akid"], *numbers, v["MESSAGE"])}


def expected_keys(hierarchy: str, v: dict) -> dict:
    if hierarchy == "mzone":
        return model.mzone_keys(*(v[option.name] for option in COMMANDS["derive mzone"]))
    if hierarchy == "lzone":
        if "--pmk-mzone" in v:
            pmk = model.pmk_lzone(v["--pmk-mzone"])
        else:
            pmk = v["--pmk"] if "--pmk" in v else v["--msk"][-20:]
        numbers = (v["--count"], v["--ak-sn"], v.get("--said"), v.get("--tek-index"))
        return model.lzone_keys(pmk, v["--msid"], v["--bsid"], *numbers)
    if hierarchy == "mis":
        prf = v.get("--prf", "hmac-sha256")
        return model.mis_keys(v["--k"], v["--nonce-t"], v["--nonce-n"], v["--suite"], prf)
    algorithms = (v.get("--eea", 2), v.get("--eia", 2))
    chain = (v.get("--imsi"), v.get("--index"))
    return model.eps_keys(v["--kasme"], v["--direction"], v["--nas-count"], *chain, *algorithms)


def as_printed(fields: dict) -> list:
    """(name, value) pairs as JSON has them."""
    return [(name, v.hex() if isinstance(v, bytes) else v) for name, v in fields.items()]
