# Paper [A], dynamics: tables and figures of the results of dynamics.smk, and the chapter's target.
#
# in:   the files of dynamics.smk
# out:  {RESULTS}/tables/probes.csv                                                                         probe
#       {RESULTS}/tables/dynamics.csv, training.csv, sizes.csv, sizes_needed.csv, tuning.csv                tabulate
#       {RESULTS}/tables/*_summary.csv, .md, .tex                                                           tabulate
#       {RESULTS}/figures/dynamics/{system}/*.png, .pdf                                                     plot_system
#       {RESULTS}/figures/dynamics/*.png, .pdf                                                              plot_dynamics

from workflow.configuration.dynamics import COMPARED_IN_TIME, of_batches

SHOWN_ROWS = {name: [row for row in GRID["shown"] if row in ROWS[name]] for name in GRID["systems"]}
TRAINED_ROWS = [  # which have histories
    FITTED_ROW.format(system=system, replicates=batch, row=row)
    for system, batch in BATCHES_FITTED
    for row in ROWS[system]
    if tuned_as(config, row)
]
TUNED = [
    TUNED_ROW.format(system=system, replicates=batch, row=row)
    for system, batch in BATCHES_FITTED
    for row in TUNED_ROWS[system]
]
SIZED = [
    rules.size.output.table.format(system=system, replicates=batch, row=row)
    for system, batch in BATCHES_FITTED
    if system in config["sizes"]["systems"]
    for row in config["sizes"]["rows"]
]
STYLED = list(dict.fromkeys([*GRID["shown"], *GRID["rows"]]))  # rows in the order in which they get colours
SYSTEM_FIGURES = ["trajectories", "phase_portrait", "latent_paths", "latent_map", "error_in_time", "training"]
CHAPTER_FIGURES = ["systems", "encoders", "observations", "sizes"]
FIGURES = f"{RESULTS}/figures/dynamics"
SUMMARIES = [f"{name}_summary" for name in ("dynamics", "observations", "training", "tuning", "sizes", "probes")]


# The target requires every file of the chapter, including intermediate ones. Otherwise, if a run is killed while it replaces an
# intermediate file, the file is missing and the files made from its predecessor count as up to date.
rule dynamics:
    input:
        of_batches(config, rules.simulate.output.data),
        expand("{tuned}/{file}", tuned=TUNED, file=["tuning.csv", "chosen.json"]),
        expand("{fitted}/{file}", fitted=FITTED_ROWS, file=["model.pt", "history.csv"]),
        of_batches(config, rules.time_steps.output.table),
        of_batches(config, rules.evaluate.output.scores),
        of_batches(config, rules.evaluate.output.arrays),
        of_batches(config, rules.evaluate.output.shown),
        SIZED,
        expand(f"{TABLES}/{{table}}.csv", table=["dynamics", "probes", "training", "sizes", "sizes_needed", "tuning"]),
        expand(f"{TABLES}/{{table}}.{{format}}", table=SUMMARIES, format=FORMATS),
        expand(
            f"{FIGURES}/{{system}}/{{figure}}.{{format}}",
            system=GRID["systems"],
            figure=SYSTEM_FIGURES,
            format=["png", "pdf"],
        ),
        expand(f"{FIGURES}/{{figure}}.{{format}}", figure=CHAPTER_FIGURES, format=["png", "pdf"]),


rule probe:
    input:
        arrays=of_batches(config, rules.evaluate.output.arrays),
        data=of_batches(config, rules.simulate.output.data),
    output:
        probes=shown(f"{TABLES}/probes.csv"),
    log:
        f"{LOGS}/probe.log",
    group:
        "probe"
    conda:
        "../envs/pathlode.yaml"
    params:
        code=lambda w: code("probe"),
        settings=[[setting(config, system, row) for row in ROWS[system]] for system, _ in BATCHES_FITTED],
        replicates=[BATCHES[system][batch] for system, batch in BATCHES_FITTED],
    script:
        "../workflow/scripts/probe.py"


rule tabulate:
    input:
        scores=of_batches(config, rules.evaluate.output.scores),
        probes=rules.probe.output.probes,
        histories=expand("{fitted}/history.csv", fitted=TRAINED_ROWS),
        step_costs=of_batches(config, rules.time_steps.output.table),
        tuning=expand("{tuned}/tuning.csv", tuned=TUNED),
        sizes=SIZED,
    output:
        dynamics=shown(f"{TABLES}/dynamics.csv"),
        training=shown(f"{TABLES}/training.csv", "time_to_target"),
        sizes=shown(f"{TABLES}/sizes.csv"),
        sizes_needed=shown(f"{TABLES}/sizes_needed.csv"),
        tuning=shown(f"{TABLES}/tuning.csv"),
        dynamics_summary=in_formats("dynamics_summary"),
        observations_summary=in_formats("observations_summary"),
        training_summary=in_formats("training_summary"),
        tuning_summary=in_formats("tuning_summary"),
        sizes_summary=in_formats("sizes_summary"),
        probes_summary=in_formats("probes_summary"),
    log:
        f"{LOGS}/tabulate.log",
    group:
        "dynamics_results"
    conda:
        "../envs/pathlode.yaml"
    params:
        code=lambda w: code("tabulate"),
        compared=COMPARED,
        in_time=COMPARED_IN_TIME,
        shown=GRID["shown"],
    script:
        "../workflow/scripts/tabulate.py"


rule plot_system:
    input:
        data=lambda w: rules.evaluate.output.shown.format(system=w.system, replicates=next(iter(BATCHES[w.system]))),
        arrays=lambda w: expand(rules.evaluate.output.arrays, replicates=BATCHES[w.system], **w),
        histories=lambda w: expand(
            rules.train.output.history, row=SHOWN_ROWS[w.system], replicates=BATCHES[w.system], **w
        ),
    output:
        [shown(f"{FIGURES}/{{system}}/{figure}.png", of="{system}") for figure in SYSTEM_FIGURES],
        expand(f"{FIGURES}/{{{{system}}}}/{{figure}}.pdf", figure=SYSTEM_FIGURES),
    log:
        f"{LOGS}/plot_system/{{system}}.log",
    group:
        "plot_system"
    conda:
        "../envs/pathlode.yaml"
    params:
        code=lambda w: code("plot_system"),
        rows=STYLED,
        shown=lambda w: SHOWN_ROWS[w.system],
        projection=GRID["projection"],
    script:
        "../workflow/scripts/plot_system.py"


rule plot_dynamics:
    input:
        scores=rules.tabulate.output.dynamics,
        sizes=rules.tabulate.output.sizes,
        data=of_batches(config, rules.evaluate.output.shown, first=True),
        arrays=of_batches(config, rules.evaluate.output.arrays, first=True),
    output:
        [shown(f"{FIGURES}/{figure}.png") for figure in CHAPTER_FIGURES],
        expand(f"{FIGURES}/{{figure}}.pdf", figure=CHAPTER_FIGURES),
    log:
        f"{LOGS}/plot_dynamics.log",
    group:
        "dynamics_results"
    conda:
        "../envs/pathlode.yaml"
    params:
        code=lambda w: code("plot_dynamics"),
        systems=GRID["systems"],
        rows=STYLED,
        compared=COMPARED,
        shown=GRID["shown"],
    script:
        "../workflow/scripts/plot_dynamics.py"
