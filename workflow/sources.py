"""The source files that a rule depends on."""

import os
from pathlib import Path

from pathlode.reporting.provenance import imported_modules, source_files


def sources(script: str, *modules: str) -> list[str]:
    """Source files that a script's results depend on, relative to the working directory.

    Listed as a rule's input, they make Snakemake run the rule again when, and only when, one of them changes, and are part of
    the job's identity, without which no checkpoint is taken up.

    Args:
        script: name in ``workflow/scripts``, without suffix: itself, and what it imports from the package.
        modules: further modules, which the script finds through the registries.
    """
    file = Path(__file__).parent / "scripts" / f"{script}.py"
    return [os.path.relpath(each) for each in (file, *source_files(*imported_modules(file), *modules))]
