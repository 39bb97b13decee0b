"""Joins the scores of all flows and of the reference posteriors, summarises them, and compares them with the criteria."""

from pathlib import Path

from pathlode.inference.columns import of_most_pairs, under_all_designs, with_derived
from pathlode.inference.criteria import Criteria, Targets, criteria
from pathlode.inference.reference_posteriors import References, ReferenceScores
from pathlode.inference.scores import (
    AS_IN_TRAINING,
    AlarmShares,
    ComparedFlows,
    FlowScores,
    OutsideMisses,
    ShiftedScores,
)
from pathlode.reporting.job import job
from pathlode.reporting.tables import summarise, write

SETTING = ["summary", "backend", "n_train"]
SCORES = {
    "rmse_over_prior_sd": "RMSE / prior sd",
    "mean_log_prob": "log-probability",
    "log_prob_gap": "below the reference",
    "c2st": "C2ST",
    "effective": "effective share",
    "sharpened_c2st": "C2ST, sharpened",
    "sbc_p": "SBC p",
    "tarp_atc": "ATC",
    "coverage_error": "coverage error",
    "predictive_coverage": "predictive coverage at 0.9",
}
SHIFTED = {name: SCORES[name] for name in ("rmse_over_prior_sd", "mean_log_prob", "tarp_atc", "coverage_error")}
BY_PARAMETER = {name: SCORES[name] for name in ("rmse_over_prior_sd", "sbc_p")}

with job(snakemake):
    files, tables, params = snakemake.input, snakemake.output, snakemake.params
    references = References.load_all(files.references)
    scores = FlowScores.load(*map(Path, files.scores)).table
    shifted = ShiftedScores.load(*map(Path, files.robustness))
    compared = with_derived(under_all_designs(scores, shifted.table), references)
    ComparedFlows(compared).save(Path(tables.scores))
    largest = of_most_pairs(compared)
    shifted.save(Path(tables.robustness))
    OutsideMisses.load(*map(Path, files.outside)).save(Path(tables.outside))
    alarms = AlarmShares.load(*map(Path, files.alarms))
    alarms.save(Path(tables.alarms))
    ReferenceScores.of(references).save(Path(tables.references))
    judged = criteria(largest[largest["backend"] == params.backend], Targets(**params.targets), *params.compared)
    Criteria(judged).save(Path(tables.criteria))
    every, together = (table[table["parameter"] == "all"] for table in (scores, shifted.table))
    single = largest[(largest["parameter"] != "all") & (largest["condition"] == AS_IN_TRAINING)]
    by_parameter = summarise(single, ["summary", "backend", "parameter"], BY_PARAMETER, digits=3)
    by_condition = summarise(together, ["condition", "summary", "backend"], SHIFTED, digits=3)
    write(summarise(every, SETTING, SCORES, digits=3), *tables.summary)
    write(by_parameter, *tables.parameters_summary)
    write(by_condition, *tables.robustness_summary)
