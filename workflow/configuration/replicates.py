"""The replicates of a chapter: whole experiments, each made from its number."""

from collections.abc import Mapping, Sequence
from typing import Any


def replicate_numbers(config: Mapping[str, Any], chapter: str) -> list[int]:
    """The numbers of a chapter's replicates: its own ``seeds``, or ``replicates`` numbers from ``first_replicate`` on."""
    first, own = config["first_replicate"], config[chapter]
    return list(own.get("seeds", range(first, first + own["replicates"])))


def replicate_batches(config: Mapping[str, Any], chapter: str, most: int | None = None) -> dict[str, list[int]]:
    """The replicates of a chapter that one job treats together, ``batch`` at most, by the name of the batch, such as ``0-9`` or
    ``0_3_7``.

    Args:
        most: only so many of the first ones; None for all.
    """
    numbers, size = replicate_numbers(config, chapter)[:most], config[chapter]["batch"]
    return {_batch_name(part): part for part in (numbers[at : at + size] for at in range(0, len(numbers), size))}


def _batch_name(numbers: Sequence[int]) -> str:
    consecutive = list(numbers) == list(range(numbers[0], numbers[0] + len(numbers)))
    return f"{numbers[0]}-{numbers[-1]}" if consecutive else "_".join(map(str, numbers))
