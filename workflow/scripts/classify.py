"""Fits one kind of classifier to a split's training beats, all seeds, and scores it under every recording condition."""

from functools import partial
from pathlib import Path
from typing import Any

from pathlode.ecg.balance import Balance
from pathlode.ecg.beats import Beats
from pathlode.ecg.classification import Study, fit_classifiers, predictions, score_outcomes
from pathlode.ecg.conditions import Condition, millivolts
from pathlode.ecg.representations import Latents, PrincipalComponents, Representation, Samples
from pathlode.ecg.splits import BeatSplit
from pathlode.ecg.voting import Vote
from pathlode.models.saving import load_model
from pathlode.progress import Progress
from pathlode.registry import CLASSIFIERS
from pathlode.reporting.identity import identity
from pathlode.reporting.job import job
from pathlode.training.resume import checkpoint_path, discard_checkpoints


def representation(study: Study, settings: dict[str, Any], model: str) -> Representation:
    """The classifier's representation of a beat."""
    if "latents" in settings:
        return Latents(load_model(Path(model))[0])
    if "components" in settings:
        return PrincipalComponents(millivolts(study.beats, study.split.train), settings["components"])
    return Samples(settings["grid"])


with job(snakemake) as origin:
    wildcards, params, settings = snakemake.wildcards, snakemake.params, snakemake.params.classifier
    beats = Beats.load(Path(snakemake.input.beats))
    conditions = {name: Condition(**given) for name, given in params.conditions.items()}
    split = BeatSplit.load(Path(snakemake.input.split))
    study = Study(beats, split, conditions, params.centred)
    represent = representation(study, settings, snakemake.input.model)
    folder = Path(snakemake.output.classifier).parent
    kept = checkpoint_path(folder, identity(snakemake))
    kind = CLASSIFIERS[params.kind]
    rhythms = (False, True) if settings.get("rr", True) else (False,)
    progress = Progress(f"{wildcards.split}, {wildcards.classifier}", len(rhythms) * len(params.seeds))
    outcomes = fit_classifiers(
        study,
        represent,
        partial(kind, kind.settings(**params.fit), kept=kept),
        params.seeds,
        settings["trained_on"],
        Balance(**params.balance),
        Vote(**params.vote) if params.vote else None,
        rhythms,
        tell=lambda fitted: progress(fitted, "classifiers fitted"),
    )
    score_outcomes(outcomes, study, wildcards.split, wildcards.classifier).save(Path(snakemake.output.scores))
    predictions(outcomes[0], study).save(Path(snakemake.output.predictions))
    outcomes[0].classifier.save(Path(snakemake.output.classifier), origin=origin())
    discard_checkpoints(folder)
