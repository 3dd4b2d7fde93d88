"""check_hardening.py must accept a program built with every protection and name each one that another lacks."""

import subprocess

import check_hardening
import pytest

SOURCE = r"""
#include <cstdio>
#include <cstring>
#ifdef WRITABLE_CODE
asm(".section .writable_code, \"awx\", @progbits; .byte 0; .text");
#endif
int main(int, char** argv)
{
    char buffer[16];
    std::strncpy(buffer, argv[0], sizeof buffer - 1);
    std::puts(buffer);
    std::puts(BUILD_PATH);
}
"""

HARDENED = (
    "-fPIE -pie -fstack-protector-strong -fcf-protection=full "
    "-Wl,-z,relro,-z,now,-z,noexecstack,-z,separate-code,--no-as-needed,-lstdc++"
)


def compile_program(folder, flags, build_path="elsewhere"):
    program = folder / "program"
    command = ["c++", "-O2", "-x", "c++", "-", f'-DBUILD_PATH="{build_path}"', "-o", program, *flags.split()]
    subprocess.run(command, input=SOURCE, text=True, check=True)
    return program


def problems_of(folder, flags, build_path="elsewhere"):
    return check_hardening.check_program(compile_program(folder, flags, build_path), (folder,))


def test_a_hardened_program_has_no_problem(tmp_path):
    assert problems_of(tmp_path, HARDENED) == []


@pytest.mark.parametrize(
    "flags, problem",
    [
        ("-no-pie -fno-PIE", "not position independent"),
        ("-Wl,-z,norelro", "no RELRO segment"),
        ("-Wl,-z,lazy", "lazy binding"),
        ("-Wl,-z,execstack", "executable stack"),
        ("-DWRITABLE_CODE", "writable and executable"),
        ("-fno-stack-protector", "no stack protector"),
        ("-Wl,-rpath,/opt/lib", "library path"),
        ("-Wl,--no-as-needed -lssl", "needs libssl.so.3"),
    ],
)
def test_a_missing_protection_is_found(tmp_path, flags, problem):
    found = problems_of(tmp_path, f"{HARDENED} {flags}")
    assert any(problem in line for line in found), found


def test_a_path_of_the_build_machine_is_found(tmp_path):
    found = problems_of(tmp_path, HARDENED, build_path=tmp_path / "source.cpp")
    assert found == [f"program: holds the path {tmp_path} of the build machine"]


@pytest.mark.parametrize("protection, problems", [("full", 0), ("none", 1)])
def test_cet_is_checked_on_objects(tmp_path, protection, problems):
    target = tmp_path / "unit.o"
    command = ["c++", "-c", "-x", "c++", "-", f"-fcf-protection={protection}", "-o", target]
    subprocess.run(command, input="int main() {}", text=True, check=True)
    assert len(check_hardening.check_object(target)) == problems
