"""Digests of all that a result depends on: of the code that a script reaches, and of a whole job.

Comments, docstrings, formatting and code for type checkers do not count. Editing them changes no digest.
"""

import ast
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pathlode.files import digest

PACKAGE = Path(__file__).parents[1]
NAMES_ONLY = {Path("__init__.py"), Path("registry.py")}
"""Files of the package that only list names. A user of a name depends on the module behind it, not on the list."""
IRRELEVANT = {"ctx", "kind", "type_comment", "type_ignores"}
"""Fields of Python's syntax tree that have no effect or follow from other fields."""
C_TOKEN = re.compile(r""""(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|//[^\n]*|/\*.*?\*/""", re.DOTALL)
"""A string or character constant of C, in which no comment can begin, or a comment."""


def identity(snakemake: Any) -> str:
    """Digest of all that a job's result depends on: rule, wildcards, parameters, and the content of its input files.

    The parameter ``code`` is the digest of the job's code.
    """
    given = {"rule": snakemake.rule, "wildcards": dict(snakemake.wildcards.items())}
    return digest(given | {"params": dict(snakemake.params.items())}, map(Path, sorted(set(snakemake.input))))


def code_digest(script: Path, entries: Iterable[str] = ()) -> str:
    """Digest of the code that a script reaches, of 16 hexadecimal digits.

    It is the same for all versions of Python that parse the code alike.

    Args:
        script: a Python file.
        entries: ``"module:class"`` of the entries that the script uses through registries, from
            :meth:`pathlode.entries.Registry.path`.
    """
    entries = sorted(set(entries))
    files = {file.as_posix(): _read(PACKAGE / file).digest for file in reached_files(script, entries)}
    return digest({"script": _read(script).digest, "entries": entries, "files": files})[:16]


def reached_files(script: Path, entries: Iterable[str] = ()) -> list[Path]:
    """Files of the package that a script and the entries' modules import, directly or not, relative to the package.

    A compiled module brings the C files beside it. A package's ``__init__.py`` counts if a name is imported from it. An import
    by :func:`pathlode.entries.imported` is not followed: what jobs import so is among their entries.

    Args:
        script: as in :func:`code_digest`.
        entries: as in :func:`code_digest`.
    """
    found: set[Path] = set()
    waiting = {*_read(script).imports, *filter(None, (_file(entry.partition(":")[0]) for entry in entries))}
    while waiting:
        file = waiting.pop()
        found.add(file)
        waiting |= {*_read(PACKAGE / file).imports} - found
    found -= NAMES_ONLY
    return sorted(found.union(*(_compiled(folder) for folder in {file.parent for file in found})))


@dataclass(frozen=True)
class _Code:
    """A file's digest, and the package's files that it imports, at its top or later."""

    digest: str
    imports: tuple[Path, ...]


@cache
def _read(file: Path) -> _Code:
    """Reads a file of Python or C."""
    if file.suffix != ".py":
        return _Code(_sha256(_c_text(file.read_text("utf-8"))), ())
    names: list[str] = []
    text = _tree_text(ast.parse(file.read_bytes()), names)
    return _Code(_sha256(text), tuple(dict.fromkeys(filter(None, map(_file, names)))))


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@cache
def _file(name: str) -> Path | None:
    """The file of a module, or of the module that a name is imported from, relative to the package; None for other packages."""
    package, *parts = name.split(".")
    if package != PACKAGE.name:
        return None
    path = Path(*parts)
    if (PACKAGE / path).is_dir():
        return path / "__init__.py"
    return path.with_suffix(".py") if (PACKAGE / path.with_suffix(".py")).is_file() else _file(name.rpartition(".")[0])


@cache
def _compiled(folder: Path) -> tuple[Path, ...]:
    return tuple(file.relative_to(PACKAGE) for file in (PACKAGE / folder).glob("*.[ch]"))


def _tree_text(node: Any, names: list[str]) -> str:
    """The part of a syntax tree that counts, as text. Appends imported names to ``names``.

    Empty fields are left out, because newer versions of Python have more of them.
    """
    if isinstance(node, list):
        return f"[{','.join(_tree_text(each, names) for each in node if not _is_for_readers(each))}]"
    if not isinstance(node, ast.AST):
        return repr(node)
    if isinstance(node, ast.Import):
        names += [alias.name for alias in node.names]
    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
        names += [f"{node.module}.{alias.name}" for alias in node.names]
    fields = ((name, getattr(node, name, None)) for name in node._fields if name not in IRRELEVANT)
    given = [f"{name}={_tree_text(value, names)}" for name, value in fields if value is not None and value != []]
    return f"{type(node).__name__}({','.join(given)})"


def _is_for_readers(node: Any) -> bool:
    """Whether a statement is a string that stands alone, or a block for type checkers."""
    if isinstance(node, ast.If):
        return not node.orelse and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _c_text(text: str) -> str:
    """C without comments, blank lines, and spaces around lines."""
    plain = C_TOKEN.sub(lambda found: " " if found[0].startswith("/") else found[0], text)
    return "\n".join(line for line in map(str.strip, plain.splitlines()) if line)
