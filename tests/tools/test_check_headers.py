"""check_headers.py must find a header that needs another one first, or that cannot be included twice."""

import json

import check_headers
import pytest


@pytest.fixture
def tree(tmp_path):
    """A tree of one good header and a build directory that knows one source beside it."""
    build = tmp_path / "build"
    (tmp_path / "common").mkdir()
    build.mkdir()
    (tmp_path / "common/good.h").write_text("#pragma once\n#include <cstdint>\nusing Number = std::uint32_t;\n")
    command = "ccache c++ -I.. -Werror -std=c++20 -MD -MQ a.o -MF a.d -o a.o -c ../common/a.cpp"
    entry = {"directory": str(build), "file": "../common/a.cpp", "command": command}
    (build / "compile_commands.json").write_text(json.dumps([entry]))
    return tmp_path


def test_a_good_header_has_no_problem(tree):
    assert check_headers.check(tree, tree / "build") == []


@pytest.mark.parametrize(
    "folder, text",
    [
        ("common", "#pragma once\nstd::uint32_t number();\n"),
        ("common/inner", "#pragma once\nstd::uint32_t number();\n"),
        ("other", "#pragma once\nstd::uint32_t number();\n"),
        ("common", "struct DefinedTwice {};\n"),
    ],
)
def test_a_bad_header_is_found(tree, folder, text):
    (tree / folder).mkdir(exist_ok=True)
    (tree / folder / "bad.h").write_text(text)
    found = check_headers.check(tree, tree / "build")
    assert len(found) == 1 and f"{folder}/bad.h does not compile alone" in found[0]


@pytest.mark.parametrize(
    "guard, source, problems",
    [
        ("#pragma once\n", '// A.\n#include "common/a.h"\n#include <string>\n', 0),
        ("", '#include "common/a.h"\n', 1),
        ("#pragma once\n", '#include <cstdint>\n#include "common/a.h"\n', 1),
    ],
)
def test_a_header_is_left_to_the_build_only_when_that_proves_it(tree, guard, source, problems):
    (tree / "common/a.h").write_text(guard + "std::uint32_t needs_another_header();\n")
    (tree / "common/a.cpp").write_text(source)
    assert len(check_headers.check(tree, tree / "build")) == problems


def test_a_folder_that_this_build_leaves_out_is_not_checked(tree):
    (tree / "optional").mkdir()
    (tree / "optional/bad.h").write_text("#pragma once\n#include <of_a_library_that_is_not_there.h>\n")
    assert len(check_headers.check(tree, tree / "build")) == 1
    (tree / "optional/a.cpp").write_text("// A.\n")
    assert check_headers.check(tree, tree / "build") == []


def test_nothing_to_check_is_a_problem(tree):
    (tree / "common/good.h").unlink()
    assert "nothing to check" in check_headers.check(tree, tree / "build")[0]
