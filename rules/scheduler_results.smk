# Paper [C], learning rates from past training runs: tables and figures of the results of scheduler.smk, and the chapter's target.
#
# in:   the files of scheduler.smk; claims.yaml, for the margin of accuracies
# out:  {RESULTS}/tables/scheduler*.csv, *_summary.csv, .md, .tex   tabulate_scheduler
#       {RESULTS}/figures/scheduler/*.png, .pdf                     plot_scheduler, plot_solvable, plot_logs
#       {RESULTS}/tables/solvable*.csv, *_summary.csv, .md, .tex    tabulate_solvable, tabulate_past_runs
#       {RESULTS}/tables/real_logs*.csv, *_summary.csv, .md, .tex   tabulate_logs

SCHEDULER_FIGURES = ["schedules", "validation", "predictions", "accuracy", "sharpness", "horizon"]
SOLVABLE_FIGURES = ["regret", "planned", "past_runs"]
OURS = SCHEDULER["compared"][0]
TUNED_POLICIES = [
    {"task": task, "replicates": batch, "policy": policy}
    for task in CHOSEN["tasks"]
    for policy in CHOSEN["policies"]
    for batch in SCHEDULER_BATCHES
]
LEARNT_POLICIES = [
    {"task": task, "replicates": batch, "learner": name}
    for task in CHOSEN["tasks"]
    for name in CHOSEN["learners"]
    if task in SCHEDULER["learners"][name].get("tasks", CHOSEN["tasks"])
    for batch in SCHEDULER_BATCHES
]
FITTED_RUNS = [
    {"replicates": point["replicates"], **fitted_to(SCHEDULER, point["learner"], point["task"])}
    for point in LEARNT_POLICIES
]
SOLVED_TASKS = [
    {"solvable_task": task, "replicates": batch} for task in SOLVABLE["tasks"] for batch in SOLVABLE_BATCHES
]
EARLY = {
    name: own["horizon"]
    for name, own in SCHEDULER["learners"].items()
    if name in CHOSEN["learners"] and "horizon" in own and own["horizon"] < 1
}


rule tabulate_scheduler:
    input:
        outcomes=[
            *(rules.tune_policy.output.outcomes.format(**point) for point in TUNED_POLICIES),
            *(rules.apply_policy.output.outcomes.format(**point) for point in LEARNT_POLICIES),
        ],
        decisions=[rules.apply_policy.output.decisions.format(**point) for point in LEARNT_POLICIES],
        fits=sorted({rules.fit_run_model.output.fits.format(**point) for point in FITTED_RUNS}),
    output:
        outcomes=shown(f"{TABLES}/scheduler.csv"),
        comparisons=shown(f"{TABLES}/scheduler_comparisons.csv"),
        budgets=shown(f"{TABLES}/scheduler_budgets.csv"),
        fits=shown(f"{TABLES}/scheduler_fits.csv"),
        decisions=shown(f"{TABLES}/scheduler_decisions.csv"),
        summaries=in_formats("scheduler_summary"),
    log:
        f"{LOGS}/tabulate_scheduler.log",
    group:
        "scheduler_results"
    conda:
        "../envs/pathlode.yaml"
    params:
        code=lambda w: code("tabulate_scheduler"),
        ours=OURS,
        parametric=SCHEDULER["sweep"]["schedules"],
        learnt={name: learnt_runs(SCHEDULER, name) for name in CHOSEN["learners"]},
        confidence=config["claims"]["confidence"],
    script:
        "../workflow/scripts/tabulate_scheduler.py"


rule plot_scheduler:
    input:
        logs=[
            *(rules.tune_policy.output.logs.format(**point) for point in TUNED_POLICIES),
            *(rules.apply_policy.output.logs.format(**point) for point in LEARNT_POLICIES),
        ],
        forecasts=expand(
            rules.apply_policy.output.forecasts,
            task=CHOSEN["tasks"],
            replicates=next(iter(SCHEDULER_BATCHES)),
            learner=OURS,
        ),
        outcomes=rules.tabulate_scheduler.output.outcomes,
        fits=rules.tabulate_scheduler.output.fits,
        claims=own("claims.yaml"),
    output:
        drawn("scheduler", SCHEDULER_FIGURES),
    log:
        f"{LOGS}/plot_scheduler.log",
    group:
        "scheduler_results"
    conda:
        "../envs/pathlode.yaml"
    params:
        code=lambda w: code("plot_scheduler"),
        ours=OURS,
        fit=SCHEDULER["learners"][OURS]["row"],
        parametric=SCHEDULER["sweep"]["schedules"],
        compared=SCHEDULER["compared"],
        early=EARLY,
        confidence=config["claims"]["confidence"],
    script:
        "../workflow/scripts/plot_scheduler.py"


