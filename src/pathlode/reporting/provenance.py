"""Provenance of results: commit, packages and processor."""

import platform
import re
import subprocess
from contextlib import suppress
from importlib import metadata
from pathlib import Path

COMPUTING = ("bench", "ecg", "inference", "schedule", "torchdiffeq", "workflow")
"""Extras of the package that some results require."""


def commit() -> str:
    """The commit of the working directory's checkout, with ``-dirty`` if files differ from it, or ``unknown``."""
    command = ["git", "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def packages() -> dict[str, str]:
    """Versions of Python, of pathlode, and of the installed packages that it requires, with extras used in computations."""
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
