"""Fits one kind of classifier in every replicate, and scores it under every recording condition."""

from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from pathlode.ecg.balance import Balance
from pathlode.ecg.beats import Beats
from pathlode.ecg.classification import fit_classifiers
from pathlode.ecg.conditions import Condition, millivolts
from pathlode.ecg.outcome_scores import predictions, score_outcomes, scores_by_patient, scores_without_each_record
from pathlode.ecg.relative_beats import RelativeBeats
from pathlode.ecg.representations import Latents, PrincipalComponents, Representation, Samples
from pathlode.ecg.results import BeatScores, PatientScores, ScoresWithoutRecord
from pathlode.ecg.splits import BeatSplit
from pathlode.ecg.study import Study
from pathlode.ecg.voting import Vote
from pathlode.ecg.weighted_trees import as_they_are
from pathlode.models.contract import SequenceModel
from pathlode.models.saving import load_model
from pathlode.progress import Progress
from pathlode.registry import CLASSIFIERS
from pathlode.reporting.identity import identity
from pathlode.reporting.job import job
from pathlode.training.resume import checkpoint_path, discard_checkpoints


def representation(study: Study, settings: dict[str, Any], model: SequenceModel | None) -> Representation:
    """The classifier's representation of a beat."""
    if model:
        return Latents(model)
    if "components" in settings:
        return PrincipalComponents(millivolts(study.beats, study.split.train), settings["components"])
    return Samples(settings["grid"])


with job(snakemake) as origin:
    files, wildcards, params, settings = (
        snakemake.input,
        snakemake.wildcards,
        snakemake.params,
        snakemake.params.classifier,
    )
    beats = Beats.load(Path(files.beats))
    conditions = {name: Condition(**given) for name, given in params.conditions.items()}
    stack = load_model(Path(files.model))[0] if files.model else None
    folder = Path(snakemake.output.classifier).parent
    kept = checkpoint_path(folder, identity(snakemake))
    kind = CLASSIFIERS[params.kind]
    progress = Progress(f"{wildcards.split}, {wildcards.classifier}", len(params.replicates))
    relative = RelativeBeats(beats, conditions) if settings.get("relative") else None
    scores, left_out, patients = [], [], []
    for number, (replicate, path) in enumerate(zip(params.replicates, files.splits, strict=True)):
        study = Study(
            beats, BeatSplit.load(Path(path)), conditions, params.centred, relative.usual if relative else None
        )
        outcomes = fit_classifiers(
            study,
            representation(study, settings, stack and stack.member(number)),
            partial(kind, kind.settings(**params.fit), replicate, kept),
            settings["trained_on"],
            as_they_are if relative else partial(Balance(**params.balance), seed=replicate),
            Vote(**params.vote) if params.vote else None,
            (True,) if relative else (False, True) if settings.get("rr", True) else (False,),
            relative,
        )
        labels = {"split": wildcards.split, "model": wildcards.classifier, "seed": replicate}
        scores.append(score_outcomes(outcomes, study, **labels).table)
        left_out.append(scores_without_each_record(outcomes, study, **labels).table)
        patients.append(scores_by_patient(outcomes, study, **labels).table)
        if number == 0:
            predictions(outcomes[0], study).save(Path(snakemake.output.predictions))
            outcomes[0].classifier.save(Path(snakemake.output.classifier), origin=origin())
        progress(number + 1, "replicates")
    BeatScores(pd.concat(scores)).save(Path(snakemake.output.scores))
    ScoresWithoutRecord(pd.concat(left_out)).save(Path(snakemake.output.left_out))
    PatientScores(pd.concat(patients)).save(Path(snakemake.output.patients))
    discard_checkpoints(folder)
