# Paper [C], learning rates from past training runs: tables and figures of the results of scheduler.smk, and the chapter's target.
#
# in:   the files of scheduler.smk
# out:  {RESULTS}/tables/scheduler*.csv, *_summary.csv, .md, .tex   tabulate_scheduler
#       {RESULTS}/figures/scheduler/*.png, .pdf                     plot_scheduler

SCHEDULER_FIGURES = ["schedules", "validation", "predictions", "accuracy", "sharpness", "horizon"]
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
EARLY = {name: SCHEDULER["learners"][name].get("horizon", 1.0) for name in CHOSEN["learners"]}


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
        fits=shown(f"{TABLES}/scheduler_fits.csv"),
        decisions=shown(f"{TABLES}/scheduler_decisions.csv"),
        summaries=[shown(f"{TABLES}/scheduler_summary.{suffix}") for suffix in FORMATS],
    log:
        f"{LOGS}/tabulate_scheduler.log",
    conda:
        "../envs/pathlode.yaml"
    params:
        code=lambda w: code("tabulate_scheduler"),
        ours=OURS,
        parametric=SCHEDULER["sweep"]["schedules"],
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
    output:
        drawn("scheduler", SCHEDULER_FIGURES),
    log:
        f"{LOGS}/plot_scheduler.log",
    conda:
        "../envs/pathlode.yaml"
    params:
        code=lambda w: code("plot_scheduler"),
        ours=OURS,
        parametric=SCHEDULER["sweep"]["schedules"],
        compared=SCHEDULER["compared"],
        early={name: share for name, share in EARLY.items() if share < 1},
    script:
        "../workflow/scripts/plot_scheduler.py"


rule scheduler:
    input:
        [expand(rules.tune_policy.output, **point) for point in TUNED_POLICIES],
        [expand(rules.fit_run_model.output, **point) for point in FITTED_RUNS],
        [expand(rules.apply_policy.output, **point) for point in LEARNT_POLICIES],
        rules.tabulate_scheduler.output,
        rules.plot_scheduler.output,
