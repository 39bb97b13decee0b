# Paper [B], heartbeats: latent ODEs of the beats of ecg.smk, and classifiers.
#
# in:   config `ecg`, `evaluate`; beats and splits from ecg.smk
# out:  {RESULTS}/ecg/{split}/latent_odes/{row}/model.pt           train_encoder: all replicates stacked; history.csv beside it
#       {RESULTS}/ecg/{split}/reconstruction.csv, examples.npz     reconstruct: all rows of the split
#       {RESULTS}/ecg/{split}/classifiers/{name}/scores.csv        classify: all replicates; without_each_record.csv, patients.csv, and
#                                                                  of the first replicate predictions.npz, classifier.bin
#       tables and figures                                         ecg_results.smk

from workflow.configuration.ecg import balance, beat_settings, classifier_entries, classifier_kind, model_entries
from workflow.configuration.parts import scored_by

BEAT_ROW = f"{SPLIT}/latent_odes/{{beat_row}}"
CLASSIFIER = f"{SPLIT}/classifiers/{{classifier}}"
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
    beat_row="|".join(ECG["rows"]),
    classifier="|".join(ECG["classifiers"]),


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
