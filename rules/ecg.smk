# Paper [B], heartbeats: records of the MIT-BIH Arrhythmia Database, the beats in them, and what is learnt from these.
#
# in:   config `ecg`, `evaluate`, config/mitdb.sha256, a mirror of the database
# out:  resources/mitdb/{record}.hea, .dat, .atr                   fetch_record
#       {RESULTS}/ecg/invented/{record}.hea, .dat, .atr            invent_record: in place of the real ones, at smoke scale
#       {RESULTS}/ecg/beats.npz, {RESULTS}/tables/ecg_counts.csv   cut_beats
#       {RESULTS}/ecg/{split}/latent_odes/{name}/model.pt          train_encoder: all seeds stacked; history.csv beside it
#       {RESULTS}/ecg/{split}/latent_odes/{name}/reconstruction.csv   reconstruct; examples.npz beside it
#       {RESULTS}/ecg/{split}/classifiers/{name}/scores.csv        classify: all seeds; predictions.npz, classifier.bin beside it
#       tables and figures                                         ecg_results.smk

ECG = config["ecg"]
ECG_RECORDS = ECG["records"] or list(RECORDS)
RECORD_FILES = {
    "mitdb": [f"resources/mitdb/{{record}}.{suffix}" for suffix in SUFFIXES],
    "invented": [f"{RESULTS}/ecg/invented/{{record}}.{suffix}" for suffix in SUFFIXES],
}
LATENT_ODE = f"{RESULTS}/ecg/{{split}}/latent_odes/{{latent_ode}}"
CLASSIFIER = f"{RESULTS}/ecg/{{split}}/classifiers/{{classifier}}"
LATENT_ODES, CLASSIFIERS = (
    [
        {"split": split, kind: name}
        for split in ECG["splits"]
        for name, entry in ECG[f"{kind}s"].items()
        if split in entry.get("splits", ECG["splits"])
    ]
    for kind in ("latent_ode", "classifier")
)


wildcard_constraints:
    record=r"\d+",
    split="|".join(ECG["splits"]),
    latent_ode="|".join(ECG["latent_odes"]),
    classifier="|".join(ECG["classifiers"]),


rule fetch_record:  # no source files as input: an edited script fetches nothing else
    input:
        checksums="config/mitdb.sha256",
    output:
        RECORD_FILES["mitdb"],
    log:
        f"{LOGS}/fetch_record/{{record}}.log",
    localrule: True  # nodes of a cluster often have no network
    conda:
        "../envs/pathlode.yaml"
    params:
        mirrors=ECG["mirrors"],
    script:
        "../workflow/scripts/fetch_record.py"


rule invent_record:
    output:
        RECORD_FILES["invented"],
    log:
        f"{LOGS}/invent_record/{{record}}.log",
    conda:
        "../envs/pathlode.yaml"
    params:
        code=lambda w: code("invent_record"),
        seconds=ECG["invented"]["seconds"],
        seed=ECG["invented"]["seed"],
    script:
        "../workflow/scripts/invent_record.py"


rule cut_beats:
    input:
        records=expand(RECORD_FILES[ECG["source"]], record=ECG_RECORDS),
    output:
        beats=f"{RESULTS}/ecg/beats.npz",
        counts=shown(f"{TABLES}/ecg_counts.csv"),
    log:
        f"{LOGS}/cut_beats.log",
    conda:
        "../envs/pathlode.yaml"
    params:
        code=lambda w: code("cut_beats"),
        records=ECG_RECORDS,
        source=ECG["source"],
    script:
        "../workflow/scripts/cut_beats.py"


rule train_encoder:
    input:
        beats=rules.cut_beats.output.beats,
    output:
        model=f"{LATENT_ODE}/model.pt",
        history=f"{LATENT_ODE}/history.csv",
    log:
        f"{LOGS}/train_encoder/{{split}}/{{latent_ode}}.log",
    priority: 1  # the longest jobs of the chapter, for which most others wait
    conda:
        "../envs/pathlode.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=30 + max(latent_ode(config, name)["train"]["steps"] for name in ECG["latent_odes"]) // 20,  # 3 s a step
        gpu=ECG["gpus"],
    params:
        code=lambda w: code(
            "train_encoder", *model_entries(ECG, w.latent_ode), LOSSES.path(ECG["latent_odes"][w.latent_ode]["loss"])
        ),
        split_seed=ECG["split_seed"],
        seeds=ECG["seeds"],
        latent_ode=lambda w: latent_ode(config, w.latent_ode),
        validation=ECG["validation_beats"],
    script:
        "../workflow/scripts/train_encoder.py"


rule reconstruct:
    input:
        beats=rules.cut_beats.output.beats,
        model=rules.train_encoder.output.model,
    output:
        errors=f"{LATENT_ODE}/reconstruction.csv",
        examples=f"{LATENT_ODE}/examples.npz",
    log:
        f"{LOGS}/reconstruct/{{split}}/{{latent_ode}}.log",
    conda:
        "../envs/pathlode.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=20,
    params:
        code=lambda w: code("reconstruct", *model_entries(ECG, w.latent_ode)),
        split_seed=ECG["split_seed"],
        conditions=ECG["conditions"],
        beats=ECG["reconstructed_beats"],
        evaluate=config["evaluate"],
    script:
        "../workflow/scripts/reconstruct.py"


rule classify:
    input:
        beats=rules.cut_beats.output.beats,
        model=lambda w: (
            f"{LATENT_ODE}/model.pt".format(split=w.split, latent_ode=ECG["classifiers"][w.classifier]["latents"])
            if "latents" in ECG["classifiers"][w.classifier]
            else []
        ),
    output:
        scores=f"{CLASSIFIER}/scores.csv",
        predictions=f"{CLASSIFIER}/predictions.npz",
        classifier=f"{CLASSIFIER}/classifier.bin",
    log:
        f"{LOGS}/classify/{{split}}/{{classifier}}.log",
    conda:
        "../envs/pathlode.yaml"
    threads: 1
    resources:
        mem_mb=3000,
        runtime=60 + len(ECG["seeds"]) * (ECG["trees"]["rounds"] // 50 + ECG["cnn"]["steps"] // 1000),  # alike for all jobs of an array
    params:
        code=lambda w: code("classify", *model_entries(ECG, ECG["classifiers"][w.classifier].get("latents"))),
        split_seed=ECG["split_seed"],
        centred=lambda w: ECG["splits"][w.split]["centred"],
        seeds=ECG["seeds"],
        classifier=lambda w: ECG["classifiers"][w.classifier],
        conditions=ECG["conditions"],
        balance=lambda w: balance(ECG, w.split, w.classifier),
        trees=lambda w: {} if ECG["classifiers"][w.classifier].get("cnn") else ECG["trees"],
        cnn=lambda w: ECG["cnn"] if ECG["classifiers"][w.classifier].get("cnn") else {},
        vote=lambda w: ECG["vote"] if ECG["classifiers"][w.classifier].get("vote") else {},
    script:
        "../workflow/scripts/classify.py"
