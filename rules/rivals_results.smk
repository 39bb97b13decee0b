# Rivals: tables and figures of the results of rivals.smk, and the chapter's target.
#
# in:   the files of rivals.smk; claims.yaml, for the errors that it calls adequate
# out:  {RESULTS}/tables/rivals.csv, rivals_errors.csv, rivals_ranks.csv, rivals_failures.csv   tabulate_rivals
#       {RESULTS}/tables/graphs.csv, graphs_influences.csv                                      tabulate_rivals
#       {RESULTS}/tables/rivals_summary.csv, graphs_summary.csv, .md, .tex                      tabulate_rivals
#       {RESULTS}/figures/rivals/*.png, .pdf                                                    plot_rivals
#       {RESULTS}/tables/hybrids.csv, hybrids_summary.csv, .md, .tex, figures/rivals/hybrids.*  tabulate_hybrids

RIVALS_SCORED = [
    *expand(rules.score_rows.output.scores, system=RIVALS["systems"], replicates=RIVAL_BATCHES),
    rules.score_series_rows.output.scores.format(measured=RIVALS["measured"]),
]
RIVAL_FIGURES = ["error_against_cost", "out_of_range", "critical_differences", "graphs"]
RIVALS_FITTED = [
    FITTED_ROW.format(system=system, replicates=batch, row=row)
    for systems, rows in ((RIVALS["systems"], compared_rows), (RIVALS["graphs"]["systems"], graph_rows))
    for system in systems
    for batch in RIVAL_BATCHES
    for row in rows(config, system)
]
RIVALS_TUNED = [
    TUNED_ROW.format(system=system, replicates=batch, row=row)
    for systems, rows in ((RIVALS["systems"], tuned_rivals), (RIVALS["graphs"]["systems"], tuned_graphs))
    for system in systems
    for batch in RIVAL_BATCHES
    for row in rows(config, system)
]
GRAPHS = {"system": RIVALS["graphs"]["systems"], "replicates": RIVAL_BATCHES}
GRAPHS_SCORED = expand(rules.score_graphs.output.scores, **GRAPHS)
GRAPH_INFLUENCES = expand(rules.score_graphs.output.influences, **GRAPHS)
HYBRIDS_SCORED = expand(rules.fit_hybrids.output.scores, system=RIVALS["hybrids"]["system"], replicates=RIVAL_BATCHES)
HYBRID_RESULTS = [
    HYBRIDS_SCORED,
    f"{TABLES}/hybrids.csv",
    [f"{TABLES}/hybrids_summary.{suffix}" for suffix in FORMATS],
    [f"{RESULTS}/figures/rivals/hybrids.{suffix}" for suffix in ("png", "pdf")],
]
RIVAL_SERIES = {"measured": RIVALS["measured"], "series_row": compared_rows(config, RIVALS["measured"])} | HIDDEN


rule rivals:
    input:
        expand(rules.simulate.output.data, system=RIVALS["systems"], replicates=RIVAL_BATCHES),
        expand(rules.simulate.output.data, **GRAPHS),
        expand("{tuned}/{file}", tuned=RIVALS_TUNED, file=["tuning.csv", "chosen.json"]),
        expand("{fitted}/{file}", fitted=RIVALS_FITTED, file=["model.pt", "history.csv"]),
        expand(rules.read_series.output, measured=RIVALS["measured"]),
        expand(rules.train_series.output, **RIVAL_SERIES),
        RIVALS_SCORED,
        GRAPHS_SCORED,
        GRAPH_INFLUENCES,
        expand(f"{TABLES}/rivals{{of}}.csv", of=["", "_errors", "_ranks", "_failures"]),
        expand(f"{TABLES}/graphs{{of}}.csv", of=["", "_influences"]),
        expand(f"{TABLES}/{{of}}_summary.{{format}}", of=["rivals", "graphs"], format=FORMATS),
        expand(f"{RESULTS}/figures/rivals/{{figure}}.{{format}}", figure=RIVAL_FIGURES, format=["png", "pdf"]),
        HYBRID_RESULTS if RIVALS["hybrids"]["training_sets"] else [],


rule tabulate_rivals:
    input:
        scores=RIVALS_SCORED,
        graphs=GRAPHS_SCORED,
        influences=GRAPH_INFLUENCES,
        claims=own("claims.yaml"),
    output:
        scores=shown(f"{TABLES}/rivals.csv"),
        errors=shown(f"{TABLES}/rivals_errors.csv"),
        ranks=shown(f"{TABLES}/rivals_ranks.csv"),
        failures=shown(f"{TABLES}/rivals_failures.csv"),
        summary=in_formats("rivals_summary"),
        graphs=shown(f"{TABLES}/graphs.csv"),
        influences=shown(f"{TABLES}/graphs_influences.csv"),
        graphs_summary=in_formats("graphs_summary"),
    log:
        f"{LOGS}/tabulate_rivals.log",
    group:
        "rivals_results"
    conda:
        "../envs/pathlode.yaml"
    params:
        code=lambda w: code("tabulate_rivals"),
    script:
        "../workflow/scripts/tabulate_rivals.py"


rule plot_rivals:
    input:
        errors=rules.tabulate_rivals.output.errors,
        ranks=rules.tabulate_rivals.output.ranks,
        failures=rules.tabulate_rivals.output.failures,
        graphs=rules.tabulate_rivals.output.graphs,
        influences=rules.tabulate_rivals.output.influences,
    output:
        drawn("rivals", RIVAL_FIGURES),
    log:
        f"{LOGS}/plot_rivals.log",
    group:
        "rivals_results"
    conda:
        "../envs/pathlode.yaml"
    params:
        code=lambda w: code("plot_rivals"),
        rows=RIVALS["compared"],
        called={RIVALS["measured"]: f"invented_{RIVALS['measured']}"} if REAL["source"] == "invented" else {},
    script:
        "../workflow/scripts/plot_rivals.py"


rule tabulate_hybrids:
    input:
        scores=HYBRIDS_SCORED,
    output:
        table=shown(f"{TABLES}/hybrids.csv"),
        summary=in_formats("hybrids_summary"),
        figure=drawn("rivals", ["hybrids"]),
    log:
        f"{LOGS}/tabulate_hybrids.log",
    group:
        "rivals_results"
    conda:
        "../envs/pathlode.yaml"
    params:
        code=lambda w: code("tabulate_hybrids"),
    script:
        "../workflow/scripts/tabulate_hybrids.py"
