"""The file claims.yaml: claims and their variants, and by name what several claims share."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from pathlode.errors import ConfigError
from pathlode.reporting.claim_entries import BY_COLUMN, OWN, SIDES, Claim, read_claims

BY_NAME = {"systems": "systems", "margin": "margins", "adequacy": "adequacy"}
"""Fields that a claim can give by name, and the section of the file that holds the values."""
SECTIONS = ("families", *BY_NAME.values(), "rivals", "claims")
"""Sections of the file. Only ``claims`` is needed."""
VARIANTS = ("each", "also")
"""Fields that hold variants of a claim; with ``also`` it is a claim itself."""
RIVAL_NAME = "{rival}"
"""In a sentence: what the section ``rivals`` says of the rival."""
KEY = "{key}"
"""In a text of a variant: its key."""

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
        given: the sections of the file, by name. ``claims`` has the fields of claims, by id; the sentence alone may stand in
            their place. ``families`` has further fields, by name: a claim or a family that gives a ``family`` has that one's
            fields too. Own fields come first; ``rows``, ``ours`` and ``rival`` are merged column by column.
            ``systems``, ``margin`` and ``adequacy`` may be a name in the section of that kind. With ``by: column``, a name as
            ``ours`` or ``rival`` is a value of that column. ``{rival}`` in a sentence stands for what the section ``rivals``
            says of the rival, by its value in ``by``.
            The claim X may have variants, by key: changes of its fields, or a list of keys if nothing else changes.
            Keys joined by commas have the same changes. The variant ``b-c`` is the claim ``X-b-c``. Its rival is ``b_c``,
            unless its changes or X itself, not its family, give one. ``{key}`` in a text of X or of its changes stands for the
            key. With ``each``, X is no claim but what its variants share; with ``also`` it is one besides, and its variants
            are claims of our own unless they give a ``paper``.
        source: name of the file, for messages.

    Raises:
        ConfigError: if there are no claims, something is no mapping where one is expected, or a name is not known.
    """
    unknown = _mapping(given, source).keys() - {*SECTIONS}
    if unknown:
        raise ConfigError(f"{source} has the unknown key {min(unknown)!r}, expected {', '.join(SECTIONS)}")
    sections = {name: _mapping(given.get(name, {}), f"{source}: {name}") for name in SECTIONS}
    entries: list[dict[str, Any]] = []
    for name, fields in sections["claims"].items():
        entries += _with_variants(str(name), fields, sections["families"], f"{source}: claim {name}")
    if not entries:
        raise ConfigError(f"{source} has no claims, expected them by id under `claims`")
    return [_whole_entry(entry, sections, f"{source}: claim {entry['id']}") for entry in entries]


def _with_variants(name: str, given: Any, families: Fields, place: str) -> Iterator[dict[str, Any]]:
    """A claim and its variants, each with its id."""
    own = _fields(given, place)
    whole = _with_family(own, families, place)
    kinds = [kind for kind in VARIANTS if kind in whole]
    if len(kinds) == len(VARIANTS):
        raise ConfigError(f"{place} has each and also, expected one of them: move the variants of one to the other")
    variants = _variants(whole.pop(kinds[0]), f"{place}: {kinds[0]}") if kinds else {}
    if "each" not in kinds:
        yield whole | {"id": name}
    for key, changes in variants.items():
        rival = {} if "rival" in own else {"rival": key.replace("-", "_")}
        paper = {"paper": OWN} if "also" in kinds else {}
        entry = _merged(whole, {**rival, **paper, **changes, "id": f"{name}-{key.replace('_', '-')}"})
        yield {field: _with_key(value, key) for field, value in entry.items()}


def _variants(given: Any, place: str) -> dict[str, Fields]:
    """The changes of each variant, by key."""
    named = (
        {key: {} for key in given} if isinstance(given, list) else _mapping(given, place, "a list of keys or a mapping")
    )
    return {
        key: _fields(changes, f"{place}: {key}") for keys, changes in named.items() for key in str(keys).split(", ")
    }


def _with_key(value: Any, key: str) -> Any:
    """A value with the key of its variant in its texts."""
    if isinstance(value, Mapping):
        return {name: _with_key(part, key) for name, part in value.items()}
    return value.replace(KEY, key) if isinstance(value, str) else value


def _fields(given: Any, place: str) -> dict[str, Any]:
    """Fields of a claim, of which the sentence may stand alone."""
    return {"claim": given} if isinstance(given, str) else {**_mapping(given, place)}


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


def _whole_sentence(entry: Fields, rivals: Fields, place: str) -> dict[str, Any]:
    if RIVAL_NAME not in str(entry.get("claim")):
        return {**entry}
    rival = entry.get("rival")
    name = rival.get(entry.get("by")) if isinstance(rival, Mapping) else rival
    if not isinstance(name, str) or name not in rivals:
        raise ConfigError(
            f"{place}: rival is {name!r}, expected one of {', '.join(rivals)}, or a sentence without {RIVAL_NAME}"
        )
    return {**entry, "claim": entry["claim"].replace(RIVAL_NAME, rivals[name])}


def _whole_entry(entry: Fields, sections: Fields, place: str) -> dict[str, Any]:
    """An entry with values in place of their names, and with the words for its rival in its sentence."""
    values = _whole_sentence(entry, sections["rivals"], place)
    values.pop("by", None)
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


def _mapping(given: Any, place: str, expected: str = "a mapping") -> Fields:
    if not isinstance(given, Mapping):
        raise ConfigError(f"{place} is {given!r}, expected {expected}")
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
