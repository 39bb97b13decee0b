"""The configuration: its schema, and one file a chapter, with the settings that rules read and what must fit together."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pathlode.readme import markers
from workflow.configuration import dynamics, ecg, inference, scheduler
from workflow.configuration.schema import InvalidConfig, check_schema

__all__ = ["InvalidConfig", "check"]


def check(config: Mapping[str, Any]) -> None:
    """Refuses a configuration that the schema does not allow, or whose parts do not fit together.

    Raises:
        InvalidConfig: naming the key, what was expected, and the nearest allowed name.
    """
    check_schema(config)
    dynamics.check(config)
    inference.check(config)
    ecg.check(config)
    scheduler.check(config)
    for block in (*(f"{config['claims']['block']}_{chapter}" for chapter in config["chapters"]), "cost"):
        _check_readme(config["claims"]["readme"], block)


def _check_readme(readme: str | None, block: str) -> None:
    if readme is None:
        return
    if not Path(readme).is_file():
        raise InvalidConfig(
            f"config: claims.readme is {readme!r}, which is no file here; name the README, or null for none"
        )
    lacking = [marker for marker in markers(block) if marker not in Path(readme).read_text()]
    if lacking:
        raise InvalidConfig(
            f"config: claims.readme is {readme!r}, which lacks the line {lacking[0]!r} of the block {block!r}; put it where "
            "the tables belong"
        )
