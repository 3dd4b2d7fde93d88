#!/usr/bin/python3
"""Checks the programs of a release build with readelf: position independence, RELRO, stack, CET, libraries, paths."""

import json
import os
import re
import subprocess
from pathlib import Path

import source_tree

# What the programs may load. DPDK is not among them: the offline commands run on machines without it.
LIBRARIES = {
    "libc.so.6",
    "libm.so.6",
    "libgcc_s.so.1",
    "libstdc++.so.6",
    "ld-linux-x86-64.so.2",
    "libcrypto.so.3",
    "libfmt.so.9",
    "libIPSec_MB.so.1",
    "libyaml-cpp.so.0.7",
}

# What the programs that carry packets load besides.
DATA_PLANE_LIBRARIES = {
    "librte_eal.so.23",
    "librte_ethdev.so.23",
    "librte_mbuf.so.23",
    "librte_mempool.so.23",
    "librte_ring.so.23",
    "librte_telemetry.so.23",
    "liburcu-qsbr.so.8",
    "libspdlog.so.1.10",
}
DATA_PLANE_PROGRAMS = {"aaigwd", "aaigw-bench"}

# Leave no trace that readelf shows in every program, so the compile commands must tell.
COMPILE_FLAGS = ("-D_FORTIFY_SOURCE=3", "-D_GLIBCXX_ASSERTIONS", "-fstack-protector-strong", "-fcf-protection=full")


def readelf(option, file):
    command = ["readelf", "--wide", option, str(file)]
    environment = {**os.environ, "LC_ALL": "C"}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout


def check_segments(program):
    segments = readelf("--program-headers", program)
    stack = re.search(r"^\s*GNU_STACK.*\s([RWE ]{3})\s+0x\w+$", segments, re.MULTILINE)
    if stack is None or "E" in stack[1]:
        yield "executable stack"
    if re.search(r"^\s*LOAD.*\sRWE\s", segments, re.MULTILINE):
        yield "a segment that is writable and executable"
    if "GNU_RELRO" not in segments:
        yield "no RELRO segment"


def check_dynamic(program):
    allowed = LIBRARIES | (DATA_PLANE_LIBRARIES if program.name in DATA_PLANE_PROGRAMS else set())
    dynamic = readelf("--dynamic", program)
    if not re.search(r"\(FLAGS_1\).*\bPIE\b", dynamic):
        yield "not position independent (PIE)"
    if not re.search(r"\(FLAGS(?:_1)?\).*\b(?:BIND_NOW|NOW)\b", dynamic):
        yield "lazy binding: the relocation table stays writable (no BIND_NOW)"
    for tag in ("RPATH", "RUNPATH"):
        if f"({tag})" in dynamic:
            yield f"a library path of the build machine ({tag})"
    for library in re.findall(r"\(NEEDED\).*\[(.+)\]", dynamic):
        if library not in allowed:
            yield f"needs {library}, which is not in the list of check_hardening.py"


def check_program(program, build_paths):
    """The problems of one linked program."""
    problems = [*check_segments(program), *check_dynamic(program)]
    if "__stack_chk_fail" not in readelf("--dyn-syms", program):
        problems.append("no stack protector")
    content = program.read_bytes()
    for path in build_paths:
        if str(path).encode() in content:
            problems.append(f"holds the path {path} of the build machine")
    return [f"{program.name}: {problem}" for problem in problems]


def check_object(file):
    """CET is checked on our objects: Debian 12's start files lack the mark, so the linker drops it from programs."""
    notes = readelf("--notes", file)
    return [] if "IBT, SHSTK" in notes else [f"{file.name}: not compiled for CET (no IBT, SHSTK note)"]


def check_compile_commands(root, build_dir):
    for entry in json.loads((build_dir / "compile_commands.json").read_text()):
        source = Path(build_dir, entry["file"]).resolve()
        for flag in COMPILE_FLAGS:
            if is_product(root, source) and flag not in entry["command"]:
                yield f"{entry['file']}: compiled without {flag}"


def is_product(root, path):
    return path.is_relative_to(root) and not path.is_relative_to(root / "tests")


def check(root, build_dir):
    targets = json.loads((build_dir / "meson-info" / "intro-targets.json").read_text())
    programs = [
        Path(target["filename"][0])
        for target in targets
        if target["type"] == "executable" and is_product(root, Path(target["defined_in"]))
    ]
    objects = [path for path in build_dir.rglob("*.o") if not path.is_relative_to(build_dir / "tests")]
    if not programs or not objects:
        return [f"{len(programs)} programs, {len(objects)} objects: nothing to check"]
    problems = list(check_compile_commands(root, build_dir))
    for program in programs:
        problems += check_program(program, (root, build_dir))
    for file in objects:
        problems += check_object(file)
    return problems


if __name__ == "__main__":
    source_tree.main(check, "BUILD_DIR")
