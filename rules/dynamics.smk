# Paper [A], dynamics: interpolation and extrapolation of simulated systems by latent ODEs.
#
# A replicate is a whole experiment: its data, tuning, initial weights and batches all come from its number. Its rows share the data.
# Replicates come in batches, such as 0-9, so that one job trains a batch as one stack, and more replicates are more batches.
#
# in:   config `dynamics`, `tune`, `sizes`, `evaluate`, `systems`
# out:  {RESULTS}/dynamics/{system}/{replicates}/data.npz                     simulate
#       {RESULTS}/dynamics/{system}/{replicates}/tuning/{row}/tuning.csv      tune: the grid, its scores; chosen.json beside it
#       {RESULTS}/dynamics/{system}/{replicates}/{row}/model.pt               train: all stacked; history.csv beside it
#       {RESULTS}/dynamics/{system}/{replicates}/step_costs.csv               time_steps: of the rows that claims compare in time
#       {RESULTS}/dynamics/{system}/{replicates}/scores.csv                   evaluate: all rows; evaluation.npz, shown.npz beside it
#       {RESULTS}/dynamics/{system}/{replicates}/sizes/{row}/sizes.csv        size: the same for models of several sizes
#       tables and figures                                                    dynamics_results.smk

from pathlode.registry import SYSTEMS
from workflow.configuration.dynamics import COMPARED, system_batches, trained_rows, tuned_rows
from workflow.configuration.parts import scored_by
from workflow.configuration.replicates import replicate_batches
from workflow.configuration.rows import (
    all_rows,
    candidate_settings,
    chosen_for,
    row_axes,
    row_context,
    row_entries,
    row_parts,
    row_settings,
    setting,
    tuned_as,
    tuned_by,
    tuning,
)

GRID = config["dynamics"]
ROWS = {name: trained_rows(config, name) for name in config["systems"]}
TUNED_ROWS = {name: tuned_rows(config, name) for name in GRID["systems"]}
BATCHES = {name: system_batches(config, name) for name in GRID["systems"]}
ALL_BATCHES = {  # those of other chapters are made here, too
    name: numbers
    for batches in [*BATCHES.values(), replicate_batches(config, "inference"), replicate_batches(config, "rivals")]
    for name, numbers in batches.items()
}
FITTED_TO = f"{RESULTS}/dynamics/{{system}}/{{replicates}}"
FITTED_ROW = f"{FITTED_TO}/{{row}}"
TUNED_ROW = f"{FITTED_TO}/tuning/{{row}}"
BATCHES_FITTED = [(system, batch) for system in GRID["systems"] for batch in BATCHES[system]]
FITTED_ROWS = [
    FITTED_ROW.format(system=system, replicates=batch, row=row)
    for system, batch in BATCHES_FITTED
    for row in ROWS[system]
]
FITTED_SYSTEMS = {*GRID["systems"], *config["rivals"]["systems"], *config["rivals"]["graphs"]["systems"]}
LONGEST = max(config["systems"][name]["train"]["steps"] for name in FITTED_SYSTEMS)


wildcard_constraints:
    system="|".join(config["systems"]),
    replicates=r"\d+([-_]\d+)*",
    row="|".join(all_rows(config)),


rule simulate:
    output:
        data=f"{FITTED_TO}/data.npz",
    log:
        f"{LOGS}/simulate/{{system}}/{{replicates}}.log",
    group:
        "simulate"
    conda:
        "../envs/pathlode.yaml"
    threads: THREADS
    resources:
        mem_mb=lambda w: 1000 + config["systems"][w.system]["simulate"]["train"] * len(ALL_BATCHES[w.replicates]) // 20,
        runtime=5,
    params:
        code=lambda w: code("simulate", SYSTEMS.path(config["systems"][w.system]["system"])),
        system=lambda w: config["systems"][w.system]["system"],
        simulate=lambda w: config["systems"][w.system]["simulate"],
        replicates=lambda w: ALL_BATCHES[w.replicates],
    script:
        "../workflow/scripts/simulate.py"


