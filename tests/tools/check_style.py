#!/usr/bin/python3
"""Checks what the compilers and clang-tidy do not: formatting, sizes, first lines, words, links, test names, the top level."""

import ast
import re
import subprocess
from pathlib import Path

import source_tree

# Besides dot-files and build directories. meson 1.0 reads its options from meson_options.txt at the top only.
TOP_LEVEL = set(
    """LICENSE README.md bench common config control crypto dataplane docs meson.build meson_options.txt packaging
    scripts tests""".split()
)

MAX_FUNCTION_LINES = 70
MAX_FILE_LINES = 600

# Each with what to do instead. Written so that this file does not match itself.
WORDS = (
    (re.compile(r"\b(?:TO[D]O|FIX[M]E|X[X]X|H[A]CK)\b"), "finish it or leave it out"),
    (re.compile(r"(?<![\w.}])/(?:wor[k]|hom[e]|roo[t]|tm[p])/"), "a folder of one machine: pass it in or use a temporary one"),
    (re.compile(r"\bissue[ ]*#?\d", re.IGNORECASE), "say what it is about: a number means nothing in the tree"),
    (re.compile(r"\bhelper[s]?\b", re.IGNORECASE), "say what it does, not that it helps"),
)


def first_line(path, text):
    """Whether a file starts by saying what it is."""
    lines = text.splitlines() + ["", ""]
    if path.suffix in (".h", ".cpp", ".def"):
        return lines[0].startswith("// ")
    if path.suffix == ".py":
        return ast.get_docstring(ast.parse(text)) is not None
    return lines[1 if lines[0].startswith("#!") else 0].startswith("# ")


def check_first_line(root, path, text):
    # A .cpp beside its own header has nothing to add to what the header says.
    has_header = path.suffix == ".cpp" and (root / path).with_suffix(".h").exists()
    if not has_header and not first_line(path, text):
        yield f"{path}:1: does not start with a line that says what the file is"


def cpp_functions(text):
    """(first line, lines of the body) of each function: clang-format gives only functions a brace on a line of its own."""
    opened = {}
    for number, line in enumerate(text.splitlines(), 1):
        brace = re.match(r"( *)([{}])", line)
        if brace and line.strip() == "{":
            opened[brace[1]] = number
        elif brace and brace[2] == "}" and brace[1] in opened:
            start = opened.pop(brace[1])
            yield start, number - start - 1


def python_functions(text):
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.lineno, node.end_lineno - node.lineno


def check_sizes(path, text):
    lines = text.count("\n")
    if lines > MAX_FILE_LINES:
        yield f"{path}: {lines} lines, more than {MAX_FILE_LINES}"
    functions = python_functions(text) if path.suffix == ".py" else cpp_functions(text)
    for start, length in functions:
        if length > MAX_FUNCTION_LINES:
            yield f"{path}:{start}: a function of {length} lines, more than {MAX_FUNCTION_LINES}"


def check_lines(path, text):
    for number, line in enumerate(text.splitlines(), 1):
        if line != line.rstrip():
            yield f"{path}:{number}: white space at the end of the line"
        if "\t" in line:
            yield f"{path}:{number}: a tab"
        for pattern, advice in WORDS:
            found = pattern.search(line)
            if found:
                yield f"{path}:{number}: '{found[0]}': {advice}"
    if text and not text.endswith("\n"):
        yield f"{path}: no newline at the end"


def check_links(root, path, text):
    """Links of a Markdown file to other files of the tree."""
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", text):
        if "://" not in target and not (root / path.parent / target).exists():
            yield f"{path}: a link to {target}, which does not exist"


def check_test_names(meson_files):
    """Test names in `meson_files` (path -> text) that stand twice: meson has gtest write its report to NAME.xml."""
    first = {}
    for path, text in meson_files.items():
        for name in re.findall(r"\btest\(\s*'([^']+)',", text):
            if name in first:
                yield f"{path}: a test named {name!r} is in {first[name]} too: their reports would overwrite each other"
            first[name] = path


def is_shell(path, text):
    return path.suffix == ".sh" or re.match(r"#!.*\b(?:ba)?sh\b", text) is not None


def is_text(path):
    """Whether `path` is written by people: not a binary, nor test data."""
    return path.suffix in {".h", ".cpp", ".def", ".py", ".sh", ".md", ".build", ".txt", ".yaml"} or (
        path.suffix == "" and path.parts[0] == "scripts"
    )


def run_tool(root, command, paths):
    """The complaints of a tool that exits non-zero when it has any."""
    if not paths:
        return []
    done = subprocess.run([*command, *map(str, paths)], cwd=root, capture_output=True, text=True, check=False)
    return [f"{command[0]}:\n{done.stdout}{done.stderr}"] if done.returncode else []


def check_top_level(root):
    for entry in sorted(root.iterdir()):
        if not entry.name.startswith((".", "build")) and entry.name not in TOP_LEVEL:
            yield f"{entry.name}: not an entry of the top level"


def texts(root):
    """(relative path, content) of each file written by people, the scripts of continuous integration included."""
    for path in [*source_tree.walk(root), *(file.relative_to(root) for file in root.glob(".ci/*"))]:
        if is_text(path) or path.parts[0] == ".ci":
            yield path, (root / path).read_text()


def check(root):
    problems = list(check_top_level(root))
    shell = []
    meson_files = {}
    for path, text in texts(root):
        problems += check_lines(path, text)
        if is_shell(path, text):
            shell.append(path)
        if path.name == "meson.build":
            meson_files[path] = text
        if path.suffix == ".md":
            problems += check_links(root, path, text)
        if path.suffix in {".h", ".cpp", ".def", ".py"} or is_shell(path, text):
            problems += [*check_first_line(root, path, text), *check_sizes(path, text)]
    problems += check_test_names(meson_files)
    cpp = [path for path in source_tree.cpp_files(root) if path.suffix != ".def"]
    problems += run_tool(root, ["clang-format-14", "--dry-run", "-Werror"], cpp)
    problems += run_tool(root, ["shellcheck", "--external-sources"], shell)
    return problems


if __name__ == "__main__":
    source_tree.main(check)
