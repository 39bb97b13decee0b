"""What results depend on: source files, settings, commit, packages and processor."""

import ast
import hashlib
import json
import platform
import re
import subprocess
from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).parents[1]
NAMES_ONLY = {"pathlode.registry"}
"""Modules that only hold names: who uses an entry of the registry depends on the entry's module, not on the list."""

COMPUTING = ("bench", "ecg", "inference", "schedule", "workflow")
"""Extras of the package without which some numbers cannot be made."""


def source_files(*modules: str) -> list[Path]:
    """The package's files that the given modules consist of or import, directly or not, in a stable order.

    Args:
        modules: dotted names inside the package, for example ``pathlode.training.trainer``.

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
    return sorted(files.union(*(file.parent.glob("*.[ch]") for file in files)))


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
    return digest(settings, source_files(*modules))


def digest(settings: Mapping[str, Any], files: Iterable[Path]) -> str:
    """SHA-256 of settings (plain values) and of the content of files."""
    found = hashlib.sha256(json.dumps(settings, sort_keys=True).encode())
    for file in files:
        found.update(file.read_bytes())
    return found.hexdigest()


def commit() -> str:
    """The commit of the checkout that the working directory is in, with ``-dirty`` if files differ from it, or ``unknown``."""
    command = ["git", "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def packages() -> dict[str, str]:
    """Versions of Python, of pathlode, and of what it requires with the extras that computations use, where installed."""
    versions = {"python": platform.python_version()}
    for requirement in ["pathlode", *(metadata.requires("pathlode") or [])]:
        extra = re.search(r"extra == .(\w+)", requirement)
        name = re.split(r"[^\w.-]", requirement)[0]
        if extra is None or extra[1] in COMPUTING:
            with suppress(metadata.PackageNotFoundError):
                versions[name] = metadata.version(name)
    return dict(sorted(versions.items()))


def processor() -> str:
    """Name of this machine's processor."""
    file = Path("/proc/cpuinfo")
    names = re.findall(r"^model name\s*: (.*)$", file.read_text(), re.MULTILINE) if file.is_file() else []
    return names[0] if names else platform.processor() or platform.machine()


def _file(module: str) -> Path:
    return PACKAGE.joinpath(*module.split(".")[1:]).with_suffix(".py")