rule tabulate_solvable:
    input:
        outcomes=[rules.solve_task.output.outcomes.format(**point) for point in SOLVED_TASKS],
    output:
        outcomes=shown(f"{TABLES}/solvable.csv"),
        scores=shown(f"{TABLES}/solvable_scores.csv"),
        regrets=shown(f"{TABLES}/solvable_regrets.csv"),
        summary=in_formats("solvable_summary"),
    log:
        f"{LOGS}/tabulate_solvable.log",
    group:
        "scheduler_results"
    conda:
        "../envs/pathlode.yaml"
    params:
        code=lambda w: code("tabulate_solvable"),
        confidence=config["claims"]["confidence"],
    script:
        "../workflow/scripts/tabulate_solvable.py"


rule tabulate_past_runs:
    input:
        plans=expand(rules.vary_past_runs.output.plans, solvable_task=PAST_RUNS["tasks"], replicates=PAST_BATCHES),
    output:
        plans=shown(f"{TABLES}/solvable_past_runs.csv"),
        centres=shown(f"{TABLES}/solvable_past_runs_centres.csv"),
        summary=in_formats("solvable_past_runs_summary"),
    log:
        f"{LOGS}/tabulate_past_runs.log",
    group:
        "scheduler_results"
    conda:
        "../envs/pathlode.yaml"
    params:
        code=lambda w: code("tabulate_past_runs"),
        confidence=config["claims"]["confidence"],
    script:
        "../workflow/scripts/tabulate_past_runs.py"


rule plot_solvable:
    input:
        regrets=rules.tabulate_solvable.output.regrets,
        schedules=expand(
            rules.solve_task.output.schedules,
            solvable_task=SOLVABLE["tasks"],
            replicates=next(iter(SOLVABLE_BATCHES)),
        ),
        past_runs=rules.tabulate_past_runs.output.centres,
    output:
        drawn("scheduler", SOLVABLE_FIGURES),
    log:
        f"{LOGS}/plot_solvable.log",
    group:
        "scheduler_results"
    conda:
        "../envs/pathlode.yaml"
    params:
        code=lambda w: code("plot_solvable"),
    script:
        "../workflow/scripts/plot_solvable.py"


rule tabulate_logs:
    input:
        forecasts=expand(rules.predict_logs.output.forecasts, log_source=LOG_PUBLISHERS),
    output:
        means=shown(f"{TABLES}/real_logs.csv"),
        forecasts=shown(f"{TABLES}/real_logs_runs.csv"),
        summary=in_formats("real_logs_summary"),
    log:
        f"{LOGS}/tabulate_logs.log",
    group:
        "scheduler_results"
    conda:
        "../envs/pathlode.yaml"
    params:
        code=lambda w: code("tabulate_logs"),
    script:
        "../workflow/scripts/tabulate_logs.py"


rule plot_logs:
    input:
        means=rules.tabulate_logs.output.means,
    output:
        drawn("scheduler", ["real_logs"]),
    log:
        f"{LOGS}/plot_logs.log",
    group:
        "scheduler_results"
    conda:
        "../envs/pathlode.yaml"
    params:
        code=lambda w: code("plot_logs"),
    script:
        "../workflow/scripts/plot_logs.py"


rule scheduler:
    input:
        [expand(rules.tune_policy.output, **point) for point in TUNED_POLICIES],
        [expand(rules.fit_run_model.output, **point) for point in FITTED_RUNS],
        [expand(rules.apply_policy.output, **point) for point in LEARNT_POLICIES],
        rules.tabulate_scheduler.output,
        rules.plot_scheduler.output,
        [expand(rules.solve_task.output, **point) for point in SOLVED_TASKS],
        rules.tabulate_solvable.output,
        rules.plot_solvable.output,
        rules.tabulate_past_runs.output,
        expand(rules.predict_logs.output, log_source=LOG_PUBLISHERS),
        rules.tabulate_logs.output,
        rules.plot_logs.output,
