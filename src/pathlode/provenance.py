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
"""Modules whose text decides nothing by itself: a user of the registry names the entry's module as well."""


def source_files(*modules: str) -> list[Path]:
    """The package's files that the given modules consist of or import, directly or not, in a stable order.

    Args:
        modules: dotted names inside the package, for example ``pathlode.train``.

    Returns:
        Python files, and the C files of compiled modules; without ``__init__.py`` and the registry, which hold names only.
    """
    found: set[str] = set()
    waiting = list(modules)
    while waiting:
        module = waiting.pop()
        if module not in found:
            found.add(module)
            waiting.extend(imported_modules(_file(module)))
    files = {_file(module) for module in found - NAMES_ONLY}
    files |= {other for file in files for other in PACKAGE.glob(f"{file.stem}*.[ch]") if file.parent == PACKAGE}
    return sorted(file for file in files if file.name != "__init__.py")


@cache
def imported_modules(file: Path) -> tuple[str, ...]:
    """The package's modules that a Python file imports, read from its text without running it."""
    names: list[str] = []
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names += [f"{node.module}.{alias.name}" for alias in node.names] + [node.module]
    return tuple(name for name in names if name.split(".")[0] == PACKAGE.name and _exists(name))


def fingerprint(settings: Mapping[str, Any], modules: Iterable[str]) -> str:
    """SHA-256 of settings (plain values) and of the text of every source file that the modules depend on."""
    digest = hashlib.sha256(json.dumps(settings, sort_keys=True).encode())
    for file in source_files(*modules):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _file(module: str) -> Path:
    path = PACKAGE.joinpath(*module.split(".")[1:])
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def _exists(module: str) -> bool:
    return _file(module).exists()
