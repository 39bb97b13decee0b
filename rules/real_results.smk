# Real data: tables and figures of the results of real.smk, and the chapter's target.
#
# in:   the files of real.smk, config/published/*.csv
# out:  {RESULTS}/tables/hudson_bay.csv, hudson_bay_scores.csv                                       tabulate_pelts
#       {RESULTS}/tables/real.csv, real_weights.csv, real_data.csv, real_summary.csv, .md, .tex   tabulate_real
#       {RESULTS}/tables/real_published.csv, .md, .tex                                             tabulate_real
#       {RESULTS}/tables/hopper.csv, hopper_summary.csv, .md, .tex                                 tabulate_hopper, by name
#       {RESULTS}/figures/real/*.png, .pdf                                                         plot_real

SERIES_SCORED = [{"measured": name, "goal": goal} for name in REAL["data"] for goal in GOALS_OF[name]]
REAL_FIGURES = [
    *(f"{name}_scores" for name in REAL["data"]),
    *(f"{each['measured']}_{each['goal']}" for each in SERIES_SCORED),
]


rule real:
    input:
        expand(rules.read_series.output, measured=REAL["data"]),
        [expand(rules.train_series.output, **point) for point in FITTED_SERIES],
        [expand(rules.score_series.output, **point) for point in SERIES_SCORED],
        expand(rules.score_rivals.output, measured=REAL["data"]),
        expand(f"{TABLES}/{{table}}.csv", table=["real", "real_weights", "real_data"]),
        expand(f"{TABLES}/{{table}}.{{format}}", table=["real_summary", "real_published"], format=FORMATS),
        expand(rules.train_pelts.output, pelt_row=OWN_PELTS["rows"]),
        expand(f"{TABLES}/{{table}}.csv", table=["hudson_bay", "hudson_bay_scores"]),
        expand(
            f"{RESULTS}/figures/real/{{figure}}.{{format}}",
            figure=[*REAL_FIGURES, "hudson_bay"],
            format=["png", "pdf"],
        ),


rule hopper:
    input:
        f"{TABLES}/hopper.csv",
        expand(f"{TABLES}/hopper_summary.{{format}}", format=FORMATS),


rule tabulate_real:
    input:
        scores=[
            *(rules.score_series.output.scores.format(**point) for point in SERIES_SCORED),
            *expand(rules.score_rivals.output.scores, measured=REAL["data"]),
        ],
        weights=[rules.score_series.output.weights.format(**point) for point in SERIES_SCORED],
        counts=expand(rules.read_series.output.counts, measured=REAL["data"]),
        published=own("config/published/physionet.csv"),
    output:
        scores=shown(f"{TABLES}/real.csv"),
        weights=shown(f"{TABLES}/real_weights.csv"),
        counts=shown(f"{TABLES}/real_data.csv"),
        summary=in_formats("real_summary"),
        published=in_formats("real_published"),
    log:
        f"{LOGS}/tabulate_real.log",
    group:
        "real_results"
    conda:
        "../envs/pathlode.yaml"
    params:
        code=lambda w: code("tabulate_real"),
    script:
        "../workflow/scripts/tabulate_real.py"


rule plot_real:
    input:
        scores=rules.tabulate_real.output.scores,
        examples=[rules.score_series.output.examples.format(**point) for point in SERIES_SCORED],
    output:
        drawn("real", REAL_FIGURES),
    log:
        f"{LOGS}/plot_real.log",
    group:
        "real_results"
    conda:
        "../envs/pathlode.yaml"
    resources:
        mem_mb=2000,
    params:
        code=lambda w: code("plot_real"),
        data=list(REAL["data"]),
        compared=REAL["compared"],
        losses={name: row["loss"] for name, row in REAL["rows"].items()},
    script:
        "../workflow/scripts/plot_real.py"


rule tabulate_pelts:
    input:
        pelts=PELT_TABLE,
        exact=rules.sample_pelts.output.posteriors,
        flows=PELT_FLOWS,
        published=own("config/published/hudson_bay.csv"),
    output:
        posteriors=shown(f"{TABLES}/hudson_bay.csv"),
        scores=shown(f"{TABLES}/hudson_bay_scores.csv"),
    log:
        f"{LOGS}/tabulate_pelts.log",
    group:
        "real_results"
    conda:
        "../envs/pathlode.yaml"
    params:
        code=lambda w: code("tabulate_pelts"),
    script:
        "../workflow/scripts/tabulate_pelts.py"


rule plot_pelts:
    input:
        pelts=PELT_TABLE,
        exact=rules.sample_pelts.output.posteriors,
        flows=PELT_FLOWS,
        posteriors=rules.tabulate_pelts.output.posteriors,
    output:
        drawn("real", ["hudson_bay"]),
    log:
        f"{LOGS}/plot_pelts.log",
    group:
        "real_results"
    conda:
        "../envs/pathlode.yaml"
    params:
        code=lambda w: code("plot_pelts"),
        source=REAL["source"],
    script:
        "../workflow/scripts/plot_pelts.py"


rule tabulate_hopper:
    input:
        scores=expand(rules.score_hopper.output.scores, measured=HOPPERS, goal=GOALS),
        published=own("config/published/hopper.csv"),
    output:
        scores=shown(f"{TABLES}/hopper.csv"),
        summary=in_formats("hopper_summary"),
    log:
        f"{LOGS}/tabulate_hopper.log",
    group:
        "real_results"
    conda:
        "../envs/pathlode.yaml"
    params:
        code=lambda w: code("tabulate_hopper"),
    script:
        "../workflow/scripts/tabulate_hopper.py"
