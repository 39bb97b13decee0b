"""The inference chapter: the settings of summaries and flows, and whether all that it asks for is there."""

from collections.abc import Mapping
from typing import Any

from pathlode.registry import EMBEDDINGS, MODELS, SYSTEMS
from workflow.configuration.dynamics import model_seeds, row_entries, row_parts
from workflow.configuration.schema import InvalidConfig, unknown

SUMMARISED = ("latents", "grid", "statistics", "recurrent")
"""What a summary of the inference chapter can be, of which it is one."""
BATCH = 5
"""Reference posteriors that one job samples, one after the other: each takes 10 to 30 s, the imports of a job 3 s."""


def batches(systems: int) -> list[list[int]]:
    """Numbers of the systems whose reference posteriors one job samples, by job."""
    return [list(range(systems))[first : first + BATCH] for first in range(0, systems, BATCH)]


def latents_of(config: Mapping[str, Any], summary: str, model: str) -> str | list[str]:
    """The file of the latent ODEs whose z0 a summary of the inference chapter is, from that file's pattern; or none."""
    inference = config["inference"]
    row = inference["summaries"][summary].get("latents")
    return model.format(system=inference["system"], row=row) if row else []


def summary_entries(config: Mapping[str, Any], summary: str) -> list[str]:
    """What makes a summary, as ``"module:class"``: models whose z0 it is, or what is trained with the flow; else nothing."""
    given = config["inference"]["summaries"][summary]
    if "latents" in given:
        return row_entries(config, given["latents"], loss=False)
    return [EMBEDDINGS.path("recurrent")] if "recurrent" in given else []


def summary_settings(inference: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Settings of a summary as :class:`pathlode.inference.summaries.Summary` takes them, without its model."""
    given = inference["summaries"][name]
    return {key: given[key] for key in ("grid", "statistics", "end") if key in given}


def flow_settings(inference: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Settings of the flows that are given a summary, as :class:`pathlode.inference.flows.FlowConfig` takes them.

    The summary's own ``learning_rate`` replaces that of ``inference.flow``.
    """
    given = inference["summaries"][name]
    return dict(inference["flow"]) | {
        key: given[key] for key in ("recurrent", "embedded", "learning_rate") if key in given
    }


def check(config: Mapping[str, Any]) -> None:
    """Refuses names that stand for nothing, and more simulations, systems or seeds than there are."""
    inference = config["inference"]
    if inference["system"] not in config["systems"]:
        raise InvalidConfig(unknown("inference.system", inference["system"], config["systems"]))
    for backend, names in inference["flows"].items():
        for name in names:
            if name not in inference["summaries"]:
                raise InvalidConfig(
                    unknown(f"inference.flows.{backend}", name, inference["summaries"], "inference.summaries")
                )
    first, shown = next(iter(inference["flows"].items()))
    for name in inference["compared"]:
        if name not in shown:
            raise InvalidConfig(
                f"config: inference.compared names {name!r}, expected some of those in inference.flows.{first}, the first of "
                f"inference.flows: {', '.join(shown)}"
            )
    for name, entry in inference["summaries"].items():
        place, given = f"config: inference.summaries.{name}", [key for key in SUMMARISED if key in entry]
        if len(given) != 1:
            raise InvalidConfig(
                f"{place} has {' and '.join(given) or 'none'} of {', '.join(SUMMARISED)}; give it one of them"
            )
        if "latents" in entry:
            _check_latents(config, name, entry["latents"])
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
    reference, mcmc = inference["reference"], inference["reference"]["mcmc"]
    if 2 * reference["draws"] > mcmc["chains"] * mcmc["steps"]:
        raise InvalidConfig(
            f"config: inference.reference.draws is {reference['draws']}, but twice as many are compared and the chains have "
            "not as many; lower it, or raise mcmc.steps"
        )
    if inference["predicted"] > reference["draws"]:
        raise InvalidConfig(
            f"config: inference.predicted is {inference['predicted']}, more than the {reference['draws']} of "
            "inference.reference.draws; lower it"
        )
    _check_prior(config["systems"][inference["system"]]["system"], inference)
    if not drawn["noise"] > 0:
        raise InvalidConfig(
            f"config: systems.{inference['system']}.simulate.noise is 0, but inference needs a likelihood; raise it"
        )
    strange = set(inference["seeds"]) - set(model_seeds(config, inference["system"]))
    if strange:
        raise InvalidConfig(
            f"config: inference.seeds has {sorted(strange)}, which dynamics.seeds, those of the latent ODEs of "
            f"{inference['system']}, lacks; change either"
        )


def _check_latents(config: Mapping[str, Any], summary: str, row: str) -> None:
    """Refuses latents of a row that is not there, or has none."""
    place = f"inference.summaries.{summary}.latents"
    if row not in config["dynamics"]["rows"]:
        raise InvalidConfig(unknown(place, row, config["dynamics"]["rows"], "dynamics.rows"))
    kind = row_parts(config, row)["kind"]
    if "latent" not in MODELS.words(kind):
        raise InvalidConfig(f"config: {place} names {row!r}, whose model {kind} has no z0; name another row")


def _check_prior(system: str, inference: Mapping[str, Any]) -> None:
    """Refuses a system whose prior is no box, and parameters outside it that are not, or not as many."""
    box, outside = list(zip(SYSTEMS[system].low, SYSTEMS[system].high, strict=True)), inference["outside"]
    if not box:
        boxed = [name for name, kind in SYSTEMS.items() if kind.low]
        raise InvalidConfig(
            f"config: inference.system is {inference['system']}, whose prior is not uniform in a box, expected a system of the "
            f"class {' or '.join(boxed)}"
        )
    if len(outside) != len(box) or all(low <= value <= high for (low, high), value in zip(box, outside, strict=True)):
        raise InvalidConfig(
            f"config: inference.outside is {outside}, expected {len(box)} numbers, one of them at least outside the prior's "
            f"{', '.join(f'[{low}, {high}]' for low, high in box)}"
        )
