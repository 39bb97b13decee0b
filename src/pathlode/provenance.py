"""Which source files a module's results depend on, and a fingerprint of them together with the settings."""

import ast
import hashlib
import json
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).parent
NAMES_ONLY = {"pathlode.registry"}
"""Modules that only hold names: who uses an entry of the registry depends on the entry's module, not on the list."""


def source_files(*modules: str) -> list[Path]:
    """The package's files that the given modules consist of or import, directly or not, in a stable order.

    Args:
        modules: dotted names inside the package, for example ``pathlode.train``.

    Returns:
        Python files, and the C files of compiled modules; without ``__init__.py`` files and the registry, which hold names
        only.
    """
    found: set[str] = set()
    waiting = list(modules)
    while waiting:
        module = waiting.pop()
        if module not in found:
            found.add(module)
            waiting.extend(imported_modules(_file(module)))
    files = {_file(module) for module in found - NAMES_ONLY}
    return sorted(files.union(*(file.parent.glob(f"{file.stem}*.[ch]") for file in files)))


@cache
def imported_modules(file: Path) -> tuple[str, ...]:
    """The package's modules that a Python file imports, read from its text without running it."""
    names: list[str] = []
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names += [f"{node.module}.{alias.name}" for alias in node.names] + [node.module]
    return tuple(name for name in names if name.startswith(f"{PACKAGE.name}.") and _file(name).is_file())


def fingerprint(settings: Mapping[str, Any], modules: Iterable[str]) -> str:
    """SHA-256 of settings (plain values) and of the text of every source file that the modules depend on."""
    digest = hashlib.sha256(json.dumps(settings, sort_keys=True).encode())
    for file in source_files(*modules):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _file(module: str) -> Path:
    return PACKAGE.joinpath(*module.split(".")[1:]).with_suffix(".py")
