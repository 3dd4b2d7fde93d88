#!/usr/bin/python3
"""Compiles each header of the tree alone, twice in one unit, with the flags of its folder's sources.

The build has already done so for a header that its own .cpp includes first; of those only the include guard is checked.
"""

import json
import os
import re
import shlex
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import source_tree

# Options that name an output or a dependency file, with how many arguments follow.
OUTPUT_OPTIONS = {"-o": 1, "-MF": 1, "-MQ": 1, "-MT": 1, "-MD": 0, "-MMD": 0, "-c": 0}


def flags_of(entry):
    """The compiler and options of a compile_commands.json entry, without ccache, input and output."""
    words = shlex.split(entry["command"])
    if Path(words[0]).name == "ccache":
        words = words[1:]
    flags = []
    skip = 0
    for word in words:
        if skip:
            skip -= 1
        elif word in OUTPUT_OPTIONS:
            skip = OUTPUT_OPTIONS[word]
        elif word != entry["file"]:
            flags.append(word)
    return flags


def flags_by_source(root, build_dir):
    """Source file, relative to the root -> its flags."""
    flags = {}
    for entry in json.loads((build_dir / "compile_commands.json").read_text()):
        source = Path(build_dir, entry["directory"], entry["file"]).resolve()
        if source.is_relative_to(root):
            flags[source.relative_to(root)] = flags_of(entry)
    return flags


def proven_by_build(root, header, sources):
    """Whether the header's own .cpp is part of the build and includes it before anything else."""
    source = header.with_suffix(".cpp")
    if source not in sources or "#pragma once\n" not in (root / header).read_text():
        return False
    first = re.search(r"^\s*#\s*include\s*(.+)$", (root / source).read_text(), re.MULTILINE)
    return first is not None and first[1].strip() == f'"{header}"'


def left_out(root, header, flags):
    """Whether the header's folder has sources and this build leaves all of them out, as it does without DPDK."""
    return header.parent not in flags and any((root / header.parent).glob("*.cpp"))


def nearest_flags(header, flags):
    """The flags of the header's folder, of the nearest one above or, last, of any folder: all share the project's."""
    for folder in header.parents:
        if folder in flags:
            return flags[folder]
    return next(iter(flags.values()))


def compile_alone(build_dir, header, flags):
    """What the compiler says against `header`, or nothing."""
    # The second time shows a missing include guard.
    unit = f'#include "{header}"\n#include "{header}"\n'
    command = [*flags, "-fsyntax-only", "-x", "c++", "-"]
    done = subprocess.run(command, input=unit, cwd=build_dir, capture_output=True, text=True, check=False)
    return f"{header} does not compile alone:\n{done.stderr}" if done.returncode else None


def check(root, build_dir):
    headers = [path for path in source_tree.cpp_files(root) if path.suffix == ".h"]
    sources = flags_by_source(root, build_dir)
    if not headers or not sources:
        return [f"{len(headers)} headers, {len(sources)} compile commands: nothing to check"]
    flags = {source.parent: flags for source, flags in sources.items()}
    alone = [
        header
        for header in headers
        if not proven_by_build(root, header, sources) and not left_out(root, header, flags)
    ]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = pool.map(lambda header: compile_alone(build_dir, header, nearest_flags(header, flags)), alone)
    return [problem for problem in found if problem]


if __name__ == "__main__":
    source_tree.main(check, "BUILD_DIR")
