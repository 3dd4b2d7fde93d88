"""check_style.py must find each kind of violation, and nothing in a tree without one."""

import shutil
from pathlib import Path

import check_style
import pytest

CLANG_FORMAT = Path(__file__).resolve().parents[2] / ".clang-format"
CLEAN_CPP = "// A comment.\n\nint f()\n{\n    return 1;\n}\n"


@pytest.fixture
def tree(tmp_path):
    """A small tree that keeps every rule."""
    shutil.copy(CLANG_FORMAT, tmp_path)
    write(tmp_path, "README.md", "# A project\n")
    write(tmp_path, "docs/a.md", "[a](../README.md), [b](a.md#part), [c](https://example.org/x)\n")
    write(tmp_path, "common/f.h", "// What f is.\n#pragma once\n\nint f();\n")
    write(tmp_path, "common/f.cpp", '#include "common/f.h"\n\nint f()\n{\n    return 1;\n}\n')
    write(tmp_path, "bench/main.cpp", CLEAN_CPP)
    write(tmp_path, "tests/unit/meson.build", "test('f', f, protocol: 'gtest')\ntest('f_' + name, g)\n")
    write(tmp_path, "scripts/run", "#!/bin/sh\n# Runs it.\necho run\n")
    write(tmp_path, "tests/tools/a.py", '#!/usr/bin/python3\n"""A check."""\n')
    return tmp_path


def write(root, path, text):
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text)


def long_function(lines):
    return "// A comment.\nint f()\n{\n" + "    g();\n" * lines + "}\n"


def test_a_clean_tree_has_no_problem(tree):
    assert check_style.check(tree) == []


@pytest.mark.parametrize(
    "path, text, problem",
    [
        ("extra/a.txt", "", "extra: not an entry of the top level"),
        ("notes.txt", "", "notes.txt: not an entry of the top level"),
        ("bench/a.cpp", "int a;\n", "a.cpp:1: does not start with a line"),
        ("common/a.h", "#pragma once\n", "a.h:1: does not start with a line"),
        ("tests/tools/b.py", "import os\n", "b.py:1: does not start with a line"),
        ("scripts/b", "#!/bin/bash\necho\n", "scripts/b:1: does not start with a line"),
        ("bench/a.cpp", long_function(71), "a.cpp:3: a function of 71 lines"),
        ("tests/tools/b.py", '"""B."""\n\n\ndef f():\n' + "    g()\n" * 71, "b.py:4: a function of 71 lines"),
        ("bench/a.cpp", "// A comment.\n" * 601, "a.cpp: 601 lines"),
        ("bench/a.cpp", "// A comment. \n", "white space at the end"),
        ("bench/a.cpp", "// A\tcomment.\n", "a tab"),
        ("README.md", "# A project", "no newline at the end"),
        ("bench/a.cpp", "// TO" + "DO: finish\n", "finish it or leave it out"),
        ("bench/a.cpp", "// see /ho" + "me/someone/notes\n", "a folder of one machine"),
        ("bench/a.cpp", "// Iss" + "ue #12 asks for this.\n", "say what it is about"),
        ("docs/a.md", "See [b](../b.md#c).\n", "a link to ../b.md, which does not exist"),
        ("tests/property/meson.build", "test('f', f)\n", "their reports would overwrite each other"),
        (".ci/run", "#!/bin/sh\n# he" + "lper of the build\n", "say what it does"),
        ("bench/a.cpp", "// A comment.\nint  f( );\n", "clang-format"),
        ("scripts/b", "#!/bin/sh\n# Prints.\necho $1\n", "SC2086"),
    ],
)
def test_a_planted_violation_is_found(tree, path, text, problem):
    write(tree, path, text)
    assert any(problem in found for found in check_style.check(tree)), check_style.check(tree)


def test_a_function_of_the_largest_size_passes(tree):
    write(tree, "bench/a.cpp", long_function(check_style.MAX_FUNCTION_LINES))
    assert check_style.check(tree) == []
