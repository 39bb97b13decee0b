# Paper [B], heartbeats: tables and figures of the results of ecg.smk, and the chapter's target.
#
# in:   the files of ecg.smk, config/published/ecg.csv
# out:  {RESULTS}/tables/ecg.csv, ecg_left_out.csv, ecg_patients.csv,                   tabulate_ecg
#       ecg_reconstruction.csv, ecg*_summary.csv, .md, .tex
#       {RESULTS}/tables/ecg_device.csv, {RESULTS}/ecg/encoder.pt2                      measure_device
#       {RESULTS}/figures/ecg/*.png, .pdf                                               plot_ecg
#       the classifier for any recording, and targets of their own                      ecg_kept.smk

ECG_SUMMARIES = ["ecg_summary", "ecg_classes_summary", "ecg_reconstruction_summary"]
KEPT, SHOWN = (  # split and models of the file for recordings of any source, and of the figures of a single model
    {"split": chosen["split"], "beat_row": chosen["row"], "classifier": chosen["classifier"]}
    for chosen in (ECG["kept"], ECG["shown"])
)
ECG_FIGURES = [
    "reconstructions",
    "latent_map",
    "latent_directions",
    "roc",
    "confusion",
    "confusion_by_split",
    "f1_against_rate",
    "f1_over_patients",
    "f1_by_class",
    "by_patient",
]


rule ecg:
    input:
        rules.cut_beats.output,
        [expand(rules.train_encoder.output, **point) for point in BEAT_ROWS],
        expand(rules.reconstruct.output, split=BEAT_ROWS_OF),
        [expand(rules.classify.output, **point) for point in CLASSIFIERS],
        expand(
            f"{TABLES}/{{table}}.csv",
            table=["ecg", "ecg_left_out", "ecg_patients", "ecg_reconstruction", "ecg_device"],
        ),
        expand(f"{TABLES}/{{table}}.{{format}}", table=ECG_SUMMARIES, format=FORMATS),
        f"{RESULTS}/ecg/encoder.pt2",
        expand(
            f"{RESULTS}/figures/ecg/{{figure}}.{{format}}",
            figure=ECG_FIGURES,
            format=["png", "pdf"],
        ),


rule tabulate_ecg:
    input:
        scores=[rules.classify.output.scores.format(**point) for point in CLASSIFIERS],
        left_out=[rules.classify.output.left_out.format(**point) for point in CLASSIFIERS],
        patients=[rules.classify.output.patients.format(**point) for point in CLASSIFIERS],
        errors=expand(rules.reconstruct.output.errors, split=BEAT_ROWS_OF),
        published="config/published/ecg.csv",
    output:
        scores=shown(f"{TABLES}/ecg.csv"),
        left_out=shown(f"{TABLES}/ecg_left_out.csv"),
        patients=shown(f"{TABLES}/ecg_patients.csv"),
        errors=shown(f"{TABLES}/ecg_reconstruction.csv"),
        summary=in_formats("ecg_summary"),
        classes_summary=in_formats("ecg_classes_summary"),
        reconstruction_summary=in_formats("ecg_reconstruction_summary"),
    log:
        f"{LOGS}/tabulate_ecg.log",
    group:
        "ecg_results"
    conda:
        "../envs/pathlode.yaml"
    params:
        code=lambda w: code("tabulate_ecg"),
        conditions=list(ECG["conditions"]),
    script:
        "../workflow/scripts/tabulate_ecg.py"


rule measure_device:
    input:
        beats=rules.cut_beats.output.beats,
        model=rules.train_encoder.output.model.format(**SHOWN),
        trees=rules.classify.output.classifier.format(**SHOWN),
    output:
        encoder=f"{RESULTS}/ecg/encoder.pt2",
        table=shown(f"{TABLES}/ecg_device.csv"),
    log:
        f"{LOGS}/measure_device.log",
    conda:
        "../envs/pathlode.yaml"
    threads: THREADS
    resources:
        mem_mb=3000,
        runtime=20,
    params:
        code=lambda w: code("measure_device", *model_entries(ECG, SHOWN["beat_row"])),
        conditions={name: ECG["conditions"][name] for name in ECG["rates"]},
    script:
        "../workflow/scripts/measure_device.py"


rule plot_ecg:
    input:
        scores=rules.tabulate_ecg.output.scores,
        patients=rules.tabulate_ecg.output.patients,
        left_out=rules.tabulate_ecg.output.left_out,
        beats=rules.cut_beats.output.beats,
        split=SPLITS[0].format(**SHOWN),
        model=rules.train_encoder.output.model.format(**SHOWN),
        examples=rules.reconstruct.output.examples.format(**SHOWN),
        predictions=rules.classify.output.predictions.format(**SHOWN),
        by_split=[
            rules.classify.output.predictions.format(**point)
            for point in CLASSIFIERS
            if point["classifier"] == SHOWN["classifier"]
        ],
    output:
        [shown(f"{RESULTS}/figures/ecg/{figure}.png", f"ecg_{figure}") for figure in ECG_FIGURES],
        expand(f"{RESULTS}/figures/ecg/{{figure}}.pdf", figure=ECG_FIGURES),
    log:
        f"{LOGS}/plot_ecg.log",
    group:
        "ecg_results"
    conda:
        "../envs/pathlode.yaml"
    threads: THREADS
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        code=lambda w: code("plot_ecg", scored_by(config), *model_entries(ECG, SHOWN["beat_row"])),
        row=SHOWN["beat_row"],
        splits=[point["split"] for point in CLASSIFIERS if point["classifier"] == SHOWN["classifier"]],
        rates=ECG["rates"],
        compared=ECG["compared"],
        kept=KEPT["classifier"],
        evaluate=config["evaluate"],
        confidence=config["claims"]["confidence"],
    script:
        "../workflow/scripts/plot_ecg.py"


include: "ecg_kept.smk"
