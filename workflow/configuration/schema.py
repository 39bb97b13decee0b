"""The configuration's JSON schema, and messages for violations of it."""

import difflib
import math
import os
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, cast

import yaml
from jsonschema import Draft202012Validator, validators
from jsonschema.exceptions import ValidationError, best_match

from pathlode import registry
from pathlode.ecg.records import RECORDS
from pathlode.entries import Registry
from pathlode.registry import ADAPTIVE_BACKENDS
from workflow.chapters import CHAPTERS
from workflow.configuration.files import FILES, LOADER
from workflow.variations import VARIATIONS

NAMES: dict[str, Iterable[str]] = {
    **{name.lower(): entries for name, entries in vars(registry).items() if isinstance(entries, Registry)},
    "adaptive_methods": sorted({method for name in ADAPTIVE_BACKENDS for method in ADAPTIVE_BACKENDS.words(name)}),
    "records": RECORDS,
    "chapters": CHAPTERS,
    "variations": ("none", *VARIATIONS),
}
"""What ``x-registry`` in the schema can name: every registry of the package, in small letters, and a few more."""
Validator = validators.extend(
    Draft202012Validator,
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine("integer", lambda _, value: type(value) is int),
)
"""JSON schema, except that 5.0 is not an integer, as in PyTorch."""
SCHEMAS = Path(__file__).parents[1] / "schemas"
"""The folder of the schema. It has one file per file of the configuration."""
ENTRY = "config.schema.yaml"  # a name that the Snakemake workflow catalogue looks for


class InvalidConfig(ValueError):
    """The configuration cannot be used; the text is one sentence with the place and the remedy."""


def schema() -> dict[str, Any]:
    """The configuration's JSON schema, from all of its files; ``x-registry: losses`` stands for the names in that registry."""

    def filled(node: Any) -> Any:
        if isinstance(node, list):
            return [filled(item) for item in node]
        if not isinstance(node, dict):
            return node
        node = {key: filled(value) for key, value in node.items()}
        if "x-registry" in node:
            node["enum"] = list(NAMES[node["x-registry"]])
        return node

    entry, *others = _parts().values()
    whole = entry | {part: entry[part].copy() for part in ("properties", "$defs")}
    for other in others:
        whole["properties"] |= other["properties"]
        whole["$defs"] |= other.get("$defs", {})
    return dict(filled(whole | {"required": list(whole["properties"])}))


@cache
def _parts() -> dict[Path, Any]:
    """The content of each file of the schema. The first describes the keys of config.yaml."""
    names = [ENTRY, *(Path(file).name for file in FILES[1:])]
    return {SCHEMAS / name: yaml.load((SCHEMAS / name).read_text(), LOADER) for name in names}


def _file_of(error: ValidationError) -> Path:
    """The file of the schema that describes the key at fault, or the folder if it is none of the outermost keys."""
    key = next(iter(error.absolute_path), None)
    return next((path for path, part in _parts().items() if key in part["properties"]), SCHEMAS)


def check_schema(config: Mapping[str, Any]) -> None:
    """Refuses what the schema does not allow."""
    _check_numbers(config, "")
    error = best_match(Validator(schema()).iter_errors(config))
    if error is not None:
        described = os.path.relpath(_file_of(error))
        raise InvalidConfig(f"config: {_sentence(error)} (every key is described in {described})")


def unknown(place: str, name: str, allowed: Mapping[str, Any], whole: str = "systems") -> str:
    """Message for a name that is not a key of a part of the configuration."""
    return f"config: {place} names {name!r}, which is not a key of {whole}{_suggestion(name, allowed)}"


def _check_numbers(node: Any, place: str) -> None:
    """Refuses what YAML allows and JSON does not: keys that are not text, and numbers that are not finite."""
    items = node.items() if isinstance(node, Mapping) else enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        if isinstance(node, Mapping) and not isinstance(key, str):
            raise InvalidConfig(
                f"config: the key {key!r}{f' of {place}' * bool(place)} is not text; put it in quotes or choose another name"
            )
        _check_numbers(value, f"{place}[{key}]" if isinstance(node, list) else _join(place, str(key)))
    if isinstance(node, float) and not math.isfinite(node):
        raise InvalidConfig(f"config: {place} is {node}, expected a finite number")


def _sentence(error: ValidationError) -> str:
    place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in error.absolute_path).lstrip(".")
    value, rule, schema = cast(Any, error.instance), cast(Any, error.validator_value), cast(Any, error.schema)
    match error.validator:
        case "additionalProperties":
            allowed = schema.get("properties", {})
            unknown = next(key for key in value if key not in allowed)
            return f"unknown key {_join(place, unknown)!r}{_suggestion(unknown, allowed)}"
        case "required":
            missing = next(key for key in rule if key not in value)
            described = schema.get("properties", {}).get(missing, {})
            return f"{_join(place, missing)} is missing; {described.get('description', 'add it')}"
        case "enum":
            return f"{place} is {value!r}, expected one of {', '.join(map(str, rule))}{_suggestion(str(value), rule)}"
        case "type":
            return f"{place} is {value!r}, expected {_any_of(rule)}"
        case "minimum" | "exclusiveMinimum" | "maximum" | "exclusiveMaximum":
            relations = {
                "minimum": "at least",
                "exclusiveMinimum": "above",
                "maximum": "at most",
                "exclusiveMaximum": "below",
            }
            return f"{place} is {value!r}, expected a number {relations[error.validator]} {rule}"
        case "multipleOf":
            return f"{place} is {value!r}, expected a multiple of {rule}"
        case "minItems" | "minProperties" | "maxItems" | "maxProperties":
            relation = "at least" if str(error.validator).startswith("min") else "at most"
            return f"{place} has {len(value)} entries, expected {relation} {rule}"
        case "uniqueItems":
            twice = next(item for number, item in enumerate(value) if item in value[:number])
            return f"{place} has {twice!r} twice; remove one"
        case "pattern" if "x-expected" in schema:
            return f"{place} is {value!r}, expected {schema['x-expected']}"
        case "pattern":
            return f"{place} is {value!r}, expected only letters, digits, underscores{' and blanks' * (' ' in rule)}"
        case _:
            return f"{place}: {error.message}"


def _any_of(types: str | list[str]) -> str:
    words = {
        "object": "a mapping",
        "array": "a list",
        "string": "a text",
        "integer": "a whole number",
        "number": "a number",
    }
    words |= {"boolean": "true or false", "null": "null"}
    return " or ".join(words[name] for name in ([types] if isinstance(types, str) else types))


def _join(place: str, key: str) -> str:
    return f"{place}.{key}" if place else key


def _suggestion(given: str, allowed: Any) -> str:
    close = difflib.get_close_matches(str(given), [str(name) for name in allowed], n=1)
    if close:
        return f"; did you mean {close[0]!r}?"
    return f"; allowed are {', '.join(map(str, allowed))}" if isinstance(allowed, Mapping) else ""
