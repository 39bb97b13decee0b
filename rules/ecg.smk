# Paper [B], heartbeats: records of the MIT-BIH Arrhythmia Database, their beats, and models of the beats.
#
# A replicate's number is the seed of its splits, of its models' weights and batches, and of its classifiers. Between patients
# the test records are fixed, and the number chooses the validation records.
#
# in:   config `ecg`, `evaluate`, config/checksums/mitdb.sha256, a mirror of the database
# out:  {RESULTS}/ecg/mitdb.json                                   fetch_records: the list of files, which lie in resources/mitdb/
#       {RESULTS}/ecg/invented.json                                invent_records: in place of the real ones, at smoke scale
#       {RESULTS}/ecg/beats.npz, {RESULTS}/tables/ecg_counts.csv   cut_beats
#       {RESULTS}/ecg/{split}/splits/{replicate}.npz               split_beats: all splits
#       {RESULTS}/ecg/{split}/latent_odes/{row}/model.pt           train_encoder: all replicates stacked; history.csv beside it
#       {RESULTS}/ecg/{split}/reconstruction.csv, examples.npz     reconstruct: all rows of the split
#       {RESULTS}/ecg/{split}/classifiers/{name}/scores.csv        classify: all replicates; without_each_record.csv, patients.csv, and
#                                                                  of the first replicate predictions.npz, classifier.bin
#       tables and figures                                         ecg_results.smk

from pathlode.ecg.records import RECORDS
from workflow.configuration.ecg import balance, beat_settings, classifier_entries, classifier_kind, model_entries
from workflow.configuration.parts import scored_by
from workflow.configuration.replicates import replicate_numbers

ECG = config["ecg"]
ECG_RECORDS = ECG["records"] or list(RECORDS)
ECG_REPLICATES = replicate_numbers(config, "ecg")
SPLIT = f"{RESULTS}/ecg/{{split}}"
BEAT_ROW = f"{SPLIT}/latent_odes/{{beat_row}}"
CLASSIFIER = f"{SPLIT}/classifiers/{{classifier}}"
SPLITS = expand(f"{SPLIT}/splits/{{replicate}}.npz", replicate=ECG_REPLICATES, allow_missing=True)
BEAT_ROWS, CLASSIFIERS = (
    [
        {"split": split, wildcard: name}
        for split in ECG["splits"]
        for name, entry in ECG[part].items()
        if split in entry.get("splits", ECG["splits"])
    ]
    for part, wildcard in (("rows", "beat_row"), ("classifiers", "classifier"))
)

BEAT_ROWS_OF = {  # in splits that have any
    split: [point["beat_row"] for point in BEAT_ROWS if point["split"] == split]
    for split in dict.fromkeys(point["split"] for point in BEAT_ROWS)
}


wildcard_constraints:
    split="|".join(ECG["splits"]),
    beat_row="|".join(ECG["rows"]),
    classifier="|".join(ECG["classifiers"]),


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


rule train_encoder:
    input:
        beats=rules.cut_beats.output.beats,
        splits=SPLITS,
    output:
        model=f"{BEAT_ROW}/model.pt",
        history=f"{BEAT_ROW}/history.csv",
    log:
        f"{LOGS}/train_encoder/{{split}}/{{beat_row}}.log",
    priority: 1  # the longest jobs of the chapter; most others wait for them
    conda:
        "../envs/pathlode.yaml"
    threads: THREADS
    resources:
        mem_mb=1500 + 300 * len(ECG_REPLICATES),
        runtime=30 + max(beat_settings(config, name)["train"]["steps"] for name in ECG["rows"]) // 20,  # 3 s a step
        gpu=ECG["gpus"],
    params:
        code=lambda w: code("train_encoder", *model_entries(ECG, w.beat_row, loss=True)),
        replicates=ECG_REPLICATES,
        settings=lambda w: beat_settings(config, w.beat_row),
        validation=ECG["validation_beats"],
    script:
        "../workflow/scripts/train_encoder.py"


rule reconstruct:
    input:
        beats=rules.cut_beats.output.beats,
        splits=SPLITS,
        models=lambda w: expand(rules.train_encoder.output.model, split=w.split, beat_row=BEAT_ROWS_OF[w.split]),
    output:
        errors=f"{SPLIT}/reconstruction.csv",
        examples=f"{SPLIT}/examples.npz",
    log:
        f"{LOGS}/reconstruct/{{split}}.log",
    conda:
        "../envs/pathlode.yaml"
    threads: THREADS
    resources:
        mem_mb=2000,
        runtime=20 * len(ECG["rows"]),
    params:
        code=lambda w: code(
            "reconstruct",
            scored_by(config),
            *(entry for name in BEAT_ROWS_OF[w.split] for entry in model_entries(ECG, name)),
        ),
        rows=lambda w: BEAT_ROWS_OF[w.split],
        conditions=ECG["conditions"],
        beats=ECG["reconstructed_beats"],
        evaluate=config["evaluate"],
    script:
        "../workflow/scripts/reconstruct.py"


rule classify:
    input:
        beats=rules.cut_beats.output.beats,
        splits=SPLITS,
        model=lambda w: (
            f"{BEAT_ROW}/model.pt".format(split=w.split, beat_row=ECG["classifiers"][w.classifier]["latents"])
            if "latents" in ECG["classifiers"][w.classifier]
            else []
        ),
    output:
        scores=f"{CLASSIFIER}/scores.csv",
        predictions=f"{CLASSIFIER}/predictions.npz",
        left_out=f"{CLASSIFIER}/without_each_record.csv",
        patients=f"{CLASSIFIER}/patients.csv",
        classifier=f"{CLASSIFIER}/classifier.bin",
    log:
        f"{LOGS}/classify/{{split}}/{{classifier}}.log",
    conda:
        "../envs/pathlode.yaml"
    threads: THREADS
    resources:
        mem_mb=3000,
        runtime=60 + len(ECG_REPLICATES) * (ECG["trees"]["rounds"] // 50 + ECG["cnn"]["steps"] // 1000),  # the same for all jobs of an array
    params:
        code=lambda w: code("classify", *classifier_entries(ECG, w.classifier)),
        centred=lambda w: ECG["splits"][w.split]["centred"],
        replicates=ECG_REPLICATES,
        classifier=lambda w: {key: value for key, value in ECG["classifiers"][w.classifier].items() if key != "splits"},
        conditions=ECG["conditions"],
        balance=lambda w: balance(ECG, w.split, w.classifier),
        kind=lambda w: classifier_kind(ECG, w.classifier),
        fit=lambda w: ECG[classifier_kind(ECG, w.classifier)],
        vote=lambda w: ECG["vote"] if ECG["classifiers"][w.classifier].get("vote") else {},
    script:
        "../workflow/scripts/classify.py"
