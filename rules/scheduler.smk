# Paper [C], learning rates from past training runs: training with every policy, and latent ODEs of the runs.
#
# in:   config `scheduler`, a mirror of each data set
# out:  resources/{data_set}/{file}                                  fetch_examples
#       {RESULTS}/scheduler/{task}/tuned/{policy}/outcomes.csv       tune_policy: all runs of one policy; logs.csv beside it
#       {RESULTS}/scheduler/{task}/fits/{fit}/{seed}.pt              fit_run_model: to the sweep's runs; fits.csv beside them
#       {RESULTS}/scheduler/{task}/learnt/{learner}/outcomes.csv     apply_policy: a policy learnt from the sweep; logs.csv, decisions.csv, forecasts.csv
#       tables and figures                                           scheduler_results.smk

from pathlode.registry import DATA_SETS, POLICIES
from workflow.configuration.scheduler import (
    chosen_runs,
    example_files,
    fit_entries,
    fit_settings,
    fitted_to,
    look_ahead_settings,
    task_entries,
    task_settings,
)

SCHEDULER = config["scheduler"]
CHOSEN = SCHEDULER["run"]
TASK = f"{RESULTS}/scheduler/{{task}}"
TUNED_POLICIES = [{"task": task, "policy": policy} for task in CHOSEN["tasks"] for policy in CHOSEN["policies"]]
LEARNT_POLICIES = [
    {"task": task, "learner": name}
    for task in CHOSEN["tasks"]
    for name in CHOSEN["learners"]
    if task in SCHEDULER["learners"][name].get("tasks", CHOSEN["tasks"])
]


wildcard_constraints:
    data_set="|".join(DATA_SETS),
    task="|".join(SCHEDULER["tasks"]),
    policy="|".join(SCHEDULER["policies"]),
    fit="|".join(SCHEDULER["fits"]),
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
        f"{LOGS}/tune_policy/{{task}}/{{policy}}.log",
    conda:
        "../envs/pathlode.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=30 + SCHEDULER["minutes"],
        gpu=SCHEDULER["gpus"],
    params:
        code=lambda w: code("tune_policy", POLICIES.path(w.policy), *task_entries(SCHEDULER, w.task)),
        task=lambda w: task_settings(SCHEDULER, w.task),
        run=lambda w: SCHEDULER["tasks"][w.task]["run"],
        settings=lambda w: SCHEDULER["policies"][w.policy],
        tuning_seeds=SCHEDULER["sweep"]["seeds"],
        seeds=lambda w: SCHEDULER["tasks"][w.task]["seeds"],
    script:
        "../workflow/scripts/tune_policy.py"


rule fit_run_model:
    input:
        logs=lambda w: expand(rules.tune_policy.output.logs, task=w.task, policy=SCHEDULER["sweep"]["schedules"]),
    output:
        models=expand(f"{TASK}/fits/{{fit}}/{{seed}}.pt", seed=SCHEDULER["fit_seeds"], allow_missing=True),
        fits=f"{TASK}/fits/{{fit}}/fits.csv",
    log:
        f"{LOGS}/fit_run_model/{{task}}/{{fit}}.log",
    priority: 1
    conda:
        "../envs/pathlode.yaml"
    threads: 1
    resources:
        mem_mb=1500,
        runtime=30,
    params:
        code=lambda w: code("fit_run_model", *fit_entries(SCHEDULER, w.fit, loss=True)),
        fit=lambda w: fit_settings(SCHEDULER, w.fit),
        seeds=SCHEDULER["fit_seeds"],
        chosen=lambda w: chosen_runs(SCHEDULER, w.fit),
    script:
        "../workflow/scripts/fit_run_model.py"


rule apply_policy:
    input:
        examples=lambda w: example_files(SCHEDULER, w.task),
        logs=lambda w: expand(
            rules.tune_policy.output.logs,
            task=fitted_to(SCHEDULER, w.learner, w.task)["task"],
            policy=SCHEDULER["sweep"]["schedules"],
        ),
        models=lambda w: expand(rules.fit_run_model.output.models, **fitted_to(SCHEDULER, w.learner, w.task)),
    output:
        outcomes=f"{TASK}/learnt/{{learner}}/outcomes.csv",
        logs=f"{TASK}/learnt/{{learner}}/logs.csv",
        decisions=f"{TASK}/learnt/{{learner}}/decisions.csv",
        forecasts=f"{TASK}/learnt/{{learner}}/forecasts.csv",
    log:
        f"{LOGS}/apply_policy/{{task}}/{{learner}}.log",
    conda:
        "../envs/pathlode.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=30 + SCHEDULER["minutes"],
        gpu=SCHEDULER["gpus"],
    params:
        code=lambda w: code(
            "apply_policy",
            POLICIES.path(SCHEDULER["learners"][w.learner]["policy"]),
            *fit_entries(SCHEDULER, SCHEDULER["learners"][w.learner]["fit"]),
            *task_entries(SCHEDULER, w.task),
        ),
        task=lambda w: task_settings(SCHEDULER, w.task),
        run=lambda w: SCHEDULER["tasks"][w.task]["run"],
        policy=lambda w: SCHEDULER["learners"][w.learner]["policy"],
        mixes=lambda w: SCHEDULER["learners"][w.learner].get("mixes", 0),
        chosen=lambda w: chosen_runs(SCHEDULER, SCHEDULER["learners"][w.learner]["fit"]),
        look_ahead=lambda w: look_ahead_settings(SCHEDULER, w.learner),
        tuning_seeds=SCHEDULER["sweep"]["seeds"],
        seeds=lambda w: SCHEDULER["tasks"][w.task]["seeds"],
    script:
        "../workflow/scripts/apply_policy.py"
