"""Draws the figures of the ECG chapter: of one model in the first replicate, and of all models."""

from pathlib import Path

import numpy as np

from pathlode.core.series import TimeSeries
from pathlode.core.solve import Adaptive
from pathlode.ecg.beats import Beats
from pathlode.ecg.conditions import TIMES, Condition, millivolts
from pathlode.ecg.directions import PrincipalMoves, decode
from pathlode.ecg.results import BeatExamples, BeatPredictions, BeatScores, PatientScores, ScoresWithoutRecord
from pathlode.ecg.splits import BeatSplit, some_of_each_class
from pathlode.models.latents import encode
from pathlode.models.saving import load_model
from pathlode.plots import ecg
from pathlode.plots.confusion import confusion, confusion_by_split
from pathlode.plots.latent_directions import latent_directions
from pathlode.plots.patients import f1_over_patients, patient_panels
from pathlode.plots.projections import in_a_plane
from pathlode.plots.style import mark_invented, save_figures
from pathlode.reporting.job import job

MAPPED = 600  # largest number of test beats of a class in the latent map
DIRECTIONS, STEPS = 3, (-2, -1, 0, 1, 2)  # principal directions of z0, and steps along each in standard deviations

with job(snakemake):
    files, params = snakemake.input, snakemake.params
    beats, split = Beats.load(Path(files.beats)), BeatSplit.load(Path(files.split))
    patients, left_out = (
        kind.load(Path(path)).table
        for kind, path in ((PatientScores, files.patients), (ScoresWithoutRecord, files.left_out))
    )
    scores, examples = BeatScores.load(Path(files.scores)).table, BeatExamples.load(Path(files.examples))
    said = BeatPredictions.load(Path(files.predictions))
    of_splits = {
        name: BeatPredictions.load(Path(path)) for name, path in zip(params.splits, files.by_split, strict=True)
    }
    mapped = np.concatenate(list(some_of_each_class(beats, split.test, MAPPED).values()))
    model = load_model(Path(files.model))[0].member(0)
    z0, of_all = (
        encode(model, TimeSeries(*Condition().observe(millivolts(beats, chosen), seed=0), "beats"))[0].numpy()
        for chosen in (mapped, split.test)
    )
    moves = PrincipalMoves.of(of_all, DIRECTIONS, STEPS)
    along = decode(model, moves.z0, Adaptive(**params.evaluate))

    figures = {
        "reconstructions": ecg.reconstructions(
            examples.times,
            examples.truth_by_class(),
            examples.seen_by_condition(params.rates),
            examples.reconstructed_by(params.row, params.rates),
        ),
        "latent_map": ecg.beat_map(in_a_plane(z0), beats.classes[mapped], "t-SNE"),
        "latent_directions": latent_directions(TIMES.numpy(), along, moves.shares, STEPS),
        "roc": ecg.roc(said.truth, said.probabilities, said.scored),
        "confusion": confusion(said.truth, said.predicted(), said.scored),
        "confusion_by_split": confusion_by_split(
            {name: (each.truth, each.predicted()[params.rates[0]], each.scored) for name, each in of_splits.items()}
        ),
        "f1_against_rate": ecg.f1_against_rate(scores, params.compared, params.rates),
        "f1_by_class": ecg.f1_by_class(scores, params.compared, params.rates[0]),
        "f1_over_patients": f1_over_patients(
            scores, left_out, [params.kept, *params.compared], params.rates, params.confidence
        ),
        "by_patient": patient_panels(patients, params.kept),
    }
    for figure in figures.values():
        mark_invented(figure, said.source)
    save_figures(figures, snakemake.output)
