#!/usr/bin/python3
"""Checks that each folder includes and links only what its layer may see, and that secrets are opened only where allowed."""

import re
from dataclasses import dataclass
from fnmatch import fnmatch

import source_tree


@dataclass(frozen=True)
class Layer:
    """One folder: its floor, the folders below that it may include, and the libraries that it may use."""

    folder: str
    floor: int
    uses: tuple = ()
    libraries: tuple = ()
    opens_secrets: bool = False


@dataclass(frozen=True)
class Library:
    """A library from outside: its headers, meson's name for it, and the only files that may include it (empty: any)."""

    headers: tuple
    dependencies: tuple = ()
    only_in: tuple = ()


PRODUCT = ("common", "crypto", "dataplane/net", "dataplane/pdu", "dataplane/sa", "dataplane/path", "dataplane/rcu", "dataplane/worker", "control/key")

# A folder that is not listed here is refused: whoever adds one decides what it may see.
LAYERS = (
    Layer("common", 0, libraries=("expected", "fmt")),
    Layer("crypto", 1, ("common",), ("expected", "fmt", "openssl", "ipsec-mb"), opens_secrets=True),
    Layer("dataplane/net", 2, ("common",), ("expected", "fmt")),
    Layer("config", 2, ("common", "crypto"), ("expected", "fmt", "yaml-cpp")),
    Layer("dataplane/pdu", 2, ("common", "crypto"), ("expected", "fmt")),
    Layer("dataplane/sa", 3, ("common", "crypto", "dataplane/pdu"), ("expected", "fmt")),
    Layer("dataplane/path", 4, ("common", "crypto", "dataplane/net", "dataplane/pdu", "dataplane/sa"), ("expected", "fmt")),
    Layer("dataplane/rcu", 5, ("common", "crypto", "dataplane/pdu", "dataplane/sa"), ("expected", "fmt", "urcu")),
    Layer("dataplane/dpdk", 5, ("common", "dataplane/pdu", "dataplane/path"), ("expected", "fmt", "dpdk")),
    Layer(
        "dataplane/worker",
        6,
        ("common", "crypto", "dataplane/path", "dataplane/pdu", "dataplane/rcu", "dataplane/sa"),
        ("expected", "fmt"),
    ),
    Layer("control/key", 3, ("common", "crypto"), ("expected", "fmt"), opens_secrets=True),
    Layer(
        "control/runtime",
        7,
        PRODUCT + ("config", "dataplane/dpdk"),
        ("expected", "fmt", "asio", "spdlog"),
        opens_secrets=True,
    ),
    Layer(
        "control/api",
        8,
        ("common", "control/runtime", "dataplane/dpdk", "dataplane/net", "dataplane/path", "dataplane/pdu", "dataplane/sa", "dataplane/worker"),
        ("expected", "fmt", "asio", "json"),
    ),
    Layer(
        "control/daemon",
        9,
        PRODUCT + ("config", "control/api", "control/runtime", "dataplane/dpdk"),
        ("expected", "fmt", "cli11", "json", "spdlog"),
    ),
    Layer("control/ctl", 9, PRODUCT + ("config", "control/api"), ("expected", "fmt", "cli11", "json"), opens_secrets=True),
    Layer("bench", 9, PRODUCT, ("expected", "fmt", "cli11", "json", "openssl", "ipsec-mb"), opens_secrets=True),
    Layer(
        "tests",
        10,
        PRODUCT + ("config", "control/api", "control/ctl", "control/runtime", "dataplane/path", "dataplane/dpdk"),
        ("expected", "fmt", "json", "openssl", "gtest", "rapidcheck", "dpdk"),
        opens_secrets=True,
    ),
)

