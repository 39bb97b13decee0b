"""The configuration's check, and the source files that a rule depends on: what the Snakefile needs besides rules."""

import difflib
import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import yaml
from jsonschema import Draft202012Validator, validators
from jsonschema.exceptions import ValidationError, best_match

from pathlode import registry
from pathlode.ecg.records import RATE, RECORDS
from pathlode.provenance import imported_modules, source_files
from pathlode.readme import markers
from pathlode.tableaus import TABLEAUS

NAMES = {
    "encoders": registry.ENCODERS,
    "losses": registry.LOSSES,
    "systems": registry.SYSTEMS,
    "flows": registry.FLOWS,
    "fixed_step_methods": TABLEAUS,
    "records": RECORDS,
}
"""What ``x-registry`` in the schema can stand for."""
GIVEN = ("latents", "components", "grid")
"""What a classifier of beats can be given, of which it has one."""
SUMMARISED = ("latents", "grid", "statistics", "recurrent")
"""What a summary of the inference chapter can be, of which it is one."""
COMPARED = ("path", "kl")
"""The losses that the papers compare: shown side by side, and the ones that targets of time and size are about."""
Validator = validators.extend(
    Draft202012Validator,
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine("integer", lambda _, value: type(value) is int),
)
"""JSON schema, except that 5.0 is no integer: PyTorch does not take it for one either."""
SCHEMA = Path(__file__).parent / "schemas" / "config.schema.yaml"


class InvalidConfig(ValueError):
    """The configuration cannot be used; the text is one sentence with the place and the remedy."""


def check(config: Mapping[str, Any]) -> None:
    """Refuses a configuration that the schema does not allow, or whose parts do not fit together.

    Raises:
        InvalidConfig: naming the key, what was expected, and the nearest allowed name.
    """
    _check_numbers(config, "config")
    error = best_match(Validator(schema()).iter_errors(config))
    if error is not None:
        raise InvalidConfig(f"config: {_sentence(error)} (every key is described in {os.path.relpath(SCHEMA)})")
    for name in config["dynamics"]["systems"]:
        if name not in config["systems"]:
            raise InvalidConfig(_unknown("dynamics.systems", name, config["systems"]))
    _check_grid(config)
    _check_inference(config)
    _check_ecg(config["ecg"])
    for chapter in config["chapters"]:
        _check_readme(config["claims"]["readme"], f"{config['claims']['block']}_{chapter}")
    for name, entry in config["systems"].items():
        low, high = entry["simulate"]["window"]
        if low > high:
            raise InvalidConfig(f"config: systems.{name}.simulate.window is [{low}, {high}], expected [low, high]")
        warmup = entry["train"]["warmup"]
        for place, steps in (("training", entry["train"]["steps"]), ("tuning", tuning(config, name)["steps"])):
            if warmup * (steps + 1) <= 1:
                raise InvalidConfig(
                    f"config: systems.{name}.train.warmup is {warmup}, less than one of the {steps} steps of {place}; raise "
                    "either"
                )
        if entry["train"]["batch"] > entry["simulate"]["train"]:
            raise InvalidConfig(
                f"config: systems.{name}.train.batch is {entry['train']['batch']}, more than the "
                f"{entry['simulate']['train']} trajectories of simulate.train; lower it"
            )


def losses_by_encoder(config: Mapping[str, Any], system: str) -> dict[str, list[str]]:
    """What is trained on a system: its own ``losses``, or else those of the chapter; encoders without any are left out."""
    given = config["systems"][system].get("losses", config["dynamics"]["losses"])
    return {encoder: losses for encoder, losses in given.items() if losses}


def tuning(config: Mapping[str, Any], system: str) -> dict[str, Any]:
    """How a system's losses are tuned: as ``tune`` says, but for what its own ``tune`` replaces."""
    return dict(config["tune"] | config["systems"][system].get("tune", {}))


