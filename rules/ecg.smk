# Paper [B], heartbeats: records of the MIT-BIH Arrhythmia Database, their beats, and splits of them.
#
# A replicate's number is the seed of its splits, of its models' weights and batches, and of its classifiers. Between patients
# the test records are fixed, and the number chooses the validation records.
#
# in:   config `ecg`, config/checksums/mitdb.sha256, a mirror of the database
# out:  {RESULTS}/ecg/mitdb.json                                   fetch_records: the list of files, which lie in resources/mitdb/
#       {RESULTS}/ecg/invented.json                                invent_records: in place of the real ones, at smoke scale
#       {RESULTS}/ecg/beats.npz, {RESULTS}/tables/ecg_counts.csv   cut_beats
#       {RESULTS}/ecg/{split}/splits/{replicate}.npz               split_beats: all splits
#       models of the beats                                        ecg_models.smk
#       tables and figures                                         ecg_results.smk

from pathlode.ecg.records import RECORDS
from workflow.configuration.replicates import replicate_numbers

ECG = config["ecg"]
ECG_RECORDS = ECG["records"] or list(RECORDS)
ECG_REPLICATES = replicate_numbers(config, "ecg")
SPLIT = f"{RESULTS}/ecg/{{split}}"
SPLITS = expand(f"{SPLIT}/splits/{{replicate}}.npz", replicate=ECG_REPLICATES, allow_missing=True)


wildcard_constraints:
    split="|".join(ECG["splits"]),


rule fetch_records:  # no source files as input: an edited script would fetch the same files
    input:
        checksums="config/checksums/mitdb.sha256",
    output:
        records=f"{RESULTS}/ecg/mitdb.json",
    log:
        f"{LOGS}/fetch_records.log",
    localrule: True  # cluster nodes often have no network
    conda:
        "../envs/pathlode.yaml"
    params:
        records=ECG_RECORDS,
        mirrors=ECG["mirrors"],
        folder="resources/mitdb",  # its files are not declared as outputs, so files fetched before a failure are kept
    script:
        "../workflow/scripts/fetch_records.py"


rule invent_records:
    output:
        records=f"{RESULTS}/ecg/invented.json",
    log:
        f"{LOGS}/invent_records.log",
    group:
        "ecg_beats"
    conda:
        "../envs/pathlode.yaml"
    params:
        code=lambda w: code("invent_records"),
        records=ECG_RECORDS,
        seconds=ECG["invented"]["seconds"],
        seed=ECG["invented"]["seed"],
        folder=lambda w, output: output.records.removesuffix(".json"),
    script:
        "../workflow/scripts/invent_records.py"


rule cut_beats:
    input:
        records=f"{RESULTS}/ecg/{ECG['source']}.json",
    output:
        beats=f"{RESULTS}/ecg/beats.npz",
        counts=shown(f"{TABLES}/ecg_counts.csv"),
    log:
        f"{LOGS}/cut_beats.log",
    group:
        "ecg_beats"
    conda:
        "../envs/pathlode.yaml"
    params:
        code=lambda w: code("cut_beats"),
    script:
        "../workflow/scripts/cut_beats.py"


rule split_beats:
    input:
        beats=rules.cut_beats.output.beats,
    output:
        [path.format(split=split) for split in ECG["splits"] for path in SPLITS],
    log:
        f"{LOGS}/split_beats.log",
    group:
        "ecg_beats"
    conda:
        "../envs/pathlode.yaml"
    params:
        code=lambda w: code("split_beats"),
        splits=list(ECG["splits"]),
        replicates=ECG_REPLICATES,
    script:
        "../workflow/scripts/split_beats.py"


include: "ecg_models.smk"
