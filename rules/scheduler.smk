# Paper [C], learning rates from past training runs: training with every policy, and latent ODEs of the runs.
#
# A replicate is a whole experiment on a task: its sweep, the fits to it, and one run of every policy. Its runs that are compared begin
# with the same weights and see the same batches. The task, with its split of the data, is the same for all. Replicates come in batches,
# as in dynamics.smk.
#
# in:   config `scheduler`, a mirror of each data set
# out:  resources/{data_set}/{file}                                                 fetch_examples
#       {RESULTS}/scheduler/{task}/{replicates}/tuned/{policy}/outcomes.csv         tune_policy: all runs of one policy; logs.csv beside it
#       {RESULTS}/scheduler/{task}/{replicates}/fits/{fit}/models.pt                fit_run_model: one to each sweep; fits.csv beside it
#       {RESULTS}/scheduler/{task}/{replicates}/learnt/{learner}/outcomes.csv       apply_policy: a policy learnt from the sweep; logs.csv,
#                                                                                   decisions.csv, forecasts.csv beside it
#       tables and figures                                                          scheduler_results.smk
#
# Included at the end: scheduler_solvable.smk has the tasks whose best schedule is known, scheduler_logs.smk published logs.

from pathlode.registry import DATA_SETS, POLICIES
from workflow.configuration.replicates import replicate_batches
from workflow.configuration.scheduler import (
    chosen_runs,
    fit_entries,
    fit_settings,
    fitted_to,
    learnt_runs,
    look_ahead_settings,
)
from workflow.configuration.tasks import example_files, task_entries, task_settings

SCHEDULER = config["scheduler"]
CHOSEN = SCHEDULER["run"]
TASK = f"{RESULTS}/scheduler/{{task}}/{{replicates}}"
SCHEDULER_BATCHES = replicate_batches(config, "scheduler")


wildcard_constraints:
    data_set="|".join(DATA_SETS),
    task="|".join(SCHEDULER["tasks"]),
    policy="|".join(SCHEDULER["policies"]),
    fit="|".join(SCHEDULER["rows"]),
    learner="|".join(SCHEDULER["learners"]),


rule fetch_examples:  # no source files as input: an edited script would fetch the same files
    input:
        checksums="config/checksums/{data_set}.sha256",
    output:
        "resources/{data_set}/{file}",
    log:
        f"{LOGS}/fetch_examples/{{data_set}}/{{file}}.log",
    localrule: True  # cluster nodes often have no network
    conda:
        "../envs/pathlode.yaml"
    params:
        mirrors=lambda w: SCHEDULER["mirrors"][w.data_set],
    script:
        "../workflow/scripts/fetch_examples.py"


rule tune_policy:
    input:
        examples=lambda w: example_files(SCHEDULER, w.task),
    output:
        outcomes=f"{TASK}/tuned/{{policy}}/outcomes.csv",
        logs=f"{TASK}/tuned/{{policy}}/logs.csv",
    log:
        f"{LOGS}/tune_policy/{{task}}/{{replicates}}/{{policy}}.log",
    conda:
        "../envs/pathlode.yaml"
    threads: THREADS
    resources:
        mem_mb=2000,
        runtime=30 + SCHEDULER["minutes"],
        gpu=SCHEDULER["gpus"],
    params:
        code=lambda w: code("tune_policy", POLICIES.path(w.policy), *task_entries(SCHEDULER, w.task)),
        task=lambda w: task_settings(SCHEDULER, w.task),
        run=lambda w: SCHEDULER["tasks"][w.task]["run"],
        settings=lambda w: SCHEDULER["policies"][w.policy],
        swept=lambda w: w.policy in SCHEDULER["sweep"]["schedules"],
        repeats=SCHEDULER["sweep"]["repeats"],
        sharpness_examples=SCHEDULER["sharpness_examples"],
        replicates=lambda w: SCHEDULER_BATCHES[w.replicates],
    script:
        "../workflow/scripts/tune_policy.py"


rule fit_run_model:
    input:
        logs=lambda w: expand(
            rules.tune_policy.output.logs,
            task=w.task,
            replicates=w.replicates,
            policy=SCHEDULER["sweep"]["schedules"],
        ),
    output:
        models=f"{TASK}/fits/{{fit}}/models.pt",
        fits=f"{TASK}/fits/{{fit}}/fits.csv",
    log:
        f"{LOGS}/fit_run_model/{{task}}/{{replicates}}/{{fit}}.log",
    priority: 1
    group:
        "fit_run_model"
    conda:
        "../envs/pathlode.yaml"
    threads: THREADS
    resources:
        mem_mb=1500,
        runtime=30,
    params:
        code=lambda w: code("fit_run_model", *fit_entries(SCHEDULER, w.fit, loss=True)),
        fit=lambda w: fit_settings(SCHEDULER, w.fit),
        replicates=lambda w: SCHEDULER_BATCHES[w.replicates],
        chosen=lambda w: chosen_runs(SCHEDULER, w.fit),
    script:
        "../workflow/scripts/fit_run_model.py"


rule apply_policy:
    input:
        examples=lambda w: example_files(SCHEDULER, w.task),
        logs=lambda w: expand(
            rules.tune_policy.output.logs,
            task=fitted_to(SCHEDULER, w.learner, w.task)["task"],
            replicates=w.replicates,
            policy=SCHEDULER["sweep"]["schedules"],
        ),
        models=lambda w: rules.fit_run_model.output.models.format(
            replicates=w.replicates, **fitted_to(SCHEDULER, w.learner, w.task)
        ),
    output:
        outcomes=f"{TASK}/learnt/{{learner}}/outcomes.csv",
        logs=f"{TASK}/learnt/{{learner}}/logs.csv",
        decisions=f"{TASK}/learnt/{{learner}}/decisions.csv",
        forecasts=f"{TASK}/learnt/{{learner}}/forecasts.csv",
    log:
        f"{LOGS}/apply_policy/{{task}}/{{replicates}}/{{learner}}.log",
    conda:
        "../envs/pathlode.yaml"
    threads: THREADS
    resources:
        mem_mb=2000,
        runtime=30 + SCHEDULER["minutes"],
        gpu=SCHEDULER["gpus"],
    params:
        code=lambda w: code(
            "apply_policy",
            POLICIES.path(SCHEDULER["learners"][w.learner]["policy"]),
            *fit_entries(SCHEDULER, SCHEDULER["learners"][w.learner]["row"]),
            *task_entries(SCHEDULER, w.task),
        ),
        task=lambda w: task_settings(SCHEDULER, w.task),
        run=lambda w: SCHEDULER["tasks"][w.task]["run"],
        policy=lambda w: SCHEDULER["learners"][w.learner]["policy"],
        mixes=lambda w: SCHEDULER["learners"][w.learner].get("mixes", 0),
        chosen=lambda w: chosen_runs(SCHEDULER, SCHEDULER["learners"][w.learner]["row"]),
        look_ahead=lambda w: look_ahead_settings(SCHEDULER, w.learner),
        repeats=SCHEDULER["sweep"]["repeats"],
        sharpness_examples=SCHEDULER["sharpness_examples"],
        replicates=lambda w: SCHEDULER_BATCHES[w.replicates],
    script:
        "../workflow/scripts/apply_policy.py"


include: "scheduler_solvable.smk"
include: "scheduler_logs.smk"
