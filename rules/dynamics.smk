# Paper [A], dynamics: how well latent ODEs interpolate and extrapolate simulated systems.
#
# in:   config `dynamics`, `tune`, `evaluate`, `systems`
# out:  {RESULTS}/dynamics/{system}/data.npz                         simulate
#       {RESULTS}/dynamics/{system}/{encoder}-{loss}/tuning.csv      tune: the grid and its scores
#       {RESULTS}/dynamics/{system}/{encoder}-{loss}/chosen.json     tune: the best learning rate and weight
#       {RESULTS}/dynamics/{system}/{encoder}-{loss}/model.pt        train: all seeds stacked; history.csv beside it
#       {RESULTS}/dynamics/{system}/{encoder}-{loss}/latents.npz     encode
#       {RESULTS}/dynamics/{system}/{encoder}-{loss}/scores.csv      evaluate; curves.npz for the figures beside it
#       {RESULTS}/tables/dynamics.csv, tuning.csv                    tabulate
#       {RESULTS}/figures/dynamics/{system}/{encoder}/*.png, .pdf    plot


SETTING = f"{RESULTS}/dynamics/{{system}}/{{encoder}}-{{loss}}"
GRID = config["dynamics"]
FIGURES = ["trajectories", "latent_paths", "error_in_time", "training"]


wildcard_constraints:
    system="|".join(config["systems"]),
    encoder="|".join(ENCODERS),
    loss="|".join(map(re.escape, LOSSES)),
    figure="|".join(FIGURES),


# Every file of the chapter is asked for, also those in the middle: a run killed while it replaced one would otherwise leave
# it missing, and the files made from its predecessor would pass for up to date.
rule dynamics:
    input:
        f"{RESULTS}/tables/dynamics.csv",
        f"{RESULTS}/tables/tuning.csv",
        expand(f"{RESULTS}/dynamics/{{system}}/data.npz", system=GRID["systems"]),
        expand(
            f"{SETTING}/{{file}}",
            system=GRID["systems"],
            encoder=GRID["encoders"],
            loss=GRID["losses"],
            file=["tuning.csv", "chosen.json", "model.pt", "history.csv", "latents.npz", "scores.csv", "curves.npz"],
        ),
        expand(
            f"{RESULTS}/figures/dynamics/{{system}}/{{encoder}}/{{figure}}.{{format}}",
            system=GRID["systems"],
            encoder=GRID["encoders"],
            figure=FIGURES,
            format=["png", "pdf"],
        ),


rule simulate:
    input:
        source=lambda w: sources("simulate", SYSTEMS.module(config["systems"][w.system]["system"])),
    output:
        data=f"{RESULTS}/dynamics/{{system}}/data.npz",
    log:
        f"{LOGS}/simulate/{{system}}.log",
    benchmark:
        f"{BENCHMARKS}/simulate/{{system}}.tsv"
    conda:
        "../envs/pathlode.yaml"
    threads: 1
    resources:
        mem_mb=1000,  # measured: 260
        runtime=5,
    params:
        system=lambda w: config["systems"][w.system]["system"],
        classes=lambda w: [SYSTEMS.path(config["systems"][w.system]["system"])],
        simulate=lambda w: config["systems"][w.system]["simulate"],
    script:
        "../workflow/scripts/simulate.py"


rule tune:
    input:
        data=rules.simulate.output.data,
        source=lambda w: sources("tune", LOSSES.module(w.loss), ENCODERS.module(w.encoder)),
    output:
        chosen=f"{SETTING}/chosen.json",
        table=f"{SETTING}/tuning.csv",
    log:
        f"{LOGS}/tune/{{system}}/{{encoder}}-{{loss}}.log",
    benchmark:
        f"{BENCHMARKS}/tune/{{system}}/{{encoder}}-{{loss}}.tsv"
    conda:
        "../envs/pathlode.yaml"
    threads: 1
    resources:
        mem_mb=2000,  # measured: 540
        runtime=60,
        gpu=0,  # these networks are bound by the cost of starting an operation: a CPU is faster
    params:
        classes=lambda w: [LOSSES.path(w.loss), ENCODERS.path(w.encoder)],
        model=lambda w: config["systems"][w.system]["model"],
        train=lambda w: config["systems"][w.system]["train"],
        tune=config["tune"],
        evaluate=config["evaluate"],
    script:
        "../workflow/scripts/tune.py"


