# Paper [B], heartbeats: the classifier for recordings of any source, and what is measured of it. All are targets of their own,
# which no other chapter, claim or page needs.
#
# in:   the files of ecg.smk and ecg_models.smk, config `ecg`
# out:  {RESULTS}/ecg/heartbeats.pt, heartbeats.json                                    ecg_model: save_ecg_model
#       {RESULTS}/ecg/report/*, {RESULTS}/figures/ecg/report_page.png                   ecg_page: report_record
#       {RESULTS}/tables/ecg_peaks.csv                                                  ecg_peaks: score_peaks
#       {RESULTS}/tables/ecg_chain.csv, {RESULTS}/ecg/onnx/*                            ecg_chain: measure_chain
#       {RESULTS}/tables/ecg_elsewhere.csv                                              ecg_elsewhere: score_elsewhere
#       {RESULTS}/tables/ecg_worn.csv, {RESULTS}/figures/ecg/worn.png, .pdf             ecg_worn: score_worn

from pathlode.plots.report_files import REPORT_FILES


rule ecg_model:
    input:
        f"{RESULTS}/ecg/heartbeats.pt",


rule save_ecg_model:
    input:
        beats=rules.cut_beats.output.beats,
        split=SPLITS[0].format(**KEPT),
        model=rules.train_encoder.output.model.format(**KEPT),
    output:
        model=f"{RESULTS}/ecg/heartbeats.pt",
        card=f"{RESULTS}/ecg/heartbeats.json",
    log:
        f"{LOGS}/save_ecg_model.log",
    conda:
        "../envs/pathlode.yaml"
    threads: THREADS
    resources:
        mem_mb=3000,
        runtime=30,
    params:
        code=lambda w: code("save_ecg_model", *classifier_entries(ECG, KEPT["classifier"])),
        split=KEPT["split"],
        classifier=KEPT["classifier"],
        replicate=ECG_REPLICATES[0],
        centred=ECG["splits"][KEPT["split"]]["centred"],
        conditions={name: ECG["conditions"][name] for name in ECG["rates"]},
        trained_on=ECG["classifiers"][KEPT["classifier"]]["trained_on"],
        trees=ECG["weighted_trees"],
    script:
        "../workflow/scripts/save_ecg_model.py"


rule ecg_page:
    input:
        f"{RESULTS}/figures/ecg/report_page.png",


rule report_record:
    input:
        records=rules.cut_beats.input.records,
        model=rules.save_ecg_model.output.model,
    output:
        [f"{RESULTS}/ecg/report/{file}" for file in REPORT_FILES if not file.endswith(".html")],
        page=f"{RESULTS}/ecg/report/report.html",
        picture=f"{RESULTS}/figures/ecg/report_page.png",
    log:
        f"{LOGS}/report_record.log",
    localrule: True  # cluster nodes often have no browser
    conda:
        "../envs/pathlode.yaml"
    params:
        code=lambda w: code("report_record", *model_entries(ECG, KEPT["beat_row"])),
        record=ECG["reported"],
    script:
        "../workflow/scripts/report_record.py"


rule ecg_peaks:
    input:
        f"{TABLES}/ecg_peaks.csv",


rule score_peaks:
    input:
        records=rules.cut_beats.input.records,
    output:
        table=f"{TABLES}/ecg_peaks.csv",
    log:
        f"{LOGS}/score_peaks.log",
    conda:
        "../envs/pathlode.yaml"
    threads: THREADS
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        code=lambda w: code("score_peaks"),
        detectors=ECG["detectors"],
        strides=[ECG["conditions"][name].get("stride", 1) for name in ECG["rates"]],
        elsewhere=ECG["elsewhere"],
    script:
        "../workflow/scripts/score_peaks.py"


rule ecg_chain:
    input:
        f"{TABLES}/ecg_chain.csv",


rule measure_chain:
    input:
        records=rules.cut_beats.input.records,
        model=rules.save_ecg_model.output.model,
    output:
        encoder=f"{RESULTS}/ecg/onnx/encoder.onnx",
        int8=f"{RESULTS}/ecg/onnx/encoder_int8.onnx",
        trees=f"{RESULTS}/ecg/onnx/trees.onnx",
        own=[f"{RESULTS}/ecg/onnx/encoder.pt2", f"{RESULTS}/ecg/onnx/trees.ubj"],
        table=f"{TABLES}/ecg_chain.csv",
    log:
        f"{LOGS}/measure_chain.log",
    conda:
        "../envs/pathlode.yaml"
    threads: THREADS
    resources:
        mem_mb=3000,
        runtime=20,
    params:
        code=lambda w: code("measure_chain", *model_entries(ECG, KEPT["beat_row"])),
        conditions={name: ECG["conditions"][name] for name in ECG["rates"]},
        seconds=ECG["worn"]["seconds"],
    script:
        "../workflow/scripts/measure_chain.py"


rule ecg_elsewhere:
    input:
        f"{TABLES}/ecg_elsewhere.csv",


rule score_elsewhere:
    input:
        model=rules.save_ecg_model.output.model,
    output:
        table=f"{TABLES}/ecg_elsewhere.csv",
    log:
        f"{LOGS}/score_elsewhere.log",
    conda:
        "../envs/pathlode.yaml"
    threads: THREADS
    resources:
        mem_mb=2000,
        runtime=20,
    params:
        code=lambda w: code("score_elsewhere", *model_entries(ECG, KEPT["beat_row"])),
        elsewhere=ECG["elsewhere"],
    script:
        "../workflow/scripts/score_elsewhere.py"


rule ecg_worn:
    input:
        f"{TABLES}/ecg_worn.csv",


rule score_worn:
    input:
        records=rules.cut_beats.input.records,
        beats=rules.cut_beats.output.beats,
        split=SPLITS[0].format(**KEPT),
        model=rules.train_encoder.output.model.format(**KEPT),
        classifiers=[
            rules.classify.output.classifier.format(split=KEPT["split"], classifier=name)
            for name in ECG["worn"]["classifiers"]
        ],
    output:
        table=f"{TABLES}/ecg_worn.csv",
        figure=f"{RESULTS}/figures/ecg/worn.png",
        pdf=f"{RESULTS}/figures/ecg/worn.pdf",
    log:
        f"{LOGS}/score_worn.log",
    conda:
        "../envs/pathlode.yaml"
    threads: THREADS
    resources:
        mem_mb=3000,
        runtime=30,
    params:
        code=lambda w: code("score_worn", *model_entries(ECG, KEPT["beat_row"])),
        split=KEPT["split"],
        centred=ECG["splits"][KEPT["split"]]["centred"],
        classifiers={name: ECG["classifiers"][name] for name in ECG["worn"]["classifiers"]},
        seconds=ECG["worn"]["seconds"],
        snr_db=ECG["worn"]["snr_db"],
    script:
        "../workflow/scripts/score_worn.py"
