"""The inference chapter: its reference posteriors, designs and flows in rounds, and checks of consistency."""

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

from pathlode.registry import SYSTEMS
from workflow.configuration.schema import InvalidConfig, unknown
from workflow.configuration.summaries import check_summary, fresh_summaries

AT_ONCE = 5
"""Number of reference posteriors that one job samples in turn. Each takes about 5 s; the imports of a job take 3 s."""


def reference_parts(replicates: Sequence[int], systems: int) -> list[list[tuple[int, int]]]:
    """What one job samples, by job: replicate and index of each held-out system that gets a reference posterior.

    Args:
        replicates: their numbers.
        systems: number of held-out systems of each replicate that get one.
    """
    pairs = list(product(replicates, range(systems)))
    return [pairs[first : first + AT_ONCE] for first in range(0, len(pairs), AT_ONCE)]


def design_settings(config: Mapping[str, Any]) -> dict[str, Any]:
    """Settings of the designs of fresh simulations, as in :class:`pathlode.inference.random_designs.RandomDesigns`."""
    observed = config["systems"][config["inference"]["system"]]["simulate"]
    usual = {"usual_points": observed["points"], "usual_noise": observed["noise"]}
    return dict(config["inference"]["fresh"]["designs"]) | usual


def rounds_flow(inference: Mapping[str, Any]) -> dict[str, Any]:
    """Settings of the flows that are fitted to single observations in rounds, as in
    :class:`pathlode.inference.flows.FlowConfig`: the training of ``inference.flow``, the flow of ``inference.fresh``, and the
    steps, rate and network of ``inference.rounds``.
    """
    own = {key: inference["rounds"][key] for key in ("steps", "learning_rate", "perceptron", "blocks", "embedded")}
    return dict(inference["flow"]) | dict(inference["fresh"]["flow"]) | own


def check(config: Mapping[str, Any]) -> None:
    """Refuses undefined names, and more simulations or systems than exist."""
    inference = config["inference"]
    if inference["system"] not in config["systems"]:
        raise InvalidConfig(unknown("inference.system", inference["system"], config["systems"]))
    _check_flows(inference)
    for name in inference["summaries"]:
        check_summary(config, name)
    drawn = config["systems"][inference["system"]]["simulate"]
    _check_numbers(inference, drawn)
    _check_prior(config["systems"][inference["system"]]["system"], inference)
    if not drawn["noise"] > 0:
        raise InvalidConfig(
            f"config: systems.{inference['system']}.simulate.noise is 0, but the likelihood needs noise; raise it"
        )
    if drawn.get("noise_kind", "added") != "added":
        raise InvalidConfig(
            f"config: systems.{inference['system']}.simulate.noise_kind is {drawn['noise_kind']}, but the likelihood of "
            "inference is that of added noise; choose another system, or remove noise_kind"
        )
    _check_designs(inference, drawn)


def _check_flows(inference: Mapping[str, Any]) -> None:
    """Refuses flows on summaries that do not exist, and comparisons of summaries that the first kind of flow lacks."""
    for backend, names in inference["flows"].items():
        if backend not in inference["training_sets"] and set(names) - set(fresh_summaries(inference)):
            raise InvalidConfig(
                f"config: inference.training_sets has no {backend}, which is in inference.flows; add it"
            )
        for name in names:
            if name not in inference["summaries"]:
                raise InvalidConfig(
                    unknown(f"inference.flows.{backend}", name, inference["summaries"], "inference.summaries")
                )
    for name in inference["ensembles"]:
        if name not in inference["summaries"]:
            raise InvalidConfig(unknown("inference.ensembles", name, inference["summaries"], "inference.summaries"))
        if name in fresh_summaries(inference):
            raise InvalidConfig(
                f"config: inference.ensembles names {name!r}, which has one flow for all replicates of a batch; remove it"
            )
    first, shown = next(iter(inference["flows"].items()))
    for name in inference["compared"]:
        if name not in shown:
            raise InvalidConfig(
                f"config: inference.compared names {name!r}, expected some of those in inference.flows.{first}, the first of "
                f"inference.flows: {', '.join(shown)}"
            )


def _check_numbers(inference: Mapping[str, Any], drawn: Mapping[str, Any]) -> None:
    """Refuses more test trajectories than are simulated, two budgets of one number, and more draws than there are."""
    reference, mcmc = inference["reference"], inference["reference"]["mcmc"]
    if reference["systems"] > drawn["test"]:
        raise InvalidConfig(
            f"config: inference.reference.systems needs {reference['systems']} trajectories, but "
            f"systems.{inference['system']}.simulate.test is {drawn['test']}; lower the former or raise the latter"
        )
    budgets = [entry["simulations"] for entry in inference["budgets"]]
    for number in budgets:
        if budgets.count(number) > 1:
            raise InvalidConfig(f"config: inference.budgets has {number} simulations twice; remove one of them")
    if 2 * reference["draws"] > mcmc["chains"] * mcmc["steps"]:
        raise InvalidConfig(
            f"config: inference.reference.draws is {reference['draws']}, but twice as many draws are compared, more than the "
            "chains have; lower it, or raise inference.reference.mcmc.steps"
        )
    walkers = reference["second"]["walkers"]
    if reference["repeated"] and reference["draws"] > walkers:
        raise InvalidConfig(
            f"config: inference.reference.draws is {reference['draws']}, more than {walkers} walkers have; lower it, or raise "
            "inference.reference.second.walkers"
        )
    if inference["predicted"] > reference["draws"]:
        raise InvalidConfig(
            f"config: inference.predicted is {inference['predicted']}, expected at most inference.reference.draws, "
            f"{reference['draws']}; lower it"
        )


def _check_designs(inference: Mapping[str, Any], drawn: Mapping[str, Any]) -> None:
    """Refuses ranges of random designs without the system's own one, and a learning rate that has no effect."""
    for key in ("points", "noise"):
        low, high = inference["fresh"]["designs"][key]
        if not low <= drawn[key] <= high:
            raise InvalidConfig(
                f"config: inference.fresh.designs.{key} is from {low} to {high}, without the {drawn[key]} of "
                f"systems.{inference['system']}.simulate.{key}; change the range so that it has it"
            )
    for name, key in product(fresh_summaries(inference), ("learning_rate", "weight_decay")):
        if key in inference["summaries"][name]:
            raise InvalidConfig(
                f"config: inference.summaries.{name} is trained on fresh simulations; remove {key}, and see "
                "inference.fresh.train"
            )


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
            f"config: inference.outside is {outside}, expected {len(box)} numbers, at least one of them outside the prior's "
            f"{', '.join(f'[{low}, {high}]' for low, high in box)}"
        )
