"""The files of the default configuration, in the order in which the Snakefile reads them."""

import json
from pathlib import Path
from typing import Any

import yaml

from workflow.chapters import CHAPTERS

FILES = ("config.yaml", "config/systems.yaml", *(f"config/{chapter}.yaml" for chapter in CHAPTERS))
"""The entry, with the settings that all chapters share, and one file each for the simulated systems and the chapters."""
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""What reads them: the compiled one, where it is there, is ten times as fast."""


def default_config(folder: Path = Path()) -> dict[str, Any]:
    """The configuration of the scale `hour`, the default, from the project in a folder.

    As in Snakemake, two keys share no object, even if the files use an anchor.
    """
    config: dict[str, Any] = {}
    for file in FILES:
        config |= yaml.load((folder / file).read_text(), LOADER)
    return dict(json.loads(json.dumps(config)))
