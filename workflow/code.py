"""The code that a rule's jobs depend on."""

from functools import cache
from pathlib import Path

from pathlode.reporting.identity import code_digest


@cache
def code(script: str, *entries: str) -> str:
    """Digest of the code of a job, for its parameters: Snakemake runs a job again when, and only when, it changes.

    Give it as a function of the wildcards, even where it needs none: then each of Snakemake's processes reads no more code
    than that of its own jobs.

    Args:
        script: name in ``workflow/scripts``, without suffix: itself, and what it imports from the package.
        entries: ``"module:class"`` of what the script finds through registries.
    """
    return code_digest(Path(__file__).parent / "scripts" / f"{script}.py", entries)
