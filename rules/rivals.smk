# Rivals: what the literature sets beside a latent ODE, on simulated systems and on one measured data set.
#
# Data, tuning and training are jobs of dynamics.smk and real.smk, with their results where these say. Rows that those chapters
# train for the same replicates are shared.
#
# in:   config `rivals`, `tune`, `evaluate`, `systems`, `real`; the models of all compared rows
# out:  {RESULTS}/rivals/{system}/{replicates}/scores.csv   score_rows: errors and costs of all rows on test trajectories
#       {RESULTS}/rivals/{measured}/scores.csv              score_series_rows: the same at hidden values of measured series
#       {RESULTS}/rivals/{system}/{replicates}/graphs.csv   score_graphs: what drives what, interventions; influences.csv beside it
#       {RESULTS}/rivals/{system}/{replicates}/hybrids.csv  fit_hybrids: models with a known part, fitted to few series
#       tables and figures                                  rivals_results.smk

from workflow.configuration.graphs import graph_rows, tuned_graphs
from workflow.configuration.hybrids import hybrid_settings
from workflow.configuration.parts import scored_by
from workflow.configuration.rivals import compared_rows, tuned_rivals

RIVALS = config["rivals"]
RIVAL_BATCHES = replicate_batches(config, "rivals")
RIVAL_SYSTEM = f"{RESULTS}/rivals/{{system}}/{{replicates}}"
HIDDEN = {"goal": "interpolation"}  # what is asked of measured series


rule score_rows:
    input:
        data=rules.simulate.output.data,
        models=lambda w: expand(rules.train.output.model, row=compared_rows(config, w.system), **w),
        histories=lambda w: expand(rules.train.output.history, row=compared_rows(config, w.system), **w),
        tuning=lambda w: expand(rules.tune.output.table, row=tuned_rivals(config, w.system), **w),
    output:
        scores=f"{RIVAL_SYSTEM}/scores.csv",
    log:
        f"{LOGS}/score_rows/{{system}}/{{replicates}}.log",
    conda:
        "../envs/pathlode.yaml"
    threads: THREADS
    resources:
        mem_mb=3000,
        runtime=20 + 2 * len(RIVALS["compared"]),
    params:
        code=lambda w: code(
            "score_rows",
            scored_by(config),
            SYSTEMS.path(config["systems"][w.system]["system"]),
            *row_entries(config, w.system, *compared_rows(config, w.system), loss=False),
        ),
        system=lambda w: config["systems"][w.system]["system"],
        simulate=lambda w: config["systems"][w.system]["simulate"],
        out_of_range=RIVALS["out_of_range"],
        replicates=lambda w: ALL_BATCHES[w.replicates],
        rows=lambda w: compared_rows(config, w.system),
        tuned_as=lambda w: [tuned_as(config, row) for row in compared_rows(config, w.system)],
        evaluate=config["evaluate"],
    script:
        "../workflow/scripts/score_rows.py"


rule score_graphs:
    input:
        data=rules.simulate.output.data,
        models=lambda w: expand(rules.train.output.model, row=graph_rows(config, w.system), **w),
        histories=lambda w: expand(rules.train.output.history, row=graph_rows(config, w.system), **w),
    output:
        scores=f"{RIVAL_SYSTEM}/graphs.csv",
        influences=f"{RIVAL_SYSTEM}/influences.csv",
    log:
        f"{LOGS}/score_graphs/{{system}}/{{replicates}}.log",
    conda:
        "../envs/pathlode.yaml"
    threads: THREADS
    resources:
        mem_mb=3000,
        runtime=20,
    params:
        code=lambda w: code(
            "score_graphs",
            scored_by(config),
            SYSTEMS.path(config["systems"][w.system]["system"]),
            *row_entries(config, w.system, *graph_rows(config, w.system), loss=False),
        ),
        system=lambda w: config["systems"][w.system]["system"],
        rows=lambda w: graph_rows(config, w.system),
        held=lambda w: RIVALS["graphs"]["held"][w.system],
        evaluate=config["evaluate"],
    script:
        "../workflow/scripts/score_graphs.py"


rule fit_hybrids:
    input:
        data=rules.simulate.output.data,
    output:
        scores=f"{RIVAL_SYSTEM}/hybrids.csv",
    log:
        f"{LOGS}/fit_hybrids/{{system}}/{{replicates}}.log",
    conda:
        "../envs/pathlode.yaml"
    threads: THREADS
    resources:
        mem_mb=2000,
        runtime=120,
        gpu=0,
    params:
        code=lambda w: code(
            "fit_hybrids",
            scored_by(config),
            SYSTEMS.path(config["systems"][w.system]["system"]),
            *row_entries(config, w.system, *RIVALS["hybrids"]["rows"].values()),
        ),
        system=lambda w: config["systems"][w.system]["system"],
        training_sets=RIVALS["hybrids"]["training_sets"],
        settings=hybrid_settings(config),
        replicates=lambda w: ALL_BATCHES[w.replicates],
        evaluate=config["evaluate"],
    script:
        "../workflow/scripts/fit_hybrids.py"


rule score_series_rows:
    input:
        series=rules.read_series.output.series,
        splits=MEASURED_SPLITS,
        models=lambda w: expand(
            rules.train_series.output.model, series_row=compared_rows(config, w.measured), **w, **HIDDEN
        ),
        histories=lambda w: expand(
            rules.train_series.output.history, series_row=compared_rows(config, w.measured), **w, **HIDDEN
        ),
    output:
        scores=f"{RESULTS}/rivals/{{measured}}/scores.csv",
    log:
        f"{LOGS}/score_series_rows/{{measured}}.log",
    conda:
        "../envs/pathlode.yaml"
    threads: THREADS
    resources:
        mem_mb=2000 + 200 * len(REAL_REPLICATES),
        runtime=20 + len(RIVALS["compared"]) * len(REAL_REPLICATES),
    params:
        code=lambda w: code(
            "score_series_rows", scored_by(config), *model_code(config, *compared_rows(config, w.measured))
        ),
        goal=HIDDEN["goal"],
        rows=lambda w: compared_rows(config, w.measured),
        replicates=REAL_REPLICATES,
        weights=REAL["weights"],
        rates=[REAL["learning_rate"]],
        evaluate=config["evaluate"],
    script:
        "../workflow/scripts/score_series_rows.py"
