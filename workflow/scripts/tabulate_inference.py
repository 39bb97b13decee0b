"""Joins the scores of all flows, those of the exact posteriors beside them, and sums them up."""

from pathlib import Path

import numpy as np
import pandas as pd

from pathlode.job import job
from pathlode.tables import joined, summarise, write

SETTING = ["summary", "backend", "n_train"]
SCORES = {
    "rmse_over_prior_sd": "RMSE / prior sd",
    "mean_log_prob": "log-probability",
    "c2st": "C2ST",
    "sbc_p": "SBC p",
    "tarp_atc": "ATC",
    "coverage_error": "coverage error",
    "predictive_coverage": "predictive coverage at 0.9",
}


with job(snakemake.log[0], snakemake.threads):
    files, tables = snakemake.input, snakemake.output
    scores, robustness = joined(files.scores), joined(files.robustness)
    references = [np.load(path) for path in files.references]
    exact = pd.DataFrame(
        {
            "system": range(len(references)),
            "rhat_max": [each["rhat"].max() for each in references],
            "ess_min": [each["ess"].min() for each in references],
            "acceptance": [float(each["acceptance"]) for each in references],
            "c2st_floor": [float(each["floor"]) for each in references],
        }
    )
    write(scores, tables.scores)
    write(robustness, tables.robustness)
    write(exact, tables.references)
    every = scores[scores["parameter"] == "all"]
    single = scores[(scores["parameter"] != "all") & (scores["n_train"] == scores["n_train"].max())]
    shifted = robustness[robustness["parameter"] == "all"]
    calibrated = {name: SCORES[name] for name in ("rmse_over_prior_sd", "mean_log_prob", "tarp_atc", "coverage_error")}
    summaries = {
        "inference_summary": summarise(every, SETTING, SCORES, digits=3),
        "inference_parameters_summary": summarise(
            single,
            ["summary", "backend", "parameter"],
            {"rmse_over_prior_sd": "RMSE / prior sd", "sbc_p": "SBC p"},
            digits=3,
        ),
        "inference_robustness_summary": summarise(shifted, ["condition", "summary", "backend"], calibrated, digits=3),
    }
    for path in tables.summaries:
        write(summaries[Path(path).stem], path)
