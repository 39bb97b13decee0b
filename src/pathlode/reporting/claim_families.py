"""The file claims.yaml: groups of claims, and by name what several groups share."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from pathlode.errors import ConfigError
from pathlode.reporting.claim_entries import BY_COLUMN, SIDES, Claim, read_claims

BY_NAME = {"systems": "systems", "margin": "margins", "adequacy": "adequacy"}
"""Fields that a claim can give by name, and the section of the file that holds the values."""
SECTIONS = ("families", *BY_NAME.values(), "rivals", "claims")
"""Sections of the file. Only ``claims`` is needed."""
PLACEHOLDER = "{rival}"
"""In a sentence: what the section ``rivals`` says of the rival."""
SHARED = "shared"
"""Key of a group whose fields hold for all of its claims."""

Fields = Mapping[str, Any]
"""Fields of a claim, by name."""


def load_claims(path: Path) -> list[Claim]:
    """The claims of a file with the sections of :func:`whole_entries`.

    Raises:
        ConfigError: if the file is no YAML, a key stands twice in a mapping, or the claims are not as they should be.
    """
    try:
        with path.open() as file:
            given = yaml.load(file, _EachKeyOnce)
    except yaml.YAMLError as error:
        raise ConfigError(f"{path} is no YAML: {error}") from None
    return read_claims(whole_entries(given, path.name), path.name)


def whole_entries(given: Any, source: str) -> list[dict[str, Any]]:
    """The claims of a file, each with all of its fields.

    Args:
        given: the sections of the file, by name. ``claims`` has groups of claims: in each, claims by id, and in ``shared`` the
            fields that hold for all of them. ``families`` has further such fields, by name: ``shared`` or a family that gives a
            ``family`` has that family's fields too. What a claim gives comes before ``shared``, and that before the family; in
            ``rows``, ``ours`` and ``rival`` column by column.
            A claim that gives only its sentence may be that text. ``systems``, ``margin`` and ``adequacy`` may be a name in
            the section of that kind. With ``by: column``, a name as ``ours`` or ``rival`` is a value of that column.
            In a group with ``rivals_of: X``, the key ``b-c`` is the claim ``X-b-c``, with ``b_c`` as its rival unless it gives
            one. Rivals whose claims give nothing else are in the list ``rivals`` of ``shared``; they come first.
            ``{rival}`` in a sentence stands for what the section ``rivals`` says of the rival, by its value in ``by``.
        source: name of the file, for messages.

    Raises:
        ConfigError: if there are no claims, something is no mapping where one is expected, or a name is not known.
    """
    unknown = _mapping(given, source).keys() - {*SECTIONS}
    if unknown:
        raise ConfigError(f"{source} has the unknown key {min(unknown)!r}, expected {', '.join(SECTIONS)}")
    sections = {name: _mapping(given.get(name, {}), f"{source}: {name}") for name in SECTIONS}
    entries: list[dict[str, Any]] = []
    for name, group in sections["claims"].items():
        entries += _of_group(_mapping(group, f"{source}: {name}"), sections, f"{source}: {name}")
    if not entries:
        raise ConfigError(f"{source} has no claims, expected groups of them under `claims`")
    return [_with_values(entry, sections, f"{source}: claim {entry['id']}") for entry in entries]


def _of_group(group: Fields, sections: Fields, place: str) -> Iterator[dict[str, Any]]:
    """The claims of a group."""
    shared = _with_family(group.get(SHARED, {}), sections["families"], f"{place}: {SHARED}")
    rivals_of, rivals = shared.pop("rivals_of", None), shared.pop("rivals", [])
    if not isinstance(rivals, list) or (rivals and rivals_of is None):
        raise ConfigError(f"{place}: rivals is {rivals!r}, expected a list of names, in a group with rivals_of")
    alike: dict[str, Any] = {str(name).replace("_", "-"): {} for name in rivals}
    for key, given in {**alike, **{key: group[key] for key in group if key != SHARED}}.items():
        own = {"claim": given} if isinstance(given, str) else _mapping(given, f"{place}: {key}")
        if rivals_of is None:
            entry = _merged(shared, {**own, "id": key})
        else:
            entry = _merged(shared, {"rival": str(key).replace("-", "_"), **own, "id": f"{rivals_of}-{key}"})
        yield _whole_sentence(entry, sections["rivals"], f"{place}: claim {entry['id']}")


def _whole_sentence(entry: dict[str, Any], rivals: Fields, place: str) -> dict[str, Any]:
    """An entry with the words for its rival in its sentence."""
    if PLACEHOLDER not in str(entry.get("claim")):
        return entry
    rival = entry.get("rival")
    name = rival.get(entry.get("by")) if isinstance(rival, Mapping) else rival
    if not isinstance(name, str) or name not in rivals:
        raise ConfigError(
            f"{place}: rival is {name!r}, expected one of {', '.join(rivals)}, or a sentence without {PLACEHOLDER}"
        )
    return entry | {"claim": entry["claim"].replace(PLACEHOLDER, rivals[name])}


def _with_family(fields: Any, families: Fields, place: str) -> dict[str, Any]:
    """Some fields, and those of their family besides."""
    own = {**_mapping(fields, place)}
    name = own.pop("family", None)
    if name is None:
        return _merged({}, own)
    if name not in families:
        raise ConfigError(f"{place}: family is {name!r}, expected one of {', '.join(families)}")
    others = {other: given for other, given in families.items() if other != name}
    return _merged(_with_family(families[name], others, f"{place}: family {name}"), own)


def _merged(common: Fields, own: Fields) -> dict[str, Any]:
    """Own fields before common ones, column by column where they select rows."""
    whole = {**common, **own}
    for name in BY_COLUMN:
        if name in SIDES and isinstance(whole.get(name), str) and "by" in whole:
            whole[name] = {whole["by"]: whole[name]}
        if isinstance(whole.get(name), Mapping) and isinstance(common.get(name), Mapping):
            whole[name] = {**common[name], **whole[name]}
    return whole


def _with_values(entry: Fields, sections: Fields, place: str) -> dict[str, Any]:
    """An entry with values in place of their names."""
    values = {name: value for name, value in entry.items() if name != "by"}
    for name, section in BY_NAME.items():
        given = values.get(name)
        if name == "adequacy" and isinstance(given, list):
            values[name] = [_value(rule, sections[section], f"{place}: {name}") for rule in given]
        elif name in values:
            values[name] = _value(given, sections[section], f"{place}: {name}")
    return values


def _value(given: Any, names: Fields, place: str) -> Any:
    if isinstance(given, str) and given not in names:
        raise ConfigError(f"{place} is {given!r}, expected one of {', '.join(names)}, or the value itself")
    return names[given] if isinstance(given, str) else given


def _mapping(given: Any, place: str) -> Fields:
    if not isinstance(given, Mapping):
        raise ConfigError(f"{place} is {given!r}, expected a mapping")
    return given


class _EachKeyOnce(yaml.SafeLoader):
    """A reader of YAML that refuses a key that stands twice in a mapping; others keep the last, and a claim would be lost."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key, _ in node.value:
            if key.value in seen:
                line = f"{key.start_mark.name}, line {key.start_mark.line + 1}"
                raise ConfigError(f"{line}: the key {key.value!r} stands twice, expected once: rename or remove one")
            seen.add(key.value)
        return super().construct_mapping(node, deep)
