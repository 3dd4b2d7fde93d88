#!/usr/bin/python3
"""Runs the ```console blocks of README.md and docs/: `$ command` lines and what they must print.

The blocks of one document run in order, in one empty folder, with the programs of the build in PATH
and each command's exit status in the next one's `$?`. Output is standard output and standard error
together; a line `...` stands for any lines. Commands that are only to be shown belong in a block of
another kind, such as ```sh.
"""
import os
import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PROMPT, CONTINUED = "$ ", "> "


@dataclass
class Step:
    line: int
    command: str
    output: list = field(default_factory=list)


def documents() -> list[str]:
    """Paths from the root of the tree of the documents that have such blocks."""
    paths = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    found = [path for path in paths if path.exists() and BLOCK.search(path.read_text())]
    return [str(path.relative_to(ROOT)) for path in found]


def steps_of(text: str) -> list[Step]:
    steps = []
    for block in BLOCK.finditer(text):
        first = text.count("\n", 0, block.start(1)) + 1
        for number, line in enumerate(block[1].splitlines(), first):
            if line.startswith(PROMPT):
                steps.append(Step(number, line.removeprefix(PROMPT)))
            elif steps and steps[-1].command.endswith("\\") and not steps[-1].output:
                steps[-1].command += "\n" + line.removeprefix(CONTINUED)
            else:
                assert steps and first <= steps[-1].line, f"line {number}: output without a command"
                steps[-1].output.append(line)
    return steps


def matches(expected: list[str], printed: list[str]) -> bool:
    pattern = "".join(r"(?:.*\n)*?" if e == "..." else re.escape(e) + r"\n" for e in expected)
    return re.fullmatch(pattern, "".join(line + "\n" for line in printed)) is not None


def run_step(step: Step, status: int, folder: Path) -> tuple[int, list[str]]:
    programs = Path(os.environ["AAIGWCTL"]).parent
    environment = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        ["bash", "-c", f"(exit {status})\n{step.command}"], cwd=folder, env=environment, text=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60,
        check=False,
    )
    return done.returncode, [line.rstrip() for line in done.stdout.splitlines()]


def run_document(text: str, folder: Path):
    status = 0
    for step in steps_of(text):
        status, printed = run_step(step, status, folder)
        shown = "\n".join([step.command, *step.output, "--- but it printed", *printed])
        assert matches(step.output, printed), f"line {step.line}: {shown}"


def test_the_documents_have_examples():
    assert documents(), "no ```console block in README.md or docs/"


@pytest.mark.parametrize("document", documents())
def test_examples_print_what_the_document_says(document, tmp_path):
    run_document((ROOT / document).read_text(), tmp_path)


# That an example can fail
# ----------------------------------------------------------------------------


def block(*lines: str) -> str:
    return "Text.\n\n```console\n" + "".join(line + "\n" for line in lines) + "```\n"


@pytest.mark.parametrize(
    "text",
    [
        block("$ echo one", "one", "$ false", "$ echo $?", "1"),
        block("$ echo kept > file") + block("$ cat file", "kept"),
        block("$ echo one \\", ">   two", "one two"),
        block("$ seq 9", "1", "...", "8", "9"),
        block("$ echo problem >&2", "problem"),
    ],
)
def test_right_examples_pass(text, tmp_path):
    run_document(text, tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        block("$ echo one", "two"),
        block("$ echo one"),
        block("$ true", "one"),
        block("$ seq 9", "1", "...", "8"),
        block("$ no-such-program-in-path", ""),
        block("output without a command"),
        block("$ true") + block("output without a command"),
    ],
)
def test_wrong_examples_fail(text, tmp_path):
    with pytest.raises(AssertionError):
        run_document(text, tmp_path)
