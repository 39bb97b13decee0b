# Paper [A], inference: tables and figures of the results of inference.smk, and the chapter's target.
#
# in:   the files of inference.smk
# out:  {RESULTS}/tables/inference*.csv, *_summary.csv, .md, .tex   tabulate_inference
#       {RESULTS}/figures/inference/*.png, .pdf                     plot_inference

INFERENCE_FIGURES = [
    *("posterior", "recovery", "ranks", "coverage", "predictive", "simulations", "cost", "robustness", "outside"),
]
FIRST_BATCH, (FIRST_REPLICATE, *_) = next(iter(INFERENCE_BATCHES.items()))
FITTED = [
    {"replicates": batch, "backend": backend, "summary": name}
    for backend, names in INFERENCE["flows"].items()
    for name in names
    for batch in INFERENCE_BATCHES
]
SINGLE = [
    rules.infer_in_rounds.output.scores.format(replicates=batch) for batch, numbers in IN_ROUNDS.items() if numbers
]
REFERENCES = [
    rules.sample_reference.output.draws.format(replicates=batch, part=part)
    for batch, parts in REFERENCE_PARTS.items()
    for part in range(len(parts))
]


rule tabulate_inference:
    input:
        scores=[rules.calibrate.output.scores.format(**point) for point in FITTED] + SINGLE,
        robustness=[rules.calibrate.output.robustness.format(**point) for point in FITTED],
        outside=[rules.calibrate.output.outside.format(**point) for point in FITTED],
        alarms=[rules.calibrate.output.alarms.format(**point) for point in FITTED],
        references=REFERENCES,
    output:
        scores=shown(f"{TABLES}/inference.csv"),
        criteria=shown(f"{TABLES}/inference_criteria.csv"),
        robustness=shown(f"{TABLES}/inference_robustness.csv"),
        outside=shown(f"{TABLES}/inference_outside.csv"),
        alarms=shown(f"{TABLES}/inference_alarms.csv"),
        references=shown(f"{TABLES}/inference_references.csv"),
        summary=in_formats("inference_summary"),
        parameters_summary=in_formats("inference_parameters_summary"),
        robustness_summary=in_formats("inference_robustness_summary"),
    log:
        f"{LOGS}/tabulate_inference.log",
    group:
        "inference_results"
    conda:
        "../envs/pathlode.yaml"
    params:
        code=lambda w: code("tabulate_inference"),
        backend=FIRST_BACKEND,
        compared=INFERENCE["compared"],
        targets=INFERENCE["targets"],
    script:
        "../workflow/scripts/tabulate_inference.py"


rule plot_inference:
    input:
        arrays=expand(
            rules.calibrate.output.arrays,
            replicates=FIRST_BATCH,
            backend=FIRST_BACKEND,
            summary=INFERENCE["flows"][FIRST_BACKEND],
        ),
        references=REFERENCES,
        scores=rules.tabulate_inference.output.scores,
        robustness=rules.tabulate_inference.output.robustness,
    output:
        drawn("inference", INFERENCE_FIGURES),
    log:
        f"{LOGS}/plot_inference.log",
    group:
        "inference_results"
    conda:
        "../envs/pathlode.yaml"
    params:
        code=lambda w: code("plot_inference", SYSTEMS.path(INFERRED)),
        system=INFERRED,
        backend=FIRST_BACKEND,
        replicate=FIRST_REPLICATE,
        compared=INFERENCE["compared"],
        predicted=INFERENCE["predicted"],
        outside=INFERENCE["outside"],
    script:
        "../workflow/scripts/plot_inference.py"


rule inference:
    input:
        expand(SIMULATED, replicates=INFERENCE_BATCHES),
        [latent_odes_of(config, point["summary"], rules.train.output.model, point["replicates"]) for point in FITTED],
        [latent_odes_of(config, point["summary"], rules.train.output.history, point["replicates"]) for point in FITTED],
        REFERENCES,
        [
            expand((rules.fit_fresh if point["summary"] in FRESH else rules.fit_flows).output, **point)
            for point in FITTED
        ],
        [expand(rules.calibrate.output, **point) for point in FITTED],
        SINGLE,
        rules.tabulate_inference.output,
        rules.plot_inference.output,
