"""Claims, as claims.yaml declares them."""

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields
from typing import Any

from pathlode.errors import ConfigError

SIDES = ("ours", "rival")
"""The two sides of a claim; each selects rows by column and value."""
BY_COLUMN = ("rows", *SIDES)
"""Fields that select rows by column and value."""
CONTROL = "control"
"""The paper of a claim that compares a setting with itself."""
OWN = "ours"
"""The paper of a claim of our own."""


@dataclass(frozen=True)
class Margin:
    """Which ratios count as no difference: those from 1/ratio to ratio. Either ``ratio`` or ``points`` is given.

    Args:
        because: the reason.
        ratio: m, above 1.
        points: percentage points of accuracy. At an error e they are the ratio (e + points / 100) / e.
    """

    because: str
    ratio: float | None = None
    points: float | None = None


@dataclass(frozen=True)
class Adequacy:
    """A rule that says which errors are too large for a comparison to mean anything. Without a ceiling and a trivial predictor,
    none are.

    Args:
        because: the reason.
        table: a table; the claim's by default.
        metric: its column with the error; the claim's by default.
        rows: what both sides have in other columns of that table; as in the claim by default.
        trivial: what the trivial predictor's rows have in the columns in which they differ from ours.
        ceiling: the largest adequate error, for all systems or by system.
    """

    because: str
    table: str | None = None
    metric: str | None = None
    rows: Mapping[str, Any] | None = None
    trivial: Mapping[str, Any] | None = None
    ceiling: float | Mapping[str, float] | None = None


@dataclass(frozen=True)
class Claim:
    """One claim of claims.yaml: two settings of one table, compared on each of some systems. A smaller metric is better.

    Args:
        id: short and stable.
        paper: A, B or C, :data:`OWN`, or :data:`CONTROL`.
        claim: the statement in our words.
        systems: where it is tested, values of ``column``.
        table: name of the table.
        metric: its column that is compared.
        ours, rival: what the rows of each side have in columns that differ.
        target: what to ask Snakemake for.
        margin: which ratios count as no difference.
        adequacy: the largest errors at which a comparison means anything. One side must satisfy all rules.
        rows: what the rows of both sides have in other columns.
        paper_value: the paper's number for the ratio rival / ours, if it published one.
        factor: the ratio that is asked for. The margin lies around it.
        column: the column with the systems.
        halves: whether the first half of our replicates is paired with the second half of the rival's.
        left_out: a table with the same rows without each of the patients in turn, whose name is in its column ``without``, if
            all replicates are tested on the same patients.
        unclaimed: systems about which the paper says nothing.
        timed: whether the metric is a measured time, which no other run repeats exactly.
    """

    id: str
    paper: str
    claim: str
    systems: Sequence[str]
    table: str
    metric: str
    ours: Mapping[str, Any]
    rival: Mapping[str, Any]
    target: str
    margin: Margin
    adequacy: Sequence[Adequacy]
    rows: Mapping[str, Any] = field(default_factory=dict)
    paper_value: float | None = None
    factor: float = 1.0
    column: str = "system"
    halves: bool = False
    left_out: str | None = None
    unclaimed: Sequence[str] = ()
    timed: bool = False

    def made_by(self, system: str) -> str:
        """Which paper makes the claim about a system. Where the paper is silent, the claim is ours."""
        return OWN if system in self.unclaimed else self.paper


def read_claims(entries: Sequence[Mapping[str, Any]], source: str) -> list[Claim]:
    """Claims from plain mappings.

    Args:
        entries: mappings with the fields of :class:`Claim`; ``adequacy`` is one rule or a list of rules.
        source: origin of the entries, for messages.

    Raises:
        ConfigError: if an entry has a missing or unknown key or a value of the wrong kind, an id is used twice, or a system is
            unclaimed on which no claim is tested.
    """
    read = [
        _claim(entry, f"{source}: claim {entry.get('id', f'number {number}')}")
        for number, entry in enumerate(entries, start=1)
    ]
    ids = [claim.id for claim in read]
    repeated = sorted({name for name in ids if ids.count(name) > 1})
    if repeated:
        raise ConfigError(
            f"{source}: the id {repeated[0]!r} is used {ids.count(repeated[0])} times, expected once: rename one of the claims"
        )
    tested = {system for claim in read for system in claim.systems}
    for claim in read:
        for system in claim.unclaimed:
            if system not in tested:
                raise ConfigError(
                    f"{source}: claim {claim.id}: unclaimed names {system!r}, expected a system of a claim: correct it"
                )
    return read


