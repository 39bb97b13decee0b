"""The code that a rule's jobs depend on."""

import hashlib
import json
import os
from contextlib import suppress
from functools import cache
from pathlib import Path

from pathlode.files import writing
from pathlode.reporting.identity import PACKAGE, code_digest

SCRIPTS = Path(__file__).parent / "scripts"
REMEMBERED = Path(".snakemake/code_digests.json")
"""Digests that an earlier process found, and the digest of all sources for which they are true."""


@cache
def code(script: str, *entries: str) -> str:
    """Digest of a job's code, for its parameters: an edit of code reruns exactly the jobs whose digest changes.

    Pass it as a function of the wildcards, even if it needs none. Each of Snakemake's processes then asks only for the code of
    its own jobs. Parsing code takes most of the time, so digests are kept in a file while no source changes.

    Args:
        script: name in ``workflow/scripts``, without suffix. The digest covers it and the package's modules that it imports.
        entries: ``"module:class"`` of the entries that the script uses through registries.
    """
    asked, known = " ".join([script, *entries]), _known()
    if asked not in known:
        known[asked] = code_digest(SCRIPTS / f"{script}.py", entries)
        with suppress(OSError), writing(REMEMBERED) as temporary:
            temporary.write_text(json.dumps({"sources": _sources(), "digests": known}))
    return known[asked]


@cache
def _known() -> dict[str, str]:
    """The digests that are remembered, if they are of the present sources."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        remembered = json.loads(REMEMBERED.read_text())
        if remembered["sources"] == _sources():
            return dict(remembered["digests"])
    return {}


@cache
def _sources() -> str:
    """Digest of every file of code that a job could reach, by name and content."""
    found = hashlib.sha256()
    for top in (SCRIPTS, PACKAGE):
        paths = (os.path.join(folder, name) for folder, _, names in os.walk(top) for name in names)
        for path in sorted(path for path in paths if path.endswith((".py", ".c", ".h"))):
            with open(path, "rb") as file:
                content = file.read()
            found.update(f"{path.removeprefix(str(top))} {len(content)}\n".encode() + content)
    return found.hexdigest()
