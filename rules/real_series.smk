# Real data: models of the series of real.smk for each goal, and their rivals.
#
# A replicate's number is the seed of its models' weights and batches, and of its trees.
#
# in:   config `real`, `evaluate`; series and splits from real.smk
# out:  {RESULTS}/real/{measured}/{goal}/{series_row}/model.pt     train_series: all replicates and weights stacked; history.csv
#       {RESULTS}/real/{measured}/{goal}/scores.csv                score_series: all rows; weights.csv, examples.npz beside it
#       {RESULTS}/real/{measured}/rivals.csv                       score_rivals
#       tables and figures                                         real_results.smk

from workflow.configuration.parts import scored_by
from workflow.configuration.real import goals, model_code, series_rows, series_settings, trained_code, trained_on

GOALS_OF = {name: goals(config, name) for name in REAL["data"]}
FITTED_SERIES = [
    {"measured": name, "goal": goal, "series_row": row}
    for name in REAL["data"]
    for goal in GOALS_OF[name]
    for row in trained_on(config, name, goal)
]


wildcard_constraints:
    goal="|".join({goal for each in GOALS_OF.values() for goal in each}),
    series_row="|".join(series_rows(config)),


rule train_series:
    input:
        series=rules.read_series.output.series,
        splits=MEASURED_SPLITS,
    output:
        model=f"{SERIES}/{{goal}}/{{series_row}}/model.pt",
        history=f"{SERIES}/{{goal}}/{{series_row}}/history.csv",
    log:
        f"{LOGS}/train_series/{{measured}}/{{goal}}/{{series_row}}.log",
    priority: 1  # the longest jobs of the chapter; most others wait for them
    conda:
        "../envs/pathlode.yaml"
    threads: THREADS
    resources:
        mem_mb=1500 + 300 * len(REAL_REPLICATES),
        runtime=20 + max(own["train"]["steps"] for own in REAL["data"].values()) * len(REAL_REPLICATES) // 300,
    params:
        code=lambda w: code("train_series", *trained_code(config, w.measured, w.series_row)),
        replicates=REAL_REPLICATES,
        weights=REAL["weights"],
        settings=lambda w: series_settings(config, w.measured, w.goal, w.series_row),
        head=lambda w: series_rows(config)[w.series_row].get("head"),
        strict=lambda w: w.series_row in REAL["rows"],  # a rival that diverges is shown so
    script:
        "../workflow/scripts/train_series.py"


rule score_series:
    input:
        series=rules.read_series.output.series,
        splits=MEASURED_SPLITS,
        models=lambda w: [
            rules.train_series.output.model.format(**w, series_row=name)
            for name in trained_on(config, w.measured, w.goal)
        ],
    output:
        scores=f"{SERIES}/{{goal}}/scores.csv",
        weights=f"{SERIES}/{{goal}}/weights.csv",
        examples=f"{SERIES}/{{goal}}/examples.npz",
    log:
        f"{LOGS}/score_series/{{measured}}/{{goal}}.log",
    conda:
        "../envs/pathlode.yaml"
    threads: THREADS
    resources:
        mem_mb=2000 + 200 * len(REAL_REPLICATES),
        runtime=20 + len(REAL["rows"]) * len(REAL_REPLICATES),
    params:
        code=lambda w: code(
            "score_series", scored_by(config), *model_code(config, *trained_on(config, w.measured, w.goal))
        ),
        rows=lambda w: trained_on(config, w.measured, w.goal),
        replicates=REAL_REPLICATES,
        weights=REAL["weights"],
        evaluate=config["evaluate"],
        shown=REAL["shown"],
    script:
        "../workflow/scripts/score_series.py"


rule score_rivals:
    input:
        series=rules.read_series.output.series,
        splits=MEASURED_SPLITS,
    output:
        scores=f"{SERIES}/rivals.csv",
    log:
        f"{LOGS}/score_rivals/{{measured}}.log",
    conda:
        "../envs/pathlode.yaml"
    threads: THREADS
    resources:
        mem_mb=2000,
        runtime=10 + 2 * len(REAL_REPLICATES),
    params:
        code=lambda w: code("score_rivals"),
        replicates=REAL_REPLICATES,
        goals=lambda w: GOALS_OF[w.measured],
        trees=REAL["trees"],
        tree_values=REAL["tree_values"],
    script:
        "../workflow/scripts/score_rivals.py"
