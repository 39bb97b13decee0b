"""The replicates of a chapter, by their numbers."""

from collections.abc import Mapping
from typing import Any


def replicate_numbers(config: Mapping[str, Any], chapter: str) -> list[int]:
    """The numbers of a chapter's replicates: its own ``seeds``, or ``replicates`` numbers from ``first_replicate`` on."""
    first, settings = config["first_replicate"], config[chapter]
    return list(settings.get("seeds", range(first, first + settings["replicates"])))
