# Paper [A], dynamics: interpolation and extrapolation of simulated systems by latent ODEs.
#
# in:   config `dynamics`, `tune`, `sizes`, `evaluate`, `systems`
# out:  {RESULTS}/dynamics/{system}/data.npz                         simulate
#       {RESULTS}/dynamics/{system}/tuning/{row}/tuning.csv          tune: the grid and its scores; chosen.json beside it
#       {RESULTS}/dynamics/{system}/{row}/model.pt                   train: all seeds stacked; history.csv beside it
#       {RESULTS}/dynamics/{system}/scores.csv                       evaluate: all rows; evaluation.npz beside it
#       {RESULTS}/dynamics/{system}/sizes/{row}/sizes.csv            size: the same for models of several sizes
#       tables and figures                                           dynamics_results.smk

GRID = config["dynamics"]
ROWS = {name: trained_rows(config, name) for name in config["systems"]}
TUNED_ROWS = {name: tuned_rows(config, name) for name in GRID["systems"]}
FITTED_TO = f"{RESULTS}/dynamics/{{system}}"
FITTED_ROW = f"{FITTED_TO}/{{row}}"
FITTED_ROWS = [FITTED_ROW.format(system=system, row=row) for system in GRID["systems"] for row in ROWS[system]]
TUNING = {name: tuning(config, name) for name in config["systems"]}
LONGEST = max(config["systems"][name]["train"]["steps"] for name in GRID["systems"])


wildcard_constraints:
    system="|".join(config["systems"]),
    row="|".join(GRID["rows"]),


rule simulate:
    output:
        data=f"{RESULTS}/dynamics/{{system}}/data.npz",
    log:
        f"{LOGS}/simulate/{{system}}.log",
    conda:
        "../envs/pathlode.yaml"
    threads: 1
    resources:
        mem_mb=lambda w: 1000 + config["systems"][w.system]["simulate"]["train"] // 20,  # measured: 370 for 5,000
        runtime=5,
    params:
        code=lambda w: code("simulate", SYSTEMS.path(config["systems"][w.system]["system"])),
        system=lambda w: config["systems"][w.system]["system"],
        simulate=lambda w: config["systems"][w.system]["simulate"],
    script:
        "../workflow/scripts/simulate.py"


rule tune:
    input:
        data=rules.simulate.output.data,
    output:
        chosen=f"{RESULTS}/dynamics/{{system}}/tuning/{{row}}/chosen.json",
        table=f"{RESULTS}/dynamics/{{system}}/tuning/{{row}}/tuning.csv",
    log:
        f"{LOGS}/tune/{{system}}/{{row}}.log",
    priority: 1  # all other jobs wait for it, including the longest, `size`
    conda:
        "../envs/pathlode.yaml"
    threads: 1
    resources:
        mem_mb=2000,  # measured: 610
        runtime=30 + max(candidate_steps(config, name) for name in GRID["systems"]) // 20,  # 3 s per step, the same for all jobs
        gpu=0,  # a CPU is faster: the cost of these small networks is that of launching operations
    params:
        code=lambda w: code("tune", *row_entries(config, w.row)),
        setting=lambda w: setting(config, w.system, w.row),
        parts=lambda w: row_parts(config, w.row),
        model=lambda w: config["systems"][w.system]["model"],
        train=lambda w: config["systems"][w.system]["train"] | {"steps": TUNING[w.system]["steps"]},
        tune=lambda w: TUNING[w.system],
        evaluate=config["evaluate"],
    script:
        "../workflow/scripts/tune.py"


rule train:
    input:
        data=rules.simulate.output.data,
        chosen=lambda w: chosen_for(config, w.system, w.row, rules.tune.output.chosen),
    output:
        model=f"{FITTED_ROW}/model.pt",
        history=f"{FITTED_ROW}/history.csv",
    log:
        f"{LOGS}/train/{{system}}/{{row}}.log",
    conda:
        "../envs/pathlode.yaml"
    threads: 1
    resources:
        mem_mb=2000,  # measured: 540
        runtime=30 + LONGEST // 20,  # 3 s a step
        gpu=0,
    params:
        code=lambda w: code("train", *row_entries(config, w.row)),
        setting=lambda w: setting(config, w.system, w.row),
        parts=lambda w: row_parts(config, w.row),
        model=lambda w: config["systems"][w.system]["model"],
        train=lambda w: config["systems"][w.system]["train"],
        seeds=lambda w: model_seeds(config, w.system),
    script:
        "../workflow/scripts/train.py"


rule evaluate:
    input:
        data=rules.simulate.output.data,
        models=lambda w: expand(rules.train.output.model, system=w.system, row=ROWS[w.system]),
    output:
        scores=f"{FITTED_TO}/scores.csv",
        arrays=f"{FITTED_TO}/evaluation.npz",
    log:
        f"{LOGS}/evaluate/{{system}}.log",
    conda:
        "../envs/pathlode.yaml"
    threads: 1
    resources:
        mem_mb=2000,  # measured: 930
        runtime=20,
    params:
        code=lambda w: code("evaluate", *row_entries(config, *ROWS[w.system], loss=False)),
        settings=lambda w: [setting(config, w.system, row) for row in ROWS[w.system]],
        evaluate=config["evaluate"],
    script:
        "../workflow/scripts/evaluate.py"


rule size:
    input:
        data=rules.simulate.output.data,
        chosen=rules.tune.output.chosen,
    output:
        table=f"{RESULTS}/dynamics/{{system}}/sizes/{{row}}/sizes.csv",
    log:
        f"{LOGS}/size/{{system}}/{{row}}.log",
    priority: 1
    conda:
        "../envs/pathlode.yaml"
    threads: 1
    resources:
        mem_mb=2000,  # measured: 500
        runtime=30 + LONGEST // 20,
        gpu=0,
    params:
        code=lambda w: code("size", *row_entries(config, w.row)),
        setting=lambda w: setting(config, w.system, w.row),
        parts=lambda w: row_parts(config, w.row),
        model=lambda w: config["systems"][w.system]["model"],
        train=lambda w: config["systems"][w.system]["train"],
        sizes=config["sizes"]["models"],
        seeds=GRID["seeds"],
        evaluate=config["evaluate"],
    script:
        "../workflow/scripts/size.py"
