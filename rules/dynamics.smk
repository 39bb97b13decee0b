# Paper [A], dynamics: how well latent ODEs interpolate and extrapolate simulated systems.
#
# in:   config `dynamics`, `tune`, `sizes`, `evaluate`, `systems`
# out:  {RESULTS}/dynamics/{system}/data.npz                         simulate
#       {RESULTS}/dynamics/{system}/tuning/{loss}/tuning.csv         tune: the grid and its scores; chosen.json beside it
#       {RESULTS}/dynamics/{system}/{encoder}-{loss}/model.pt        train: all seeds stacked; history.csv beside it
#       {RESULTS}/dynamics/{system}/{encoder}/scores.csv             evaluate: all losses; evaluation.npz beside it
#       {RESULTS}/dynamics/{system}/sizes/{loss}/sizes.csv           size: the same for models of several sizes
#       tables and figures                                           dynamics_results.smk

GRID = config["dynamics"]
LOSSES_BY_ENCODER = {name: losses_by_encoder(config, name) for name in config["systems"]}
TUNED = {name: sorted(set(sum(LOSSES_BY_ENCODER[name].values(), []))) for name in GRID["systems"]}
EVALUATED = [
    {"system": system, "encoder": encoder} for system in GRID["systems"] for encoder in LOSSES_BY_ENCODER[system]
]
EVALUATION = f"{RESULTS}/dynamics/{{system}}/{{encoder}}"
EVALUATIONS = [EVALUATION.format(**point) for point in EVALUATED]
SETTING = f"{RESULTS}/dynamics/{{system}}/{{encoder}}-{{loss}}"
SETTINGS = [
    SETTING.format(loss=loss, **point)
    for point in EVALUATED
    for loss in LOSSES_BY_ENCODER[point["system"]][point["encoder"]]
]
TUNING = {name: tuning(config, name) for name in config["systems"]}
LONGEST = max(config["systems"][name]["train"]["steps"] for name in GRID["systems"])


wildcard_constraints:
    system="|".join(config["systems"]),
    encoder="|".join(ENCODERS),
    loss="|".join(map(re.escape, LOSSES)),


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
        chosen=f"{RESULTS}/dynamics/{{system}}/tuning/{{loss}}/chosen.json",
        table=f"{RESULTS}/dynamics/{{system}}/tuning/{{loss}}/tuning.csv",
    log:
        f"{LOGS}/tune/{{system}}/{{loss}}.log",
    priority: 1  # everything else waits for it, the longest jobs, `size`, among them
    conda:
        "../envs/pathlode.yaml"
    threads: 1
    resources:
        mem_mb=2000,  # measured: 610
        runtime=30 + max(candidate_steps(config, name) for name in GRID["systems"]) // 20,  # 3 s a step, alike for all jobs
        gpu=0,  # these networks are bound by the cost of starting an operation: a CPU is faster
    params:
        code=lambda w: code("tune", LOSSES.path(w.loss), ENCODERS.path(TUNING[w.system]["encoder"])),
        model=lambda w: config["systems"][w.system]["model"],
        train=lambda w: config["systems"][w.system]["train"] | {"steps": TUNING[w.system]["steps"]},
        tune=lambda w: TUNING[w.system],
        evaluate=config["evaluate"],
    script:
        "../workflow/scripts/tune.py"


rule train:
    input:
        data=rules.simulate.output.data,
        chosen=rules.tune.output.chosen,
    output:
        model=f"{SETTING}/model.pt",
        history=f"{SETTING}/history.csv",
    log:
        f"{LOGS}/train/{{system}}/{{encoder}}-{{loss}}.log",
    conda:
        "../envs/pathlode.yaml"
    threads: 1
    resources:
        mem_mb=2000,  # measured: 540
        runtime=30 + LONGEST // 20,  # 3 s a step
        gpu=0,
    params:
        code=lambda w: code("train", LOSSES.path(w.loss), ENCODERS.path(w.encoder)),
        model=lambda w: config["systems"][w.system]["model"],
        train=lambda w: config["systems"][w.system]["train"],
        seeds=GRID["seeds"],
    script:
        "../workflow/scripts/train.py"


rule evaluate:
    input:
        data=rules.simulate.output.data,
        models=lambda w: expand(
            rules.train.output.model,
            system=w.system,
            encoder=w.encoder,
            loss=LOSSES_BY_ENCODER[w.system][w.encoder],
        ),
    output:
        scores=f"{EVALUATION}/scores.csv",
        arrays=f"{EVALUATION}/evaluation.npz",
    log:
        f"{LOGS}/evaluate/{{system}}/{{encoder}}.log",
    conda:
        "../envs/pathlode.yaml"
    threads: 1
    resources:
        mem_mb=2000,  # measured: 930
        runtime=10,
    params:
        code=lambda w: code("evaluate", ENCODERS.path(w.encoder)),
        losses=lambda w: LOSSES_BY_ENCODER[w.system][w.encoder],
        evaluate=config["evaluate"],
    script:
        "../workflow/scripts/evaluate.py"


rule size:
    input:
        data=rules.simulate.output.data,
        chosen=rules.tune.output.chosen,
    output:
        table=f"{RESULTS}/dynamics/{{system}}/sizes/{{loss}}/sizes.csv",
    log:
        f"{LOGS}/size/{{system}}/{{loss}}.log",
    priority: 1
    conda:
        "../envs/pathlode.yaml"
    threads: 1
    resources:
        mem_mb=2000,  # measured: 500
        runtime=30 + LONGEST // 20,
        gpu=0,
    params:
        code=lambda w: code("size", LOSSES.path(w.loss), ENCODERS.path(TUNING[w.system]["encoder"])),
        model=lambda w: config["systems"][w.system]["model"],
        train=lambda w: config["systems"][w.system]["train"],
        encoder=lambda w: TUNING[w.system]["encoder"],
        sizes=config["sizes"]["models"],
        seeds=GRID["seeds"],
        evaluate=config["evaluate"],
    script:
        "../workflow/scripts/size.py"
