"""check_layers.py must find each kind of violation, and nothing in a tree without one."""

import check_layers
import pytest


@pytest.fixture
def tree(tmp_path):
    """A small tree that keeps every rule."""
    for layer in check_layers.LAYERS:
        (tmp_path / layer.folder).mkdir(parents=True, exist_ok=True)
    for (file, header), _reason in check_layers.EXCEPTIONS.items():
        with (tmp_path / file).open("a") as out:
            out.write(f"#include <{header}>\n")
    write(tmp_path, "meson.build", "openssl_dep = dependency('libcrypto')\ncli11_dep = dependency('CLI11')\n")
    write(tmp_path, "common/bytes.h", "#include <span>\n")
    write(tmp_path, "crypto/mb_engine.cpp", "#include <intel-ipsec-mb.h>\nkey.expose();\n")
    write(tmp_path, "crypto/meson.build", "crypto_dep = library(dependencies: [common_dep, openssl_dep])\n")
    write(tmp_path, "control/ctl/main.cpp", '#include "common/bytes.h"\n#include <CLI/CLI.hpp>\n#include <iostream>\n')
    write(tmp_path, "common/meson.build", "common_lib = 1\ncommon_dep = declare_dependency(link_with: common_lib)\n")
    return tmp_path


def write(root, path, text):
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text)


def test_a_clean_tree_has_no_problem(tree):
    assert check_layers.check(tree) == []


@pytest.mark.parametrize(
    "path, text, problem",
    [
        ("common/hex.h", '#include "crypto/secret.h"\n', "not a file of the tree"),
        ("common/hex.h", '#include "crypto/mb_engine.cpp"\n', "common may not include crypto"),
        ("crypto/a.h", '#include "control/ctl/main.cpp"\n', "crypto may not include control/ctl"),
        ("dataplane/pdu/a.h", '#include "control/ctl/main.cpp"\n', "dataplane/pdu may not include control/ctl"),
        ("crypto/a.h", '#include "mb_engine.cpp"\n', "not a file of the tree"),
        ("crypto/a.cpp", "#include <intel-ipsec-mb.h>\n", "may be included only by"),
        ("dataplane/pdu/a.cpp", "#include <openssl/evp.h>\n", "dataplane/pdu may not use openssl"),
        ("control/key/a.cpp", "#  include <nlohmann/json.hpp>\n", "control/key may not use json"),
        ("dataplane/pdu/a.cpp", "#include <rte_mbuf.h>\n", "dataplane/pdu may not use dpdk"),
        ("dataplane/pdu/a.cpp", "#include <zlib.h>\n", "no list of check_layers.py knows"),
        ("control/key/a.cpp", "#include <chrono>\n", "no I/O, time"),
        ("control/key/a.cpp", "\n#include <sys/socket.h>\n", "a.cpp:2: sys/socket.h: no I/O, time"),
        ("crypto/a.cpp", "#include <sys/random.h>\n", "no I/O, time"),
        ("crypto/a.cpp", "#include HEADER\n", "not a plain name"),
        ("dataplane/pdu/a.cpp", "auto bytes = key.expose();\n", "dataplane/pdu may not open secrets"),
        ("dataplane/pdu/a.cpp", "auto bytes = key.expose_for_write();\n", "dataplane/pdu may not open secrets"),
        ("dataplane/other/a.cpp", "\n", "belongs to no layer"),
        ("main.cpp", "\n", "belongs to no layer"),
        ("common/meson.build", "x = library(dependencies: openssl_dep)\n", "common may not link openssl_dep"),
        ("control/key/meson.build", "x = library(dependencies: [cli11_dep])\n", "control/key may not link cli11_dep"),
        ("common/meson.build", "x = library(dependencies: [crypto_dep])\n", "common may not link crypto_dep"),
        ("crypto/meson.build", "x = library(dependencies: [dpdk_dep])\n", "crypto may not link dpdk_dep"),
        ("crypto/random.cpp", "\n", "is not used"),
    ],
)
def test_a_planted_violation_is_found(tree, path, text, problem):
    write(tree, path, text)
    assert any(problem in found for found in check_layers.check(tree)), check_layers.check(tree)


def test_a_missing_folder_is_found(tree):
    (tree / "bench").rmdir()
    assert check_layers.check(tree) == ["check_layers.py: no folder bench"]