LIBRARIES = {
    "expected": Library(("tl/expected.hpp",)),
    "fmt": Library(("fmt/*",), ("fmt_dep",)),
    "openssl": Library(("openssl/*",), ("openssl_dep",)),
    # One door to IPsec-MB: its calls need rules (lifetime of keys, flushing) that only those files keep.
    "ipsec-mb": Library(("intel-ipsec-mb.h",), ("ipsec_mb_dep",), only_in=("crypto/mb_*", "bench/*")),
    "dpdk": Library(("rte_*.h",), ("dpdk_dep",), only_in=("dataplane/dpdk/*", "tests/unit/dpdk/*")),
    "cli11": Library(("CLI/*",), ("cli11_dep",)),
    "json": Library(("nlohmann/*",), ("json_dep",)),
    # One door to RCU: who registers, reads and reclaims follows rules that only that folder keeps.
    "urcu": Library(("urcu-qsbr.h",), ("urcu_dep",), only_in=("dataplane/rcu/*",)),
    # One door here as well: yaml-cpp throws, and says in its messages what it read.
    "yaml-cpp": Library(("yaml-cpp/*",), ("yaml_dep",), only_in=("config/yaml_tree.cpp",)),
    # The event loop and the log belong to the control thread.
    "asio": Library(("asio/*", "asio.hpp"), ("asio_dep",), only_in=("control/*", "tests/*")),
    "spdlog": Library(("spdlog/*",), ("spdlog_dep",), only_in=("control/*",)),
    "gtest": Library(("gtest/*", "gmock/*"), ("gtest_dep", "gmock_dep")),
    "rapidcheck": Library(("rapidcheck.h", "rapidcheck/*"), ("rapidcheck_dep",)),
}

# Standard headers that bring no time, randomness, environment, file, socket or thread.
PURE_HEADERS = set(
    """algorithm any array atomic bit bitset cassert cctype cerrno charconv cinttypes climits compare concepts
    coroutine cstddef cstdint cstring deque exception expected forward_list functional initializer_list iterator
    limits list map memory memory_resource new numbers numeric optional queue ranges ratio set source_location
    span stack stdexcept string string_view system_error tuple type_traits typeindex typeinfo unordered_map
    unordered_set utility variant vector version immintrin.h endian.h""".split()
)

# From this floor up the rest of the standard library and POSIX are allowed: this is where I/O and time live.
IO_FLOOR = 5
IO_HEADERS = set(
    """barrier chrono cmath complex condition_variable csetjmp csignal cstdio cstdlib ctime cwchar execution
    filesystem format fstream future iomanip ios iosfwd iostream istream latch locale mutex ostream random regex
    semaphore shared_mutex sstream stop_token streambuf syncstream thread
    arpa/inet.h cpuid.h dirent.h fcntl.h getopt.h grp.h net/if.h netdb.h netinet/in.h netinet/ip.h netinet/tcp.h
    netinet/udp.h netinet/if_ether.h poll.h pthread.h pwd.h sched.h signal.h syslog.h termios.h time.h unistd.h
    x86intrin.h sanitizer/tsan_interface.h""".split()
)

# (files, header): below IO_FLOOR all the same, and why.
EXCEPTIONS = {
    ("common/check.cpp", "cstdio"): "the last words before abort()",
    ("common/check.cpp", "cstdlib"): "abort()",
    ("common/happens_before.h", "sanitizer/tsan_interface.h"): "two notes to a sanitizer; nothing in other builds",
    ("config/yaml_tree.cpp", "istream"): "what yaml-cpp reads from",
    ("config/yaml_tree.cpp", "streambuf"): "a stream over the text in memory, so that no copy of it stays behind",
    ("crypto/random.cpp", "sys/random.h"): "the one source of randomness, behind the Random seam",
    ("crypto/aes_key.cpp", "mutex"): "keys are given up by any thread",
    ("crypto/secret_heap.cpp", "mutex"): "memory for keys is given out to any thread",
    ("crypto/secret_heap.cpp", "sys/mman.h"): "pages that are locked and left out of core dumps",
}

INCLUDE = re.compile(r'^\s*#\s*include\s*(?:<([^>]+)>|"([^"]+)"|(\S.*))', re.MULTILINE)
EXPOSE = re.compile(r"\bexpose(?:_for_write)?\s*\(")
MESON_NAME = re.compile(r"\b(\w+_(?:dep|lib))\b")
MESON_ASSIGNED = re.compile(r"^\s*(\w+_(?:dep|lib))\s*=(?!=)", re.MULTILINE)