rule tune:
    input:
        data=rules.simulate.output.data,
    output:
        chosen=f"{TUNED_ROW}/chosen.json",
        table=f"{TUNED_ROW}/tuning.csv",
    log:
        f"{LOGS}/tune/{{system}}/{{replicates}}/{{row}}.log",
    priority: 1  # all other jobs wait for it, including the longest, `size`
    conda:
        "../envs/pathlode.yaml"
    threads: THREADS
    resources:
        mem_mb=3000,  # measured: 900
        runtime=30 + max(tuning(config, name)["steps"] for name in config["systems"]) // 10,  # 6 s a step, the same for all jobs
        gpu=0,  # a CPU is faster: the cost of these small networks is that of launching operations
    params:
        code=lambda w: code("tune", *row_entries(config, w.system, w.row)),
        setting=lambda w: setting(config, w.system, w.row),
        parts=lambda w: row_parts(config, w.system, w.row),
        settings=lambda w: candidate_settings(config, w.system, w.row),
        learning_rates=lambda w: row_axes(config, w.system, w.row)["learning_rates"],
        weights=lambda w: row_axes(config, w.system, w.row)["weights"],
        tuned_by=lambda w: tuned_by(config, w.row),
        strict=lambda w: w.row in GRID["rows"],  # a rival that diverges is shown so
        replicates=lambda w: ALL_BATCHES[w.replicates],
    script:
        "../workflow/scripts/tune.py"


rule train:
    input:
        data=rules.simulate.output.data,
        chosen=lambda w: chosen_for(config, w.row, rules.tune.output.chosen, system=w.system, replicates=w.replicates),
    output:
        model=f"{FITTED_ROW}/model.pt",
        history=f"{FITTED_ROW}/history.csv",
    log:
        f"{LOGS}/train/{{system}}/{{replicates}}/{{row}}.log",
    conda:
        "../envs/pathlode.yaml"
    threads: THREADS
    resources:
        mem_mb=2000,  # measured: 540
        runtime=30 + LONGEST // 20,  # 3 s a step
        gpu=0,
    params:
        code=lambda w: code("train", *row_entries(config, w.system, w.row)),
        setting=lambda w: setting(config, w.system, w.row),
        parts=lambda w: row_parts(config, w.system, w.row),
        settings=lambda w: row_settings(config, w.system, w.row),
        replicates=lambda w: ALL_BATCHES[w.replicates],
        strict=lambda w: w.row in GRID["rows"],
    script:
        "../workflow/scripts/train.py"


rule time_steps:
    input:
        data=rules.simulate.output.data,
        chosen=lambda w: [
            chosen_for(config, row, rules.tune.output.chosen, system=w.system, replicates=w.replicates)
            for row in COMPARED
        ],
    output:
        table=f"{FITTED_TO}/step_costs.csv",
    log:
        f"{LOGS}/time_steps/{{system}}/{{replicates}}.log",
    group:
        "time_steps"
    conda:
        "../envs/pathlode.yaml"
    threads: THREADS
    resources:
        mem_mb=2000,
    params:
        code=lambda w: code("time_steps", *row_entries(config, w.system, *COMPARED)),
        settings=lambda w: {
            row: row_settings(config, w.system, row) | row_parts(config, w.system, row) for row in COMPARED
        },
        replicates=lambda w: ALL_BATCHES[w.replicates],
    script:
        "../workflow/scripts/time_steps.py"


rule evaluate:
    input:
        data=rules.simulate.output.data,
        models=lambda w: expand(rules.train.output.model, row=ROWS[w.system], **w),
    output:
        scores=f"{FITTED_TO}/scores.csv",
        arrays=f"{FITTED_TO}/evaluation.npz",
        shown=f"{FITTED_TO}/shown.npz",
    log:
        f"{LOGS}/evaluate/{{system}}/{{replicates}}.log",
    conda:
        "../envs/pathlode.yaml"
    threads: THREADS
    resources:
        mem_mb=4000,  # measured: 1900, with the most rows
        runtime=20,
    params:
        code=lambda w: code("evaluate", scored_by(config), *row_entries(config, w.system, *ROWS[w.system], loss=False)),
        settings=lambda w: [setting(config, w.system, row) for row in ROWS[w.system]],
        contexts=lambda w: [row_context(config, w.system, row) for row in ROWS[w.system]],
        evaluate=config["evaluate"],
    script:
        "../workflow/scripts/evaluate.py"


rule size:
    input:
        data=rules.simulate.output.data,
        chosen=rules.tune.output.chosen,
    output:
        table=f"{FITTED_TO}/sizes/{{row}}/sizes.csv",
    log:
        f"{LOGS}/size/{{system}}/{{replicates}}/{{row}}.log",
    priority: 1
    conda:
        "../envs/pathlode.yaml"
    threads: THREADS
    resources:
        mem_mb=2000,  # measured: 500
        runtime=30 + LONGEST // 20,
        gpu=0,
    params:
        code=lambda w: code("size", scored_by(config), *row_entries(config, w.system, w.row)),
        setting=lambda w: setting(config, w.system, w.row),
        parts=lambda w: row_parts(config, w.system, w.row),
        settings=lambda w: row_settings(config, w.system, w.row),
        sizes=config["sizes"]["tried"],
        replicates=lambda w: ALL_BATCHES[w.replicates],
        evaluate=config["evaluate"],
    script:
        "../workflow/scripts/size.py"
