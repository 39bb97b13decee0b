# Paper [B], heartbeats. So far its data: the records of the MIT-BIH Arrhythmia Database and the beats in them.
#
# in:   config `ecg`, config/mitdb.sha256, a mirror of the database
# out:  resources/mitdb/{record}.hea, .dat, .atr                   fetch_record
#       {RESULTS}/ecg/invented/{record}.hea, .dat, .atr            invent_record: in place of the real ones, at smoke scale
#       {RESULTS}/ecg/beats.npz, {RESULTS}/tables/ecg_counts.csv   cut_beats

ECG = config["ecg"]
ECG_RECORDS = ECG["records"] or list(RECORDS)
RECORD_FILES = {
    "mitdb": [f"resources/mitdb/{{record}}.{suffix}" for suffix in SUFFIXES],
    "invented": [f"{RESULTS}/ecg/invented/{{record}}.{suffix}" for suffix in SUFFIXES],
}


wildcard_constraints:
    record=r"\d+",


rule ecg:
    input:
        f"{RESULTS}/ecg/beats.npz",
        f"{TABLES}/ecg_counts.csv",


rule fetch_record:  # no source files as input: an edited script fetches nothing else
    input:
        checksums="config/mitdb.sha256",
    output:
        RECORD_FILES["mitdb"],
    log:
        f"{LOGS}/fetch_record/{{record}}.log",
    conda:
        "../envs/pathlode.yaml"
    params:
        mirrors=ECG["mirrors"],
    script:
        "../workflow/scripts/fetch_record.py"


rule invent_record:
    input:
        source=sources("invent_record"),
    output:
        RECORD_FILES["invented"],
    log:
        f"{LOGS}/invent_record/{{record}}.log",
    conda:
        "../envs/pathlode.yaml"
    params:
        seconds=ECG["invented"]["seconds"],
        seed=ECG["invented"]["seed"],
    script:
        "../workflow/scripts/invent_record.py"


rule cut_beats:
    input:
        records=expand(RECORD_FILES[ECG["source"]], record=ECG_RECORDS),
        source=sources("cut_beats"),
    output:
        beats=f"{RESULTS}/ecg/beats.npz",
        counts=report(f"{TABLES}/ecg_counts.csv", caption="../workflow/report/ecg_counts.rst", category="ECG [B]"),
    log:
        f"{LOGS}/cut_beats.log",
    conda:
        "../envs/pathlode.yaml"
    params:
        records=ECG_RECORDS,
        source=ECG["source"],
    script:
        "../workflow/scripts/cut_beats.py"
