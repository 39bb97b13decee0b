# Paper [B], heartbeats: tables and figures of the results of ecg.smk, and the chapter's target.
#
# in:   the files of ecg.smk, config/published/ecg.csv
# out:  {RESULTS}/tables/ecg.csv, ecg_reconstruction.csv, ecg*_summary.csv, .md, .tex   tabulate_ecg
#       {RESULTS}/tables/ecg_device.csv, {RESULTS}/ecg/encoder.pt2                      measure_device
#       {RESULTS}/figures/ecg/*.png, .pdf                                               plot_ecg_model, plot_ecg

ECG_SUMMARIES = ["ecg_summary", "ecg_classes_summary", "ecg_reconstruction_summary"]
SHOWN = ECG["shown"]  # model and split in the figures of a single model
MODEL_FIGURES = ["reconstructions", "latent_map", "roc", "confusion"]
MODELS_FIGURES = ["f1_against_rate", "f1_by_class"]


rule ecg:
    input:
        rules.cut_beats.output,
        [expand(rules.train_encoder.output, **point) for point in LATENT_ODES],
        expand(rules.reconstruct.output, split=LATENT_ODES_OF),
        [expand(rules.classify.output, **point) for point in CLASSIFIERS],
        expand(f"{TABLES}/{{table}}.csv", table=["ecg", "ecg_reconstruction", "ecg_device"]),
        expand(f"{TABLES}/{{table}}.{{format}}", table=ECG_SUMMARIES, format=FORMATS),
        f"{RESULTS}/ecg/encoder.pt2",
        expand(
            f"{RESULTS}/figures/ecg/{{figure}}.{{format}}",
            figure=MODEL_FIGURES + MODELS_FIGURES,
            format=["png", "pdf"],
        ),


rule tabulate_ecg:
    input:
        scores=[f"{CLASSIFIER}/scores.csv".format(**point) for point in CLASSIFIERS],
        errors=expand(rules.reconstruct.output.errors, split=LATENT_ODES_OF),
        published="config/published/ecg.csv",
    output:
        scores=shown(f"{TABLES}/ecg.csv"),
        errors=shown(f"{TABLES}/ecg_reconstruction.csv"),
        summaries=[shown(f"{TABLES}/{name}.{suffix}") for name in ECG_SUMMARIES for suffix in FORMATS],
    log:
        f"{LOGS}/tabulate_ecg.log",
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
        model=f"{LATENT_ODE}/model.pt".format(**SHOWN),
        trees=f"{CLASSIFIER}/classifier.bin".format(**SHOWN),
    output:
        encoder=f"{RESULTS}/ecg/encoder.pt2",
        table=shown(f"{TABLES}/ecg_device.csv"),
    log:
        f"{LOGS}/measure_device.log",
    conda:
        "../envs/pathlode.yaml"
    threads: 1
    resources:
        mem_mb=3000,
        runtime=20,
    params:
        code=lambda w: code("measure_device", *model_entries(ECG, SHOWN["latent_ode"])),
        conditions={name: ECG["conditions"][name] for name in ECG["rates"]},
    script:
        "../workflow/scripts/measure_device.py"


rule plot_ecg_model:
    input:
        beats=rules.cut_beats.output.beats,
        split=f"{SPLIT}/split.npz".format(**SHOWN),
        model=f"{LATENT_ODE}/model.pt".format(**SHOWN),
        examples=f"{SPLIT}/examples.npz".format(**SHOWN),
        predictions=f"{CLASSIFIER}/predictions.npz".format(**SHOWN),
    output:
        [shown(f"{RESULTS}/figures/ecg/{figure}.png", f"ecg_{figure}") for figure in MODEL_FIGURES],
        expand(f"{RESULTS}/figures/ecg/{{figure}}.pdf", figure=MODEL_FIGURES),
    log:
        f"{LOGS}/plot_ecg_model.log",
    conda:
        "../envs/pathlode.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        code=lambda w: code("plot_ecg_model", *model_entries(ECG, SHOWN["latent_ode"])),
        latent_ode=SHOWN["latent_ode"],
        rates=ECG["rates"],
    script:
        "../workflow/scripts/plot_ecg_model.py"


rule plot_ecg:
    input:
        scores=rules.tabulate_ecg.output.scores,
    output:
        [shown(f"{RESULTS}/figures/ecg/{figure}.png", f"ecg_{figure}") for figure in MODELS_FIGURES],
        expand(f"{RESULTS}/figures/ecg/{{figure}}.pdf", figure=MODELS_FIGURES),
    log:
        f"{LOGS}/plot_ecg.log",
    conda:
        "../envs/pathlode.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        code=lambda w: code("plot_ecg"),
        rates=ECG["rates"],
        compared=ECG["compared"],
    script:
        "../workflow/scripts/plot_ecg.py"