def latent_ode(config: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Settings of a latent ODE of the ECG chapter, as :class:`pathlode.experiment.Experiment` takes them.

    Its own ``encoder_hidden`` and ``steps`` replace those of ``ecg.model`` and ``ecg.train``.
    """
    ecg, entry = config["ecg"], dict(config["ecg"]["latent_odes"][name])
    entry.pop("splits", None)
    model, train = dict(ecg["model"]), dict(ecg["train"])
    for key, whole in (("encoder_hidden", model), ("steps", train)):
        if key in entry:
            whole[key] = entry.pop(key)
    return entry | {"model": model, "train": train}


def latents_of(config: Mapping[str, Any], summary: str, model: str) -> str | list[str]:
    """The file of the latent ODEs whose z0 a summary of the inference chapter is, from that file's pattern; or none."""
    inference = config["inference"]
    loss = inference["summaries"][summary].get("latents")
    return model.format(system=inference["system"], encoder=inference["encoder"], loss=loss) if loss else []


def summary_settings(inference: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Settings of a summary as :class:`pathlode.inference.study.Summary` takes them, without its model."""
    given = inference["summaries"][name]
    return {key: given[key] for key in ("grid", "statistics", "end") if key in given}


def flow_settings(inference: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Settings of the flows that are given a summary, as :class:`pathlode.inference.flows.FlowConfig` takes them."""
    given = inference["summaries"][name]
    return dict(inference["flow"]) | {key: given[key] for key in ("recurrent", "embedded") if key in given}


def balance(ecg: Mapping[str, Any], split: str, classifier: str) -> dict[str, int]:
    """Training beats of a class: as ``ecg.balance`` says, but for what the split's and the classifier's own replace."""
    own = ecg["splits"][split].get("balance", {}), ecg["classifiers"][classifier].get("balance", {})
    return dict(ecg["balance"] | own[0] | own[1])


def candidate_steps(config: Mapping[str, Any], system: str) -> int:
    """Optimiser steps of all candidates that a loss may have on a system; the weights of a rate step together."""
    tune = tuning(config, system)
    return int(tune["steps"] * len(tune["learning_rates"]))


def _check_grid(config: Mapping[str, Any]) -> None:
    """Refuses a grid that the chapter's figures, sizes and tuning cannot be made from."""
    first = next(iter(config["dynamics"]["losses"]))
    for name in config["dynamics"]["systems"]:
        missing = [loss for loss in COMPARED if loss not in losses_by_encoder(config, name).get(first, [])]
        if missing:
            raise InvalidConfig(
                f"config: the losses of system {name} with the encoder {first} lack {missing[0]!r}; add it, the figures show "
                "path and kl side by side"
            )
    for name in config["sizes"]["systems"]:
        if name not in config["dynamics"]["systems"]:
            raise InvalidConfig(f"config: sizes.systems names {name!r}, which dynamics.systems lacks; add it there")
        tuned = {loss for losses in losses_by_encoder(config, name).values() for loss in losses}
        for loss in {*COMPARED, *config["sizes"]["losses"]}:
            if loss not in config["sizes"]["losses"]:
                raise InvalidConfig(
                    f"config: sizes.losses lacks {loss!r}; add it, the sizes needed are compared with it"
                )
            if loss not in tuned:
                raise InvalidConfig(
                    f"config: sizes.losses names {loss!r}, which is not trained on {name}; add it to its losses"
                )
    for name, entry in config["systems"].items():
        tune, own = tuning(config, name), entry.get("tune", {})
        place = {key: f"systems.{name}.tune.{key}" if key in own else f"tune.{key}" for key in tune}
        shared = set(config["dynamics"]["seeds"]) & set(tune["seeds"])
        if shared:
            raise InvalidConfig(
                f"config: {place['seeds']} and dynamics.seeds share {sorted(shared)}; give tuning seeds of its own, so that no "
                "seed is scored on a choice it made"
            )
        if max(tune["weights"]) > 1 and any("steer" in losses for losses in losses_by_encoder(config, name).values()):
            raise InvalidConfig(
                f"config: {place['weights']} holds {max(tune['weights'])}, but the loss steer takes at most 1; lower it"
            )


def _check_inference(config: Mapping[str, Any]) -> None:
    """Refuses names that stand for nothing, and more simulations, systems or seeds than there are."""
    inference = config["inference"]
    if inference["system"] not in config["systems"]:
        raise InvalidConfig(_unknown("inference.system", inference["system"], config["systems"]))
    for backend, names in inference["flows"].items():
        for name in names:
            if name not in inference["summaries"]:
                raise InvalidConfig(
                    _unknown(f"inference.flows.{backend}", name, inference["summaries"], "inference.summaries")
                )
    shown = next(iter(inference["flows"].values()))
    for name in inference["compared"]:
        if name not in shown:
            raise InvalidConfig(f"config: inference.compared names {name!r}, expected some of {', '.join(shown)}")
    for name, entry in inference["summaries"].items():
        place, given = f"config: inference.summaries.{name}", [key for key in SUMMARISED if key in entry]
        if len(given) != 1:
            raise InvalidConfig(
                f"{place} has {' and '.join(given) or 'none'} of {', '.join(SUMMARISED)}; give it one of them"
            )
        for key, owners in (("end", ("grid", "statistics")), ("embedded", ("recurrent",))):
            if (key in entry) != (given[0] in owners):
                raise InvalidConfig(f"{place} has {given[0]} {'and' if key in entry else 'without'} {key}; mend it")
    drawn = config["systems"][inference["system"]]["simulate"]
    for place, asked, part in (
        ("training_sets", max(inference["training_sets"]), "train"),
        ("reference.systems", inference["reference"]["systems"], "test"),
    ):
        if asked > drawn[part]:
            raise InvalidConfig(
                f"config: inference.{place} asks for {asked} trajectories, but there are {drawn[part]} of "
                f"systems.{inference['system']}.simulate.{part}; lower it"
            )
    reference, chains = inference["reference"], inference["reference"]["chains"]
    if chains["walkers"] % 2 or 4 * chains["walkers"] > chains["prior_draws"]:
        raise InvalidConfig(
            f"config: inference.reference.chains.walkers is {chains['walkers']}, expected an even number, at most a quarter of "
            f"prior_draws, {chains['prior_draws']}"
        )
    if 2 * reference["draws"] > chains["ensembles"] * chains["walkers"] * chains["steps"]:
        raise InvalidConfig(
            f"config: inference.reference.draws is {reference['draws']}, but twice as many are compared and the chains have "
            "not as many; lower it, or raise chains.steps"
        )
    if inference["predicted"] > reference["draws"]:
        raise InvalidConfig(
            f"config: inference.predicted is {inference['predicted']}, more than the {reference['draws']} of "
            "inference.reference.draws; lower it"
        )
    if not drawn["noise"] > 0:
        raise InvalidConfig(
            f"config: systems.{inference['system']}.simulate.noise is 0, but inference needs a likelihood; raise it"
        )
    strange = set(inference["seeds"]) - set(config["dynamics"]["seeds"])
    if strange:
        raise InvalidConfig(
            f"config: inference.seeds has {sorted(strange)}, which dynamics.seeds, those of the latent ODEs, lacks"
        )


def _check_ecg(ecg: Mapping[str, Any]) -> None:
    """Refuses names that stand for nothing, and classifiers that cannot be."""
    everywhere = ecg["splits"]
    ours = [name for name in ecg["compared"] if name != "paper"]
    named = [("rates", ecg["rates"], "conditions"), ("compared", ours, "classifiers")]
    named.append(("vote.conditions", ecg["vote"]["conditions"], "conditions"))
    named += [("shown." + kind, [ecg["shown"][kind]], f"{kind}s") for kind in ("split", "latent_ode", "classifier")]
    for kind in ("latent_odes", "classifiers"):
        for name, entry in ecg[kind].items():
            named.append((f"{kind}.{name}.splits", entry.get("splits", []), "splits"))
            named.append((f"{kind}.{name}.trained_on", entry.get("trained_on", []), "conditions"))
            named.append((f"{kind}.{name}.latents", [entry["latents"]] if "latents" in entry else [], "latent_odes"))
    for place, names, whole in named:
        for name in names:
            if name not in ecg[whole]:
                raise InvalidConfig(_unknown(f"ecg.{place}", name, ecg[whole], f"ecg.{whole}"))
    for name, entry in ecg["classifiers"].items():
        place, given = f"config: ecg.classifiers.{name}", [key for key in GIVEN if key in entry]
        if len(given) != 1:
            raise InvalidConfig(
                f"{place} has {' and '.join(given) or 'none'} of {', '.join(GIVEN)}; give it one of them"
            )
        if entry.get("cnn") and entry.get("grid") != RATE:
            raise InvalidConfig(
                f"{place}.cnn is true without a grid of {RATE}; a convolutional network takes these samples"
            )
        if entry.get("vote") and given != ["latents"]:
            raise InvalidConfig(
                f"{place}.vote is true, but only encodings can vote; give it latents, or take vote away"
            )
        trained = ecg["latent_odes"][entry["latents"]].get("splits", everywhere) if given == ["latents"] else everywhere
        for split in entry.get("splits", everywhere):
            given_balance = balance(ecg, split, name)
            if given_balance["least"] > given_balance["most"]:
                raise InvalidConfig(
                    f"{place} is fitted in the split {split} with a balance of {given_balance}, whose least is more than its "
                    "most; lower it"
                )
            if split not in trained:
                raise InvalidConfig(
                    f"{place} is fitted in the split {split}, for which ecg.latent_odes.{entry['latents']} is not trained; add "
                    "it to the latter's splits, or give the classifier splits of its own"
                )
    shown, classifier = ecg["shown"], ecg["classifiers"][ecg["shown"]["classifier"]]
    if classifier.get("latents") != shown["latent_ode"] or shown["split"] not in classifier.get("splits", everywhere):
        raise InvalidConfig(
            f"config: ecg.shown names the classifier {shown['classifier']}, which is not given latents of "
            f"{shown['latent_ode']} in the split {shown['split']}; choose one that is"
        )
    if ecg["latent_odes"][shown["latent_ode"]]["encoder"] != "interpolation":
        raise InvalidConfig(
            f"config: ecg.shown names the latent ODE {shown['latent_ode']}, whose encoder is recurrent and cannot be exported; "
            "choose one with the encoder interpolation"
        )
    warmup = ecg["train"]["warmup"]
    steps = min(entry.get("steps", ecg["train"]["steps"]) for entry in ecg["latent_odes"].values())
    if warmup * (steps + 1) <= 1:
        raise InvalidConfig(f"config: ecg.train.warmup is {warmup}, less than one of {steps} steps; raise either")


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


def _check_numbers(node: Any, place: str) -> None:
    """Refuses what YAML allows and JSON does not: keys that are no text, and numbers that are not finite."""
    items = node.items() if isinstance(node, Mapping) else enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        if isinstance(node, Mapping) and not isinstance(key, str):
            raise InvalidConfig(f"{place}: the key {key!r} is no text; put it in quotes or choose another name")
        _check_numbers(value, f"{place}.{key}")
    if isinstance(node, float) and not math.isfinite(node):
        raise InvalidConfig(f"{place} is {node}, expected a finite number")


def schema() -> dict[str, Any]:
    """The configuration's JSON schema; ``x-registry: losses`` stands for the names in that registry."""

    def filled(node: Any) -> Any:
        if isinstance(node, list):
            return [filled(item) for item in node]
        if not isinstance(node, dict):
            return node
        node = {key: filled(value) for key, value in node.items()}
        if "x-registry" in node:
            node["enum"] = list(NAMES[node["x-registry"]])
        return node

    return dict(filled(yaml.safe_load(SCHEMA.read_text())))


def sources(script: str, *modules: str) -> list[str]:
    """Source files that a script's results depend on, relative to the working directory.

    Listed as a rule's input, they make Snakemake run the rule again when, and only when, one of them changes.

    Args:
        script: name in ``workflow/scripts``, without suffix; what it imports from the package is followed.
        modules: further modules, which the script finds through the registries.
    """
    imported = imported_modules(Path(__file__).parent / "scripts" / f"{script}.py")
    return [os.path.relpath(file) for file in source_files(*imported, *modules)]


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
            relation = {
                "minimum": "at least",
                "exclusiveMinimum": "above",
                "maximum": "at most",
                "exclusiveMaximum": "below",
            }
            return f"{place} is {value!r}, expected a number {relation[error.validator]} {rule}"
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


def _unknown(place: str, name: str, allowed: Mapping[str, Any], whole: str = "systems") -> str:
    return f"config: {place} names {name!r}, which is no key of {whole}{_suggestion(name, allowed)}"
