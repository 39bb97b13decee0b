"""The configuration: its schema, and one file a chapter, with the settings that rules read and what must fit together."""

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from pathlode.reporting.pages import markers
from workflow.chapters import CHAPTERS
from workflow.configuration.files import FILES, default_config
from workflow.configuration.schema import InvalidConfig, check_schema

__all__ = ["FILES", "InvalidConfig", "check", "default_config"]

FOLDERS = (*CHAPTERS, "tables", "figures")
"""What lies in results/ beside the folders of other scales."""


def check(config: Mapping[str, Any]) -> None:
    """Refuses a configuration that the schema does not allow, or whose parts do not fit together.

    Raises:
        InvalidConfig: naming the key, what was expected, and the nearest allowed name.
    """
    check_schema(config)
    if config["scale"] in FOLDERS:
        raise InvalidConfig(
            f"config: scale is {config['scale']!r}, a folder of the default scale's results; choose another name"
        )
    for chapter in CHAPTERS:
        import_module(f"workflow.configuration.{chapter}").check(config)
    claims = config["claims"]
    if claims["readme"] is not None:
        _check_block("claims.readme", Path(claims["readme"]), "claims")
    if claims["pages"] is not None:
        for chapter in config["chapters"]:
            _check_block("claims.pages", Path(claims["pages"]) / f"{chapter}.md", f"{claims['block']}_{chapter}")
        if claims["readme"] is not None:
            _check_block("claims.pages", Path(claims["pages"]) / "costs.md", "cost")


def _check_block(key: str, page: Path, block: str) -> None:
    if not page.is_file():
        raise InvalidConfig(f"config: {key} asks for {str(page)!r}, which is no file here; name one, or null for none")
    lacking = [marker for marker in markers(block) if marker not in page.read_text()]
    if lacking:
        raise InvalidConfig(
            f"config: {key} asks for {str(page)!r}, which lacks the line {lacking[0]!r} of the block {block!r}; put it "
            "where the tables belong"
        )