rule train:
    input:
        data=rules.simulate.output.data,
        chosen=rules.tune.output.chosen,
        source=lambda w: sources("train", LOSSES.module(w.loss), ENCODERS.module(w.encoder)),
    output:
        model=f"{SETTING}/model.pt",
        history=f"{SETTING}/history.csv",
    log:
        f"{LOGS}/train/{{system}}/{{encoder}}-{{loss}}.log",
    benchmark:
        f"{BENCHMARKS}/train/{{system}}/{{encoder}}-{{loss}}.tsv"
    conda:
        "../envs/pathlode.yaml"
    threads: 1
    resources:
        mem_mb=2000,  # measured: 440
        runtime=60,
        gpu=0,
    params:
        classes=lambda w: [LOSSES.path(w.loss), ENCODERS.path(w.encoder)],
        model=lambda w: config["systems"][w.system]["model"],
        train=lambda w: config["systems"][w.system]["train"],
        seeds=GRID["seeds"],
    script:
        "../workflow/scripts/train.py"


rule encode:
    input:
        data=rules.simulate.output.data,
        model=rules.train.output.model,
        source=lambda w: sources("encode", ENCODERS.module(w.encoder)),
    output:
        latents=f"{SETTING}/latents.npz",
    log:
        f"{LOGS}/encode/{{system}}/{{encoder}}-{{loss}}.log",
    benchmark:
        f"{BENCHMARKS}/encode/{{system}}/{{encoder}}-{{loss}}.tsv"
    conda:
        "../envs/pathlode.yaml"
    threads: 1
    resources:
        mem_mb=2000,  # measured: 540
        runtime=10,
    script:
        "../workflow/scripts/encode.py"


rule evaluate:
    input:
        data=rules.simulate.output.data,
        model=rules.train.output.model,
        source=lambda w: sources("evaluate", ENCODERS.module(w.encoder)),
    output:
        scores=f"{SETTING}/scores.csv",
        curves=f"{SETTING}/curves.npz",
    log:
        f"{LOGS}/evaluate/{{system}}/{{encoder}}-{{loss}}.log",
    benchmark:
        f"{BENCHMARKS}/evaluate/{{system}}/{{encoder}}-{{loss}}.tsv"
    conda:
        "../envs/pathlode.yaml"
    threads: 1
    resources:
        mem_mb=2000,  # measured: 540
        runtime=10,
    params:
        evaluate=config["evaluate"],
    script:
        "../workflow/scripts/evaluate.py"


rule tabulate:
    input:
        scores=expand(f"{SETTING}/scores.csv", system=GRID["systems"], encoder=GRID["encoders"], loss=GRID["losses"]),
        tuning=expand(f"{SETTING}/tuning.csv", system=GRID["systems"], encoder=GRID["encoders"], loss=GRID["losses"]),
        source=sources("tabulate"),
    output:
        dynamics=report(
            f"{RESULTS}/tables/dynamics.csv", caption="../workflow/report/dynamics.rst", category="Dynamics [A]"
        ),
        tuning=report(f"{RESULTS}/tables/tuning.csv", caption="../workflow/report/tuning.rst", category="Dynamics [A]"),
    log:
        f"{LOGS}/tabulate.log",
    benchmark:
        f"{BENCHMARKS}/tabulate.tsv"
    conda:
        "../envs/pathlode.yaml"
    script:
        "../workflow/scripts/tabulate.py"


rule plot:
    input:
        data=rules.simulate.output.data,
        curves=expand(f"{SETTING}/curves.npz", loss=GRID["losses"], allow_missing=True),
        histories=expand(f"{SETTING}/history.csv", loss=GRID["losses"], allow_missing=True),
        source=sources("plot"),
    output:
        png=report(
            f"{RESULTS}/figures/dynamics/{{system}}/{{encoder}}/{{figure}}.png",
            caption="../workflow/report/figure.rst",
            category="Dynamics [A]",
            labels={"system": "{system}", "encoder": "{encoder}", "figure": "{figure}"},
        ),
        pdf=f"{RESULTS}/figures/dynamics/{{system}}/{{encoder}}/{{figure}}.pdf",
    log:
        f"{LOGS}/plot/{{system}}/{{encoder}}/{{figure}}.log",
    benchmark:
        f"{BENCHMARKS}/plot/{{system}}/{{encoder}}/{{figure}}.tsv"
    conda:
        "../envs/pathlode.yaml"
    params:
        losses=GRID["losses"],
    script:
        "../workflow/scripts/plot.py"
