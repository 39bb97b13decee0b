"""Draws the figures of the ECG chapter that show one model."""

from pathlib import Path

import numpy as np
from sklearn.manifold import TSNE

from pathlode.core.series import TimeSeries
from pathlode.ecg.beats import Beats
from pathlode.ecg.conditions import TIMES, Condition, millivolts
from pathlode.ecg.reconstruction import some_of_each_class
from pathlode.ecg.splits import SCORED, SPLITTERS
from pathlode.models.latents import encode
from pathlode.models.saving import load_model
from pathlode.plots import ecg
from pathlode.plots.style import save_figure
from pathlode.reporting.job import job

MAPPED = 600  # test beats of a class, at most, in the latent map

with job(snakemake):
    files, params = snakemake.input, snakemake.params
    beats = Beats.load(Path(files.beats))
    with np.load(files.predictions) as file:
        truth, said = file["truth"], {name: file[f"probabilities {name}"] for name in params.conditions}
    with np.load(files.examples) as file:
        classes, examples = file["classes"].tolist(), dict(file)
    of_class = dict(zip(classes, range(len(classes)), strict=True))
    seen, predicted = {}, {}
    for condition in params.rates:
        for name, row in of_class.items():
            seen[condition, name] = examples[f"times {condition}"][row], examples[f"values {condition}"][row]
            predicted[condition, name] = examples[f"predicted {condition}"][:, row]

    tested = SPLITTERS[params.split](beats, params.split_seed).test
    mapped = np.concatenate(list(some_of_each_class(beats, tested, MAPPED).values()))
    model, _ = load_model(Path(files.model))
    z0 = encode(model, TimeSeries(*Condition().observe(millivolts(beats, mapped), seed=0), "beats"))[0].numpy()
    plane = TSNE(random_state=0, init="pca", perplexity=min(30, len(z0) / 4)).fit_transform(z0 / z0.std(axis=0))

    figures = {
        "reconstructions": ecg.reconstructions(
            TIMES.numpy(), {name: examples["truth"][row] for name, row in of_class.items()}, seen, predicted
        ),
        "latent_map": ecg.beat_map(plane, beats.classes[mapped], "t-SNE"),
        "roc": ecg.roc(truth, said, SCORED[params.split]),
        "confusion": ecg.confusion(truth, {name: p.argmax(axis=1) for name, p in said.items()}, SCORED[params.split]),
    }
    for figure in figures.values():
        ecg.label_source(figure, beats.source)
    for path in snakemake.output:
        save_figure(figures[Path(path).stem], path)
