# Real data: intensive-care stays and spoken vowels, models of them, and their rivals. real_hudson_bay.smk, included at the end, has
# the pelts of lynx and hare.
#
# A replicate's number is the seed of its split and hidden values, of its models' weights and batches, and of its trees.
#
# in:   config `real`, `evaluate`, config/checksums/{folder}.sha256, mirrors of the data sets
# out:  resources/real/{folder}/{file}                             fetch_series: a file of a data set
#       {RESULTS}/real/invented/{file}                             invent_series: in place of the real ones, at smoke scale
#       {RESULTS}/real/{measured}/series.npz, counts.csv           read_series
#       {RESULTS}/real/{measured}/splits/{replicate}.npz           split_series: all replicates
#       {RESULTS}/real/{measured}/{goal}/{series_row}/model.pt   train_series: all replicates and weights stacked; history.csv
#       {RESULTS}/real/{measured}/{goal}/scores.csv                score_series: all models; weights.csv, examples.npz beside it
#       {RESULTS}/real/{measured}/rivals.csv                       score_rivals
#       tables and figures                                         real_results.smk

from pathlode.registry import MEASURED
from workflow.configuration.real import (
    PELTS,
    folders,
    goals,
    model_code,
    series_rows,
    series_settings,
    trained_on,
)
from workflow.configuration.replicates import replicate_numbers

REAL = config["real"]
REAL_REPLICATES = replicate_numbers(config, "real")
SERIES = f"{RESULTS}/real/{{measured}}"
MEASURED_SPLITS = expand(f"{SERIES}/splits/{{replicate}}.npz", replicate=REAL_REPLICATES, allow_missing=True)
GOALS_OF = {name: goals(config, name) for name in REAL["data"]}
INVENTED = f"{RESULTS}/real/invented"
FITTED_SERIES = [
    {"measured": name, "goal": goal, "series_row": model}
    for name in REAL["data"]
    for goal in GOALS_OF[name]
    for model in trained_on(config, name, goal)
]
FILES_OF = {  # by data set, fetched or invented
    name: [
        f"{INVENTED if REAL['source'] == 'invented' else f'resources/real/{MEASURED[name].folder}'}/{file}"
        for file in MEASURED[name].files
    ]
    for name in REAL["data"]
}


wildcard_constraints:
    measured="|".join(REAL["data"]),
    goal="|".join({goal for each in GOALS_OF.values() for goal in each}),
    series_row="|".join(series_rows(config)),


rule fetch_series:  # no source files as input: an edited script would fetch the same files
    input:
        checksums="config/checksums/{folder}.sha256",
    output:
        file="resources/real/{folder}/{file}",
    log:
        f"{LOGS}/fetch_series/{{folder}}/{{file}}.log",
    wildcard_constraints:
        folder="|".join(folders(config)),
    localrule: True  # cluster nodes often have no network
    conda:
        "../envs/pathlode.yaml"
    params:
        mirrors=lambda w: REAL["mirrors"][w.folder],
    script:
        "../workflow/scripts/fetch_series.py"


rule invent_series:
    output:
        [f"{INVENTED}/{file}" for name in REAL["data"] for file in MEASURED[name].files],
        pelts=f"{INVENTED}/{PELTS[1]}",
    log:
        f"{LOGS}/invent_series.log",
    conda:
        "../envs/pathlode.yaml"
    params:
        code=lambda w: code("invent_series", *map(MEASURED.path, REAL["data"])),
        numbers={name: own["invented"] for name, own in REAL["data"].items()},
        seed=REAL["invented"]["seed"],
    script:
        "../workflow/scripts/invent_series.py"


rule read_series:
    input:
        files=lambda w: FILES_OF[w.measured],
    output:
        series=f"{SERIES}/series.npz",
        counts=f"{SERIES}/counts.csv",
    log:
        f"{LOGS}/read_series/{{measured}}.log",
    conda:
        "../envs/pathlode.yaml"
    resources:
        mem_mb=2000,
    params:
        code=lambda w: code("read_series", MEASURED.path(w.measured)),
        source=REAL["source"],
        read=lambda w: REAL["data"][w.measured]["read"],
    script:
        "../workflow/scripts/read_series.py"


rule split_series:
    input:
        series=rules.read_series.output.series,
    output:
        MEASURED_SPLITS,
    log:
        f"{LOGS}/split_series/{{measured}}.log",
    conda:
        "../envs/pathlode.yaml"
    params:
        code=lambda w: code("split_series"),
        replicates=REAL_REPLICATES,
        validation=lambda w: REAL["data"][w.measured]["validation"],
        test=lambda w: REAL["data"][w.measured]["test"],
        hidden=lambda w: REAL["data"][w.measured]["hidden"],
    script:
        "../workflow/scripts/split_series.py"


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
        code=lambda w: code("train_series", *model_code(config, w.series_row)),
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
            "score_series", *model_code(config, *trained_on(config, w.measured, w.goal), loss=False)
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


include: "real_hudson_bay.smk"
