"""Summaries of observations in the inference chapter: their settings, those of their flows, and checks of consistency."""

from collections.abc import Mapping
from typing import Any

from pathlode.registry import EMBEDDINGS
from workflow.configuration.parts import has_latent
from workflow.configuration.rows import row_entries
from workflow.configuration.schema import InvalidConfig, unknown

SUMMARISED = ("latents", "grid", "statistics", "bins", "recurrent", "attention")
"""The kinds of summary; each summary is of one kind."""
NEEDED = {
    "end": ("grid", "statistics", "bins"),
    "blocks": ("bins",),
    "embedded": ("recurrent", "attention", "bins"),
}
"""Further settings of summaries, by the kinds that need them and alone may have them."""
OF_BINS = ("perceptron", "convolution")
"""Networks that shorten bins; each summary in bins has one of them."""
_OF_FLOWS = (*EMBEDDINGS, "blocks", "embedded", "learning_rate", "weight_decay")
"""Settings of summaries that are those of their flows."""
RANDOM = "random"
"""What ``start`` of a recurrent summary is, if its network does not start as an encoder."""


def latent_odes_of(config: Mapping[str, Any], summary: str, model: str, replicates: str) -> str | list[str]:
    """The file of the latent ODEs that provide a summary's z0 for a batch of replicates, from the file's pattern; none for
    another kind of summary.
    """
    inference = config["inference"]
    row = inference["summaries"][summary].get("latents")
    return model.format(system=inference["system"], row=row, replicates=replicates) if row else []


def started_from(config: Mapping[str, Any], summary: str, model: str, replicates: str) -> str | list[str]:
    """The file of the latent ODEs as whose encoder a summary's network starts, as :func:`latent_odes_of`; none if it starts
    from random weights.
    """
    row = config["inference"]["summaries"][summary].get("start", RANDOM)
    return [] if row == RANDOM else model.format(system=config["inference"]["system"], row=row, replicates=replicates)


def summary_entries(config: Mapping[str, Any], summary: str) -> list[str]:
    """The classes that compute a summary, as ``"module:class"``: the parts of models with its z0, or a network in the flow."""
    given = config["inference"]["summaries"][summary]
    if "latents" in given:
        return row_entries(config, config["inference"]["system"], given["latents"], loss=False)
    networks = [EMBEDDINGS.path(name) for name in EMBEDDINGS if name in given]
    if given.get("start", RANDOM) == RANDOM:
        return networks
    return networks + row_entries(config, config["inference"]["system"], given["start"], loss=False)


def summary_settings(inference: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Settings of a summary, as in :class:`pathlode.inference.summaries.Summary`, without its model."""
    given = inference["summaries"][name]
    return {key: given[key] for key in ("grid", "statistics", "bins", "end") if key in given}


def fresh_summaries(inference: Mapping[str, Any]) -> list[str]:
    """Names of the summaries whose flows are trained on fresh simulations."""
    own = {"bins", "start", "attention"}
    return [name for name, given in inference["summaries"].items() if own & given.keys()]


def fresh_training(inference: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Settings of a summary's training on fresh simulations, as in :class:`pathlode.inference.fresh.FreshConfig`. The summary's
    own ``steps`` replace those of ``inference.fresh``.
    """
    given = inference["summaries"][name]
    return dict(inference["fresh"]["train"]) | {key: given[key] for key in ("steps",) if key in given}


def flow_settings(inference: Mapping[str, Any], name: str, simulations: int | None = None) -> dict[str, Any]:
    """Settings of a summary's flows, as in :class:`pathlode.inference.flows.FlowConfig`.

    Those of ``inference.budgets`` for this number of simulations replace those of ``inference.flow``, and the summary's own
    replace both. Flows that are trained on fresh simulations have the settings of ``inference.fresh``.

    Args:
        inference: the part of the configuration.
        name: the summary.
        simulations: number of simulations that the flow is fitted to; None for fresh ones.
    """
    given, own = inference["summaries"][name], inference["fresh"] if name in fresh_summaries(inference) else inference
    budget: Mapping[str, Any] = next((one for one in inference["budgets"] if one["simulations"] == simulations), {})
    replaced = {key: value for key, value in budget.items() if key != "simulations"}
    positions = {"positions": given["bins"]} if "convolution" in given else {}
    return dict(own["flow"]) | replaced | {key: given[key] for key in _OF_FLOWS if key in given} | positions


def check_summary(config: Mapping[str, Any], name: str) -> None:
    """Refuses a summary that is not of exactly one kind, lacks a setting of its kind, or needs a row that has no z0."""
    place, entry = f"inference.summaries.{name}", config["inference"]["summaries"][name]
    _check_kind(f"config: {place}", entry)
    if "latents" in entry:
        _check_latents(config, f"{place}.latents", entry["latents"])
    if entry.get("start", RANDOM) != RANDOM:
        _check_latents(config, f"{place}.start", entry["start"])


def _check_kind(place: str, entry: Mapping[str, Any]) -> None:
    """Refuses a summary that is not of exactly one kind, or lacks a setting of its kind."""
    given = [key for key in SUMMARISED if key in entry]
    if len(given) != 1:
        raise InvalidConfig(
            f"{place} has {' and '.join(given) or 'none'} of {', '.join(SUMMARISED)}; set exactly one of them"
        )
    for key, owners in NEEDED.items():
        if (key in entry) != (given[0] in owners):
            edit = f"remove {key}" if key in entry else f"add {key}"
            raise InvalidConfig(f"{place} has {given[0]} {'and' if key in entry else 'without'} {key}; {edit}")
    networks = [key for key in OF_BINS if key in entry]
    if networks and given[0] != "bins":
        raise InvalidConfig(f"{place} has {given[0]} and {networks[0]}; remove {networks[0]}")
    if given[0] == "bins" and len(networks) != 1:
        raise InvalidConfig(
            f"{place} has bins and {' and '.join(networks) or 'no network'}; set exactly one of {', '.join(OF_BINS)}"
        )
    if "start" in entry and given[0] != "recurrent":
        raise InvalidConfig(f"{place} has {given[0]} and start; remove start")
    if "steps" in entry and not {"start", "bins", "attention"} & entry.keys():
        raise InvalidConfig(
            f"{place} has steps, but its flows are fitted as in inference.flow; remove steps, or add start"
        )


def _check_latents(config: Mapping[str, Any], place: str, row: str) -> None:
    """Refuses latents of a row that does not exist or has no z0."""
    if row not in config["dynamics"]["rows"]:
        raise InvalidConfig(unknown(place, row, config["dynamics"]["rows"], "dynamics.rows"))
    given = config["dynamics"]["rows"][row]
    if not has_latent(given):
        raise InvalidConfig(f"config: {place} names {row!r}, whose model {given['model']} has no z0; name another row")