def _claim(entry: Mapping[str, Any], place: str) -> Claim:
    given = dict(entry)
    _check_keys(Claim, given, place)
    for name, value in given.items():
        _check_kind(name, value, place)
    given["margin"] = _margin(given["margin"], f"{place}: margin")
    rules = given["adequacy"] if isinstance(given["adequacy"], list) else [given["adequacy"]]
    if not rules:
        raise ConfigError(f"{place}: adequacy is [], expected a rule or a list of rules")
    given["adequacy"] = [_adequacy(rule, f"{place}: adequacy") for rule in rules]
    return Claim(**given)


def _check_keys(kind: type, given: Any, place: str) -> None:
    known = {each.name: each.default is MISSING and each.default_factory is MISSING for each in fields(kind)}
    if not isinstance(given, Mapping):
        raise ConfigError(f"{place} is {given!r}, expected a mapping with {', '.join(known)}")
    for name in sorted(given.keys() - known):
        raise ConfigError(f"{place} has the unknown key {name!r}, expected {', '.join(known)}")
    for name in (name for name, needed in known.items() if needed and name not in given):
        raise ConfigError(f"{place} lacks {name!r}, expected {', '.join(known)}")


def _margin(given: Any, place: str) -> Margin:
    _check_keys(Margin, given, place)
    margin = Margin(**given)
    if (margin.ratio is None) == (margin.points is None):
        raise ConfigError(f"{place} is {given!r}, expected either a ratio or points")
    if not (_number(margin.ratio, 1.0) or _number(margin.points, 0.0)):
        raise ConfigError(f"{place} is {given!r}, expected a ratio above 1 or points above 0")
    return margin


def _adequacy(given: Any, place: str) -> Adequacy:
    _check_keys(Adequacy, given, place)
    rule = Adequacy(**given)
    ceilings = rule.ceiling.values() if isinstance(rule.ceiling, Mapping) else [rule.ceiling]
    if rule.ceiling is not None and not all(_number(ceiling, 0.0) for ceiling in ceilings):
        raise ConfigError(f"{place}: ceiling is {rule.ceiling!r}, expected a number above 0, or one for each system")
    if not all(isinstance(rows, Mapping | None) for rows in (rule.rows, rule.trivial)):
        raise ConfigError(f"{place} is {given!r}, expected mappings from columns to values as rows and trivial")
    return rule


def _number(value: Any, above: float) -> bool:
    return isinstance(value, int | float) and value > above


def _check_kind(name: str, value: Any, place: str) -> None:
    if name in ("paper_value", "factor"):
        allowed = int | float | None if name == "paper_value" else int | float
        if not isinstance(value, allowed):
            words = "a number or null" if name == "paper_value" else "a number"
            raise ConfigError(f"{place}: {name} is {value!r}, expected {words}")
    elif name in ("halves", "timed"):
        if not isinstance(value, bool):
            raise ConfigError(f"{place}: {name} is {value!r}, expected true or false")
    elif name in ("systems", "unclaimed"):
        if not isinstance(value, list) or not value or not all(isinstance(system, str) for system in value):
            raise ConfigError(f"{place}: {name} is {value!r}, expected a list of names")
    elif name in BY_COLUMN:
        if not isinstance(value, Mapping) or not value:
            raise ConfigError(f"{place}: {name} is {value!r}, expected a mapping from columns to values")
    elif name not in ("margin", "adequacy") and not isinstance(value, str):
        raise ConfigError(f"{place}: {name} is {value!r}, expected a text")
