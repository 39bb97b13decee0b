"""Joins the scores of all flows, those of the reference posteriors beside them, sums them up, and holds them against what was
asked for.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from pathlode.inference.criteria import criteria
from pathlode.reporting.job import job
from pathlode.reporting.tables import joined, summarise, write

SETTING = ["summary", "backend", "n_train"]
SCORES = {
    "rmse_over_prior_sd": "RMSE / prior sd",
    "mean_log_prob": "log-probability",
    "log_prob_gap": "below the reference",
    "c2st": "C2ST",
    "sbc_p": "SBC p",
    "tarp_atc": "ATC",
    "coverage_error": "coverage error",
    "predictive_coverage": "predictive coverage at 0.9",
}

REFERENCE = ["acceptance", "log_prob", "c2st_floor", "predictive_coverage"]

with job(snakemake):
    files, tables = snakemake.input, snakemake.output
    scores, robustness, outside = joined(files.scores), joined(files.robustness), joined(files.outside)
    references = [np.load(path) for path in files.references]
    measured = pd.DataFrame(
        {
            "system": range(len(references)),
            "rhat_max": [each["rhat"].max() for each in references],
            "ess_min": [each["ess"].min() for each in references],
            **{name: [float(each[name]) for each in references] for name in REFERENCE},
        }
    )
    scores["perplexity"] = np.exp(-scores["mean_log_prob"])
    scores["c2st_excess"] = (scores["c2st"] - measured["c2st_floor"].mean()).clip(lower=0.005)
    every, largest = scores[scores["parameter"] == "all"], scores[scores["n_train"] == scores["n_train"].max()]
    write(scores, tables.scores)
    write(robustness, tables.robustness)
    write(outside, tables.outside)
    write(measured, tables.references)
    write(
        criteria(largest[largest["backend"] == snakemake.params.backend], *snakemake.params.compared), tables.criteria
    )
    single, shifted = largest[largest["parameter"] != "all"], robustness[robustness["parameter"] == "all"]
    calibrated = {name: SCORES[name] for name in ("rmse_over_prior_sd", "mean_log_prob", "tarp_atc", "coverage_error")}
    by_parameter = {name: SCORES[name] for name in ("rmse_over_prior_sd", "sbc_p")}
    summaries = {
        "inference_summary": summarise(every, SETTING, SCORES, digits=3),
        "inference_parameters_summary": summarise(single, ["summary", "backend", "parameter"], by_parameter, digits=3),
        "inference_robustness_summary": summarise(shifted, ["condition", "summary", "backend"], calibrated, digits=3),
    }
    for path in tables.summaries:
        write(summaries[Path(path).stem], path)
