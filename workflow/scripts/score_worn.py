"""Scores fitted classifiers on test records as they are worn, and draws the scores."""

from pathlib import Path

import pandas as pd

from pathlode.ecg.beat_model import TreeScorer
from pathlode.ecg.beats import Beats
from pathlode.ecg.cnn import BeatCnn
from pathlode.ecg.record_files import RecordFiles
from pathlode.ecg.representations import Latents, Samples
from pathlode.ecg.splits import BeatSplit
from pathlode.ecg.worn import CHANGES, NOISES
from pathlode.ecg.worn_scores import WornScores, disturbances, first_seconds, score_worn, worn_beats
from pathlode.models.saving import load_model
from pathlode.plots.style import mark_invented, save_figure
from pathlode.plots.worn import worn_panels
from pathlode.progress import Progress
from pathlode.reporting.job import job

with job(snakemake):
    files, params = snakemake.input, snakemake.params
    beats, split = Beats.load(Path(files.beats)), BeatSplit.load(Path(files.split))
    encoder = load_model(Path(files.model))[0].member(0)
    classifiers = {}
    for (name, settings), path in zip(params.classifiers.items(), files.classifiers, strict=True):
        represent = Latents(encoder) if "latents" in settings else Samples(settings["grid"])
        classifiers[name] = represent, (BeatCnn if settings.get("cnn") else TreeScorer).load(Path(path))
    named = set(beats.names[beats.records[split.test]])
    records = [record for record in RecordFiles.load(Path(files.records)).records() if record.name in named]
    split = first_seconds(beats, split, params.seconds)
    all_of_them = disturbances(params.snr_db, NOISES, CHANGES)
    progress, tables = Progress("as worn", len(all_of_them)), []
    for number, disturbance in enumerate(all_of_them, start=1):
        worn, steps = worn_beats(beats, records, disturbance, params.seconds)
        tables.append(score_worn(worn, steps, split, params.centred, classifiers, disturbance))
        progress(number, "disturbances")
    scores = pd.concat(tables, ignore_index=True).assign(split=params.split)[list(WornScores.columns)]
    WornScores(scores).save(Path(snakemake.output.table))
    figure = worn_panels(scores, list(NOISES), list(CHANGES))
    mark_invented(figure, beats.source)
    save_figure(figure, snakemake.output.figure, snakemake.output.pdf)
