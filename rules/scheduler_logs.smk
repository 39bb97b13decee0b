# Published logs of real trainings: how well the beginning of a run, and past runs, predict the rest of it.
#
# in:   config `scheduler.real_logs`, config/checksums/{log_source}.sha256, mirrors of the logs
# out:  resources/real_logs/{log_source}.sha256                              fetch_logs: the list of the files, in the folder beside it
#       {RESULTS}/scheduler/real_logs/invented/{log_source}.sha256           invent_logs: in place of the real ones, at smoke scale
#       {RESULTS}/scheduler/real_logs/{log_source}.csv                       predict_logs: all models on all held-out runs
#       tables and figures                                                   scheduler_results.smk

from pathlode.registry import LOG_MODELS
from workflow.configuration.real_logs import LOG_PUBLISHERS

REAL_LOGS = SCHEDULER["real_logs"]
LISTED_LOGS = (
    f"{RESULTS}/scheduler/real_logs/invented/{{log_source}}.sha256"
    if REAL_LOGS["source"] == "invented"
    else "resources/real_logs/{log_source}.sha256"
)


wildcard_constraints:
    log_source="|".join(LOG_PUBLISHERS),


rule fetch_logs:  # no source files as input: an edited script would fetch the same files
    input:
        checksums="config/checksums/{log_source}.sha256",
    output:
        list="resources/real_logs/{log_source}.sha256",  # the files are not declared, so those fetched before a failure are kept
    log:
        f"{LOGS}/fetch_logs/{{log_source}}.log",
    localrule: True  # cluster nodes often have no network
    conda:
        "../envs/pathlode.yaml"
    params:
        mirrors=lambda w: REAL_LOGS["mirrors"][w.log_source],
    script:
        "../workflow/scripts/fetch_logs.py"


rule invent_logs:
    output:
        list=f"{RESULTS}/scheduler/real_logs/invented/{{log_source}}.sha256",
    log:
        f"{LOGS}/invent_logs/{{log_source}}.log",
    conda:
        "../envs/pathlode.yaml"
    params:
        code=lambda w: code("invent_logs"),
        settings=lambda w: REAL_LOGS[w.log_source],
    script:
        "../workflow/scripts/invent_logs.py"


rule predict_logs:
    input:
        list=LISTED_LOGS,
    output:
        forecasts=f"{RESULTS}/scheduler/real_logs/{{log_source}}.csv",
    log:
        f"{LOGS}/predict_logs/{{log_source}}.log",
    conda:
        "../envs/pathlode.yaml"
    threads: THREADS
    resources:
        mem_mb=2000,
        runtime=20,
    params:
        code=lambda w: code("predict_logs", *(LOG_MODELS.path(name) for name in REAL_LOGS["models"])),
        settings=lambda w: REAL_LOGS[w.log_source],
        models=REAL_LOGS["models"],
        seen=REAL_LOGS["seen"],
    script:
        "../workflow/scripts/predict_logs.py"
