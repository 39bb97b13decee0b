"""Converts values that ``snakemake --config`` passes as text to the type in the schema."""

from collections.abc import Mapping, MutableMapping
from typing import Any

from workflow.configuration.schema import schema


def read_texts(config: MutableMapping[str, Any]) -> None:
    """Replaces every text in a configuration by the number, truth value or null that the schema expects in its place.

    ``--config 'dynamics={"seeds": [0, 1]}'`` gives the seeds as "0" and "1". A text that cannot be converted is kept, and
    :func:`workflow.configuration.check` refuses it.
    """
    whole = schema()
    for key in config:
        config[key] = _read(config[key], _below(whole, key, whole), whole)


def _read(value: Any, node: Mapping[str, Any], whole: Mapping[str, Any]) -> Any:
    if isinstance(value, Mapping):
        return {key: _read(item, _below(node, key, whole), whole) for key, item in value.items()}
    if isinstance(value, list):
        return [_read(item, _resolved(node.get("items", {}), whole), whole) for item in value]
    return _from_text(value, node) if isinstance(value, str) else value


def _below(node: Mapping[str, Any], key: str, whole: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema of a mapping's key; an empty schema, which allows anything, if the key has none."""
    other = node.get("additionalProperties")
    return _resolved(node.get("properties", {}).get(key, other or {}), whole)


def _resolved(node: Mapping[str, Any], whole: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema that a reference points to, or the schema itself."""
    while "$ref" in node:
        target: Any = whole
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = {**target, **{key: value for key, value in node.items() if key != "$ref"}}
    return node


def _from_text(text: str, node: Mapping[str, Any]) -> Any:
    """The text as the first expected type that it can be read as, or the text itself."""
    expected = node.get("type", [])
    types = [expected] if isinstance(expected, str) else expected
    words: dict[str, Any] = {"true": True, "false": False} if "boolean" in types else {}
    words |= {"null": None} if "null" in types else {}
    words |= {str(value): value for value in node.get("enum", [])}
    if text in words:
        return words[text]
    for name, read in (("integer", int), ("number", int), ("number", float)):
        if name in types:
            try:
                return read(text)
            except ValueError:
                continue
    return text
