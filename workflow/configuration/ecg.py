"""The ECG chapter: the settings of rows and classifiers, and checks of consistency."""

from collections.abc import Mapping
from typing import Any

from pathlode.ecg.records import DS1, DS2, RATE, RECORDS
from pathlode.registry import CLASSIFIERS
from workflow.configuration.part_checks import check_entry, check_state, check_system
from workflow.configuration.parts import entries_of_parts, has_latent, is_trained, model_parts, with_own
from workflow.configuration.schema import InvalidConfig, unknown
from workflow.configuration.training_checks import check_warmup

GIVEN = ("latents", "components", "grid")
"""The possible inputs of a classifier of beats; each has one."""
TRAINED_WITH = ("weight", "learning_rate", "views")
"""Settings of a row's training that the chapter does not have."""


def beat_settings(config: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Settings of a row, as in :class:`pathlode.training.experiment.Experiment`, without seeds."""
    ecg, row = config["ecg"], config["ecg"]["rows"][name]
    own = {key: row[key] for key in ("weight", "learning_rate") if key in row}
    return model_parts(row) | own | with_own(row, {key: ecg[key] for key in ("sizes", "train")})


def model_entries(ecg: Mapping[str, Any], name: str | None, loss: bool = False) -> list[str]:
    """A row's model and parts as ``"module:class"``, with or without its loss and what trains by it; nothing for None."""
    return entries_of_parts(model_parts(ecg["rows"][name]), loss, ecg["train"]) if name else []


def classifier_kind(ecg: Mapping[str, Any], name: str) -> str:
    """The kind of a classifier: a name in :data:`pathlode.registry.CLASSIFIERS`, and the key of its settings in ``ecg``."""
    entry = ecg["classifiers"][name]
    return "cnn" if entry.get("cnn") else "weighted_trees" if entry.get("relative") else "trees"


def classifier_entries(ecg: Mapping[str, Any], name: str) -> list[str]:
    """The kind of a classifier, and the model whose latents it reads, as ``"module:class"``."""
    return [
        CLASSIFIERS.path(classifier_kind(ecg, name)),
        *model_entries(ecg, ecg["classifiers"][name].get("latents")),
    ]


def balance(ecg: Mapping[str, Any], split: str, classifier: str) -> dict[str, int]:
    """Training beats of a class: ``ecg.balance``, with the entries of the split and then of the classifier replacing it."""
    own = ecg["splits"][split].get("balance", {}), ecg["classifiers"][classifier].get("balance", {})
    return dict(ecg["balance"] | own[0] | own[1])


def check(config: Mapping[str, Any]) -> None:
    """Refuses undefined names, rows that cannot be made or used, and inconsistent classifiers."""
    ecg = config["ecg"]
    _check_names(ecg)
    records = set(ecg["records"] or RECORDS)
    if "inter_patient" in ecg["splits"] and (len(records & set(DS1)) < 2 or not records & set(DS2)):
        raise InvalidConfig(
            f"config: ecg.records is {sorted(records)}, but the split inter_patient needs two of {', '.join(DS1)} and one of "
            f"{', '.join(DS2)}; add them, or remove the split"
        )
    for name in ecg["rows"]:
        _check_row(config, name)
    for name in ecg["classifiers"]:
        _check_classifier(ecg, name)
    for key in ("shown", "kept"):
        _check_chosen(ecg, key)
    if not ecg["classifiers"][ecg["kept"]["classifier"]].get("relative"):
        raise InvalidConfig(
            f"config: ecg.kept names the classifier {ecg['kept']['classifier']}, which does not read relative features; choose "
            "one that has `relative: true`"
        )
    _check_worn(ecg)


def _check_names(ecg: Mapping[str, Any]) -> None:
    ours = [name for name in ecg["compared"] if name != "paper"]
    named = [("rates", ecg["rates"], "conditions"), ("compared", ours, "classifiers")]
    named.append(("vote.conditions", ecg["vote"]["conditions"], "conditions"))
    named.append(("worn.classifiers", ecg["worn"]["classifiers"], "classifiers"))
    named += [
        (f"{key}.{kind}", [ecg[key][kind]], f"{kind}s")
        for key in ("shown", "kept")
        for kind in ("split", "row", "classifier")
    ]
    for kind in ("rows", "classifiers"):
        for name, entry in ecg[kind].items():
            named.append((f"{kind}.{name}.splits", entry.get("splits", []), "splits"))
            named.append((f"{kind}.{name}.trained_on", entry.get("trained_on", []), "conditions"))
            named.append((f"{kind}.{name}.latents", [entry["latents"]] if "latents" in entry else [], "rows"))
    for place, names, whole in named:
        for name in names:
            if name not in ecg[whole]:
                raise InvalidConfig(unknown(f"ecg.{place}", name, ecg[whole], f"ecg.{whole}"))
    for name in ours:
        if not ecg["classifiers"][name].get("splits", ecg["splits"]):
            raise InvalidConfig(
                f"config: ecg.compared names {name!r}, which is fitted in no split; remove it, or add to "
                f"ecg.classifiers.{name}.splits"
            )


def _check_row(config: Mapping[str, Any], name: str) -> None:
    """Refuses parts that do not fit each other, and settings of a training without one, or the other way round."""
    row, place = config["ecg"]["rows"][name], f"ecg.rows.{name}"
    check_entry(place, row, (*TRAINED_WITH, "sizes", "train"))
    settings = beat_settings(config, name)
    check_state(f"{place}.sizes" if "sizes" in row else "ecg.sizes", model_parts(row), settings["sizes"])
    check_system(place, model_parts(row), None)
    check_warmup("ecg.train", settings["train"], f" of {place}")
    for key in TRAINED_WITH:
        if key not in row and is_trained(row):
            raise InvalidConfig(f"config: {place} lacks {key}, but its model is trained; add it")


def _check_classifier(ecg: Mapping[str, Any], name: str) -> None:
    """Refuses a classifier without exactly one input, or with one that it cannot read, and a balance that cannot be reached."""
    entry, everywhere = ecg["classifiers"][name], ecg["splits"]
    place, given = f"config: ecg.classifiers.{name}", [key for key in GIVEN if key in entry]
    if len(given) != 1:
        raise InvalidConfig(
            f"{place} has {' and '.join(given) or 'none'} of {', '.join(GIVEN)}; set exactly one of them"
        )
    if entry.get("cnn") and entry.get("grid") != RATE:
        raise InvalidConfig(
            f"{place}.cnn is true without a grid of {RATE}, which the network needs; set grid: {RATE}, or remove cnn"
        )
    if entry.get("vote") and given != ["latents"]:
        raise InvalidConfig(f"{place}.vote is true, but only encodings can vote; set latents, or remove vote")
    read = ecg["rows"][entry["latents"]] if given == ["latents"] else None
    if read and not has_latent(read):
        raise InvalidConfig(
            f"{place}.latents names {entry['latents']!r}, whose model {read['model']} has no z0; name another of "
            "ecg.rows"
        )
    for split in entry.get("splits", everywhere):
        given_balance = balance(ecg, split, name)
        if given_balance["least"] > given_balance["most"]:
            raise InvalidConfig(
                f"{place} is fitted in the split {split} with a balance of {given_balance}, whose least is more than its "
                "most; lower least, or raise most"
            )
        if read and split not in read.get("splits", everywhere):
            raise InvalidConfig(
                f"{place} is fitted in the split {split}, for which ecg.rows.{entry['latents']} is not trained; add "
                f"{split} to the row's splits, or set the classifier's splits"
            )


def _check_chosen(ecg: Mapping[str, Any], key: str) -> None:
    """Refuses ``shown`` or ``kept`` with a classifier that does not read the latents named beside it."""
    chosen, classifier = ecg[key], ecg["classifiers"][ecg[key]["classifier"]]
    splits = classifier.get("splits", ecg["splits"])
    if classifier.get("latents") != chosen["row"] or chosen["split"] not in splits:
        raise InvalidConfig(
            f"config: ecg.{key} names the classifier {chosen['classifier']}, which does not read latents of "
            f"{chosen['row']} in the split {chosen['split']}; choose one that does"
        )


def _check_worn(ecg: Mapping[str, Any]) -> None:
    """Refuses classifiers that cannot be scored on disturbed windows alone, or are not of the split and row in ``kept``."""
    kept = ecg["kept"]
    for name in ecg["worn"]["classifiers"]:
        entry = ecg["classifiers"][name]
        reads = "grid" in entry or entry.get("latents") == kept["row"]
        if not reads or entry.get("relative") or kept["split"] not in entry.get("splits", ecg["splits"]):
            raise InvalidConfig(
                f"config: ecg.worn.classifiers names {name!r}, expected classifiers in the split {kept['split']} of latents of "
                f"{kept['row']} or of samples, without relative features; remove it"
            )
