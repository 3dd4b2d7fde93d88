"""The files of the source tree, for the checks of this folder."""

import sys
from pathlib import Path

CPP_SUFFIXES = {".h", ".hpp", ".c", ".cc", ".cpp", ".def", ".inc"}


def walk(root):
    """Every file below `root`, relative to it, except in build directories, caches and dot-folders."""
    for entry in sorted(root.iterdir()):
        if entry.name.startswith((".", "build")) or entry.name == "__pycache__":
            continue
        yield from _walk_all(entry, root)


def _walk_all(entry, root):
    if not entry.is_dir():
        yield entry.relative_to(root)
        return
    for inner in sorted(entry.iterdir()):
        if not inner.name.startswith(".") and inner.name != "__pycache__":
            yield from _walk_all(inner, root)


def cpp_files(root):
    """The C and C++ files of the tree, relative to `root`."""
    return [path for path in walk(root) if path.suffix in CPP_SUFFIXES]


def main(check, *folders):
    """Runs `check` on the folders that the command line names (SOURCE_ROOT first); its problems make the exit status."""
    folders = ("SOURCE_ROOT", *folders)
    arguments = [Path(argument).resolve() for argument in sys.argv[1:]]
    if len(arguments) != len(folders) or not all(path.is_dir() for path in arguments):
        sys.exit(f"usage: {Path(sys.argv[0]).name} {' '.join(folders)}")
    problems = check(*arguments)
    for problem in problems:
        print(problem)
    print(f"{len(problems)} problems" if problems else "no problems")
    sys.exit(1 if problems else 0)
