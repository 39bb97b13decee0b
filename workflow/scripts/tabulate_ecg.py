"""Joins the scores of all classifiers, the published ones beside them, and sums them up."""

from pathlib import Path

from pathlode.reporting.job import job
from pathlode.reporting.tables import joined, summarise, write

SETTING = ["split", "model", "rr"]

with job(snakemake):
    files, tables, conditions = snakemake.input, snakemake.output, snakemake.params.conditions
    scores, errors = joined([*files.scores, files.published]), joined(files.errors)
    for score in ("f1", "auc"):
        scores[f"missed_{score}"] = (1 - scores[score]).clip(lower=0.5 / scores["n"])
    write(scores, tables.scores)
    write(errors, tables.errors)

    macro = scores[scores["class"] == "macro"].pivot(index=[*SETTING, "seed"], columns="condition", values="f1")
    best = scores[(scores["condition"] == conditions[0]) & (scores["class"] != "macro")]
    by_class = {"recall": "sensitivity", "precision": "positive predictive value", "f1": "F1", "auc": "AUC"}
    by_condition = errors.pivot(index=["split", "latent_ode", "class", "seed"], columns="condition", values="nmse")
    columns = {name: name for name in conditions}
    summaries = {
        "ecg_summary": summarise(macro.reset_index(), SETTING, columns, digits=3),
        "ecg_classes_summary": summarise(best, [*SETTING, "class", "n"], by_class, digits=3),
        "ecg_reconstruction_summary": summarise(by_condition.reset_index(), ["split", "latent_ode", "class"], columns),
    }
    for path in tables.summaries:
        write(summaries[Path(path).stem], path)
