# Real data: the files of all data sets, and series of them with values that are hidden from models. Included at the end are
# real_series.smk with models of the series and their rivals, real_hudson_bay.smk with the pelts of lynx and hare, and real_hopper.smk
# with a simulated robot.
#
# A replicate's number is the seed of its split and of its hidden values.
#
# in:   config `real`, config/checksums/{folder}.sha256, mirrors of the data sets
# out:  resources/real/{folder}/{file}                             fetch_series: a file of a data set
#       {RESULTS}/real/invented/{file}                             invent_series: in place of the real ones, at smoke scale
#       {RESULTS}/real/{measured}/series.npz, counts.csv           read_series
#       {RESULTS}/real/{measured}/splits/{replicate}.npz           split_series: all replicates
#       tables and figures                                         real_results.smk

from pathlode.registry import MEASURED
from workflow.configuration.real import PELTS, folders
from workflow.configuration.replicates import replicate_numbers

REAL = config["real"]
REAL_REPLICATES = replicate_numbers(config, "real")
SERIES = f"{RESULTS}/real/{{measured}}"
MEASURED_SPLITS = expand(f"{SERIES}/splits/{{replicate}}.npz", replicate=REAL_REPLICATES, allow_missing=True)
INVENTED = f"{RESULTS}/real/invented"
FILES_OF = {  # by data set, fetched or invented
    name: [
        f"{INVENTED if REAL['source'] == 'invented' else f'resources/real/{MEASURED[name].folder}'}/{file}"
        for file in MEASURED[name].files
    ]
    for name in REAL["data"]
}


wildcard_constraints:
    measured="|".join(REAL["data"]),


rule fetch_series:  # no source files as input: an edited script would fetch the same files
    input:
        checksums="config/checksums/{folder}.sha256",
    output:
        file="resources/real/{folder}/{file}",
    log:
        f"{LOGS}/fetch_series/{{folder}}/{{file}}.log",
    wildcard_constraints:
        folder="|".join(folders(config)),
    localrule: True  # cluster nodes often have no network
    conda:
        "../envs/pathlode.yaml"
    params:
        mirrors=lambda w: REAL["mirrors"][w.folder],
    script:
        "../workflow/scripts/fetch_series.py"


rule invent_series:
    output:
        [f"{INVENTED}/{file}" for name in REAL["data"] for file in MEASURED[name].files],
        pelts=f"{INVENTED}/{PELTS[1]}",
    log:
        f"{LOGS}/invent_series.log",
    group:
        "real_series"
    conda:
        "../envs/pathlode.yaml"
    params:
        code=lambda w: code("invent_series", *map(MEASURED.path, REAL["data"])),
        numbers={name: own["invented"] for name, own in REAL["data"].items()},
        seed=REAL["invented"]["seed"],
    script:
        "../workflow/scripts/invent_series.py"


rule read_series:
    input:
        files=lambda w: FILES_OF[w.measured],
    output:
        series=f"{SERIES}/series.npz",
        counts=f"{SERIES}/counts.csv",
    log:
        f"{LOGS}/read_series/{{measured}}.log",
    group:
        "real_series"
    conda:
        "../envs/pathlode.yaml"
    resources:
        mem_mb=2000,
    params:
        code=lambda w: code("read_series", MEASURED.path(w.measured)),
        source=REAL["source"],
        read=lambda w: REAL["data"][w.measured]["read"],
    script:
        "../workflow/scripts/read_series.py"


rule split_series:
    input:
        series=rules.read_series.output.series,
    output:
        MEASURED_SPLITS,
    log:
        f"{LOGS}/split_series/{{measured}}.log",
    group:
        "real_series"
    conda:
        "../envs/pathlode.yaml"
    params:
        code=lambda w: code("split_series"),
        replicates=REAL_REPLICATES,
        validation=lambda w: REAL["data"][w.measured]["validation"],
        test=lambda w: REAL["data"][w.measured]["test"],
        hidden=lambda w: REAL["data"][w.measured]["hidden"],
    script:
        "../workflow/scripts/split_series.py"


include: "real_series.smk"
include: "real_hudson_bay.smk"
include: "real_hopper.smk"
