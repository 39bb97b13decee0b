"""Fits one kind of classifier to a split's training beats, all seeds, and scores it under every recording condition."""

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pathlode.ecg.balance import Balance
from pathlode.ecg.beats import Beats
from pathlode.ecg.cnn import BeatCnn, CnnConfig
from pathlode.ecg.comparison import Study, Vote, compare_classifiers, scores
from pathlode.ecg.conditions import Condition, millivolts
from pathlode.ecg.representations import Latents, PrincipalComponents, Representation, Samples
from pathlode.ecg.splits import SCORED, SPLITTERS
from pathlode.ecg.trees import TreeConfig, Trees
from pathlode.files import writing
from pathlode.models.saving import load_model
from pathlode.progress import Progress
from pathlode.reporting.identity import identity
from pathlode.reporting.job import job
from pathlode.training.resume import checkpoint_path, discard_checkpoints


def representation(study: Study, settings: dict[str, Any], model: str) -> Representation:
    """What the classifier is given of a beat."""
    if "latents" in settings:
        return Latents(load_model(Path(model))[0])
    if "components" in settings:
        return PrincipalComponents(millivolts(study.beats, study.split.train), settings["components"])
    return Samples(settings["grid"])


with job(snakemake) as origin:
    wildcards, params, settings = snakemake.wildcards, snakemake.params, snakemake.params.classifier
    beats = Beats.load(Path(snakemake.input.beats))
    conditions = {name: Condition(**given) for name, given in params.conditions.items()}
    split = SPLITTERS[wildcards.split](beats, params.split_seed)
    study = Study(beats, split, conditions, params.centred)
    represent = representation(study, settings, snakemake.input.model)
    folder = Path(snakemake.output.classifier).parent
    kept = checkpoint_path(folder, identity(snakemake))
    new = (
        partial(BeatCnn, CnnConfig(**params.cnn), kept=kept)
        if params.cnn
        else partial(Trees, TreeConfig(**params.trees))
    )
    rhythms = (False, True) if settings.get("rr", True) else (False,)
    progress = Progress(f"{wildcards.split}, {wildcards.classifier}", len(rhythms) * len(params.seeds))
    outcomes = compare_classifiers(
        study,
        represent,
        new,
        params.seeds,
        settings["trained_on"],
        Balance(**params.balance),
        Vote(**params.vote) if params.vote else None,
        rhythms,
        tell=lambda fitted: progress(fitted, "classifiers fitted"),
    )
    table = pd.concat([scores(each, study, wildcards.classifier, SCORED[wildcards.split]) for each in outcomes])
    table.insert(0, "split", wildcards.split)
    table.insert(0, "source", beats.source)
    table.to_csv(snakemake.output.scores, index=False, float_format="%.6g")
    first = outcomes[0]
    probabilities = {f"probabilities {name}": given for name, given in first.probabilities.items()}
    with writing(Path(snakemake.output.predictions)) as temporary:
        np.savez(temporary, allow_pickle=False, truth=beats.classes[split.test], **probabilities)
    first.classifier.save(Path(snakemake.output.classifier), origin=origin())
    discard_checkpoints(folder)
