# Chaos: tables and figures of the results of chaos.smk, and the chapter's target.
#
# in:   the files of chaos.smk, config/published/chaos.csv
# out:  {RESULTS}/tables/chaos.csv, chaos_scores.csv, chaos_ranks.csv                   tabulate_chaos
#       {RESULTS}/tables/chaos_summary.*, chaos_published.*                              tabulate_chaos
#       {RESULTS}/figures/chaos/*.png, .pdf                                               plot_chaos

OF_FLOWS = {"flows": FLOW_GROUPS, "replicates": CHAOS_BATCHES}
FLOWS_SCORED = expand(rules.score_flows.output.scores, **OF_FLOWS)
FLOWS_SHOWN = expand(rules.score_flows.output.shown, flows=FLOW_GROUPS, replicates=list(CHAOS_BATCHES)[:1])
CHAOS_FIGURES = ["attractors", "divergence", "spectra", "flows", "ranks", "symbols"]


rule chaos:
    input:
        expand(rules.sample_flows.output.data, **OF_FLOWS),
        [
            expand(
                rules.train_flows.output,
                flows=name,
                replicates=CHAOS_BATCHES,
                chaos_row=fitted_rows(config, group.data),
            )
            for name, group in FLOW_GROUPS.items()
        ],
        FLOWS_SCORED,
        FLOWS_SHOWN,
        expand(f"{TABLES}/chaos{{of}}.csv", of=["", "_scores", "_ranks"]),
        expand(f"{TABLES}/chaos_{{table}}.{{format}}", table=["summary", "published"], format=FORMATS),
        expand(f"{RESULTS}/figures/chaos/{{figure}}.{{format}}", figure=CHAOS_FIGURES, format=["png", "pdf"]),


rule tabulate_chaos:
    input:
        scores=FLOWS_SCORED,
        published=own("config/published/chaos.csv"),
    output:
        table=shown(f"{TABLES}/chaos.csv"),
        scores=shown(f"{TABLES}/chaos_scores.csv"),
        ranks=shown(f"{TABLES}/chaos_ranks.csv"),
        summary=in_formats("chaos_summary"),
        published=in_formats("chaos_published"),
    log:
        f"{LOGS}/tabulate_chaos.log",
    group:
        "chaos_results"
    conda:
        "../envs/pathlode.yaml"
    params:
        code=lambda w: code("tabulate_chaos"),
    script:
        "../workflow/scripts/tabulate_chaos.py"


rule plot_chaos:
    input:
        table=rules.tabulate_chaos.output.table,
        ranks=rules.tabulate_chaos.output.ranks,
        shown=FLOWS_SHOWN,
    output:
        drawn("chaos", CHAOS_FIGURES),
    log:
        f"{LOGS}/plot_chaos.log",
    group:
        "chaos_results"
    conda:
        "../envs/pathlode.yaml"
    params:
        code=lambda w: code("plot_chaos"),
        rows=CHAOS["fitted"],
    script:
        "../workflow/scripts/plot_chaos.py"
