# Learning rates on tasks whose best schedule is known: what every policy chooses, beside the best that there is.
#
# A replicate is a sweep with its own noise, and all that policies learn from it. These replicates are numbered as the chapter's.
#
# in:   config `scheduler.solvable`; fits and decisions of the latent ODE as in scheduler.smk
# out:  {RESULTS}/scheduler/solvable/{solvable_task}/{replicates}/outcomes.csv   solve_task: the best schedule, and all policies;
#                                                                                schedules.npz beside it
#       {RESULTS}/scheduler/solvable/{solvable_task}/{replicates}/past_runs.csv  vary_past_runs: plans from few and many past runs
#       tables and figures                                                       scheduler_results.smk

from pathlode.registry import SOLVABLE_TASKS
from workflow.configuration.scheduler import steering_settings
from workflow.configuration.solvable import in_batch, solvable_batches, trial_settings

SOLVABLE = SCHEDULER["solvable"]
PAST_RUNS = SOLVABLE["past_runs"]
SOLVABLE_BATCHES = solvable_batches(config)
PAST_BATCHES = solvable_batches(config, PAST_RUNS["replicates"])
SOLVABLE_TASK = f"{RESULTS}/scheduler/solvable/{{solvable_task}}/{{replicates}}"


wildcard_constraints:
    solvable_task="|".join(SOLVABLE_TASKS),


rule solve_task:
    output:
        outcomes=f"{SOLVABLE_TASK}/outcomes.csv",
        schedules=f"{SOLVABLE_TASK}/schedules.npz",
    log:
        f"{LOGS}/solve_task/{{solvable_task}}/{{replicates}}.log",
    conda:
        "../envs/pathlode.yaml"
    threads: THREADS
    resources:
        mem_mb=2000 + 20 * SOLVABLE["batch"],
        runtime=10 + SOLVABLE["batch"],
    params:
        code=lambda w: code(
            "solve_task",
            SOLVABLE_TASKS.path(w.solvable_task),
            *(POLICIES.path(name) for name in sorted({*SOLVABLE["schedules"], "constant", "cosine", "wsd_s"})),
            *fit_entries(SCHEDULER, SOLVABLE["steered"]["row"], loss=True),
        ),
        replicates=lambda w: SOLVABLE_BATCHES[w.replicates],
        trial=lambda w: trial_settings(SCHEDULER)
        | {"latent_ode": in_batch(config, SOLVABLE["latent_ode"], SOLVABLE_BATCHES[w.replicates])},
        steering=lambda w: in_batch(config, steering_settings(SCHEDULER), SOLVABLE_BATCHES[w.replicates]),
    script:
        "../workflow/scripts/solve_task.py"


rule vary_past_runs:
    input:
        outcomes=f"{SOLVABLE_TASK}/outcomes.csv".replace("{replicates}", next(iter(SOLVABLE_BATCHES))),  # for the least loss
    output:
        plans=f"{SOLVABLE_TASK}/past_runs.csv",
    log:
        f"{LOGS}/vary_past_runs/{{solvable_task}}/{{replicates}}.log",
    conda:
        "../envs/pathlode.yaml"
    threads: THREADS
    resources:
        mem_mb=2000,
        runtime=10 + 2 * SOLVABLE["batch"],
    params:
        code=lambda w: code(
            "vary_past_runs",
            SOLVABLE_TASKS.path(w.solvable_task),
            *(POLICIES.path(name) for name in sorted(set().union(*PAST_RUNS["schedules"].values()))),
        ),
        replicates=lambda w: PAST_BATCHES[w.replicates],
        trial=trial_settings(SCHEDULER),
        numbers=PAST_RUNS["numbers"],
        schedules=PAST_RUNS["schedules"],
    script:
        "../workflow/scripts/vary_past_runs.py"
