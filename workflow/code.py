"""The code that a rule's jobs depend on."""

from functools import cache
from pathlib import Path

from pathlode.reporting.identity import code_digest


@cache
def code(script: str, *entries: str) -> str:
    """Digest of a job's code, for its parameters: an edit of code reruns exactly the jobs whose digest changes.

    Pass it as a function of the wildcards, even if it needs none. Each of Snakemake's processes then reads only the code of its
    own jobs.

    Args:
        script: name in ``workflow/scripts``, without suffix. The digest covers it and the package's modules that it imports.
        entries: ``"module:class"`` of the entries that the script uses through registries.
    """
    return code_digest(Path(__file__).parent / "scripts" / f"{script}.py", entries)
