"""The configuration: its schema, and one module per chapter with the settings that rules read and checks of consistency."""

from collections.abc import Mapping
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Any

from pathlode.reporting.pages import markers
from workflow.chapters import CHAPTERS
from workflow.configuration.files import FILES, default_config
from workflow.configuration.schema import InvalidConfig, check_schema

__all__ = ["FILES", "InvalidConfig", "check", "default_config"]

FOLDERS = (*CHAPTERS, "tables", "figures", "pages", "stability")
"""Folders of the scale `hour` in results/, which other scales must not be named after."""


def check(config: Mapping[str, Any]) -> None:
    """Refuses a configuration that breaks the schema or whose parts are inconsistent.

    Raises:
        InvalidConfig: naming the key, what was expected, and the nearest allowed name.
    """
    check_schema(config)
    if config["scale"] in FOLDERS:
        raise InvalidConfig(
            f"config: scale is {config['scale']!r}, the name of a folder of the scale hour's results; choose another name"
        )
    for chapter in CHAPTERS:
        import_module(f"workflow.configuration.{chapter}").check(config)
    _check_repetition(config)
    claims = config["claims"]
    if any(later <= earlier for earlier, later in pairwise(claims["looks"])):
        raise InvalidConfig(f"config: claims.looks is {claims['looks']}, expected increasing numbers of replicates")
    if claims["readme"] is not None:
        _check_block("claims.readme", Path(claims["readme"]), "claims")
    if claims["pages"] is not None:
        for chapter in config["chapters"]:
            for block in (f"claims_{chapter}", f"scores_{chapter}"):
                _check_block("claims.pages", Path(claims["pages"]) / f"{chapter}.md", block)
        _check_block("claims.pages", Path(claims["pages"]) / "costs.md", claims["costs"])


def _check_repetition(config: Mapping[str, Any]) -> None:
    """Refuses other replicates that are not other ones."""
    own, other, dynamics = config["first_replicate"], config["stability"]["first_replicate"], config["dynamics"]
    if abs(other - own) < dynamics["replicates"]:
        raise InvalidConfig(
            f"config: stability.first_replicate is {other}, but this run has {dynamics['replicates']} replicates from {own} "
            "on; choose a number of which they are farther away"
        )
    if config["variation"] == "replicates" and "seeds" in dynamics:
        raise InvalidConfig(
            "config: variation is replicates, but dynamics.seeds names the replicates; remove dynamics.seeds"
        )


def _check_block(key: str, page: Path, block: str) -> None:
    if not page.is_file():
        raise InvalidConfig(
            f"config: {key} needs the file {str(page)!r}, which does not exist; create it, or set {key}: null"
        )
    lacking = [marker for marker in markers(block) if marker not in page.read_text()]
    if lacking:
        raise InvalidConfig(
            f"config: {key}: the page {str(page)!r} lacks the line {lacking[0]!r} of the block {block!r}; add it where the "
            "tables should be"
        )
