"""Names of ECG leads and units: which channel of a file is read, and what its numbers mean."""

from collections.abc import Sequence

from pathlode.errors import DataError

MICROVOLTS = {"v": 1e6, "mv": 1e3, "uv": 1.0, "µv": 1.0, "μv": 1.0, "nv": 1e-3}
"""Microvolts of a unit, by its name in small letters."""
PREFERRED = (
    "mlii", "ii", "i", "mli", "v5", "v4", "v6", "v3", "v2", "v1", "iii", "mliii", "mlv", "mv5", "mv2", "mv1", "cm5",
    "avf", "avl", "avr", "ecg", "ekg",
)  # fmt: skip
"""Names of leads in small letters. The first of them that a file has is read. Models are trained on MLII above all, and lead II
is the most like it."""


def plain_name(name: str) -> str:
    """A lead's name in small letters, without the words ECG, EKG and lead, if more is left of it."""
    words = name.casefold().replace("_", " ").replace("-", " ").strip("' \"").split()
    kept = [word for word in words if word not in ("ecg", "ekg", "lead", "ref")]
    return " ".join(kept or words[:1])


def choose_lead(names: Sequence[str], asked: str | None, place: str) -> int:
    """The position of the channel to read.

    Args:
        names: of all channels.
        asked: the lead that is wanted; None for the first of :data:`PREFERRED` that is there, then one whose name contains
            ECG or EKG, then the only channel.
        place: the file, for messages.

    Raises:
        DataError: if there is none.
    """
    if not names:
        raise DataError(f"{place} has no signal: give a recording with an ECG lead")
    if asked is not None:
        for same in (str.strip, plain_name):
            found = [same(name) for name in names]
            if same(asked) in found:
                return found.index(same(asked))
        raise DataError(f"{place} has no lead {asked!r}: it has {listed_names(names)}")
    plain = [plain_name(name) for name in names]
    for name in PREFERRED:
        if name in plain:
            return plain.index(name)
    for number, name in enumerate(names):
        if "ecg" in name.casefold() or "ekg" in name.casefold():
            return number
    if len(names) == 1:
        return 0
    raise DataError(
        f"{place} has no channel with the name of an ECG lead among {listed_names(names)}: name one by lead"
    )


def listed_names(names: Sequence[str], most: int = 24) -> str:
    """Names after each other, for messages, of which a file can have thousands."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def microvolts_of(unit: str | None, place: str) -> float:
    """Microvolts of one unit.

    Raises:
        DataError: if the unit is unknown.
    """
    factor = None if unit is None else MICROVOLTS.get(unit.strip().casefold())
    if factor is None:
        said = "says no unit" if unit is None or not unit.strip() else f"is in {unit.strip()!r}"
        raise DataError(f"{place} {said}, expected mV, uV or V: give the unit, after a conversion of other numbers")
    return factor