def layer_of(path):
    """The layer whose folder holds `path`, the innermost when several do."""
    holders = [layer for layer in LAYERS if str(path).startswith(layer.folder + "/")]
    return max(holders, key=lambda layer: len(layer.folder), default=None)


def is_exception(path, header):
    return any(fnmatch(str(path), files) and header == known for files, known in EXCEPTIONS)


def check_project_include(root, path, layer, header):
    if not (root / header).is_file():
        return f'"{header}" is not a file of the tree (write the path from its root)'
    target = layer_of(header)
    if target is None:
        return f'"{header}" belongs to no layer'
    if target is not layer and target.folder not in layer.uses:
        return f"{layer.folder} may not include {target.folder}"
    return None


def check_system_include(path, layer, header):
    for name, library in LIBRARIES.items():
        if not any(fnmatch(header, pattern) for pattern in library.headers):
            continue
        if name not in layer.libraries:
            return f"{layer.folder} may not use {name}"
        if library.only_in and not any(fnmatch(str(path), files) for files in library.only_in):
            return f"{name} may be included only by {', '.join(library.only_in)}"
        return None
    if header in PURE_HEADERS or is_exception(path, header):
        return None
    if header in IO_HEADERS or header.startswith("sys/"):
        if layer.floor >= IO_FLOOR:
            return None
        return f"no I/O, time, environment or threads below floor {IO_FLOOR}"
    return "a header that no list of check_layers.py knows"


def check_source(root, path):
    """The problems of one C++ file."""
    layer = layer_of(path)
    if layer is None:
        return [f"{path}: belongs to no layer; add its folder to check_layers.py"]
    text = (root / path).read_text()
    problems = []
    for match in INCLUDE.finditer(text):
        system, project, other = match.groups()
        if system:
            problem = check_system_include(path, layer, system)
        elif project:
            problem = check_project_include(root, path, layer, project)
        else:
            problem = "an include that is not a plain name"
        if problem:
            line = text.count("\n", 0, match.start(match.lastindex)) + 1
            problems.append(f"{path}:{line}: {(system or project or other).strip()}: {problem}")
    if not layer.opens_secrets:
        for match in EXPOSE.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            problems.append(f"{path}:{line}: {layer.folder} may not open secrets: take a view from the caller")
    return problems


def meson_text(path):
    """A meson.build without its comments."""
    return re.sub(r"#.*", "", path.read_text())


def check_links(root):
    """The problems of what the folders' meson.build files link."""
    builds = [path for path in source_tree.walk(root) if path.name == "meson.build"]
    owners = {}
    for path in builds:
        for name in MESON_ASSIGNED.findall(meson_text(root / path)):
            owners[name] = layer_of(path)

    libraries_of = {name: key for key, library in LIBRARIES.items() for name in library.dependencies}
    problems = []
    for path in builds:
        layer = layer_of(path)
        if layer is None:
            continue
        for name in sorted(set(MESON_NAME.findall(meson_text(root / path)))):
            owner = owners.get(name)
            if name in libraries_of:
                allowed = libraries_of[name] in layer.libraries
            else:
                allowed = owner is not None and (owner is layer or owner.folder in layer.uses)
            if not allowed:
                problems.append(f"{path}: {layer.folder} may not link {name}")
    return problems


def check_table(root):
    """The problems of the table itself."""
    floors = {layer.folder: layer.floor for layer in LAYERS}
    problems = [f"check_layers.py: no folder {layer.folder}" for layer in LAYERS if not (root / layer.folder).is_dir()]
    for layer in LAYERS:
        for used in layer.uses:
            if floors[used] >= layer.floor:
                problems.append(f"check_layers.py: {layer.folder} uses {used}, which is not below it")
    for (files, header), reason in EXCEPTIONS.items():
        used = [
            path
            for path in source_tree.cpp_files(root)
            if fnmatch(str(path), files) and f"<{header}>" in (root / path).read_text()
        ]
        if not used:
            problems.append(f"check_layers.py: the exception of {files} for {header} ({reason}) is not used")
    return problems


def check(root):
    problems = check_table(root) + check_links(root)
    for path in source_tree.cpp_files(root):
        problems += check_source(root, path)
    return problems


if __name__ == "__main__":
    source_tree.main(check)
