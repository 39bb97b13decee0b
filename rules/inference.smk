# Paper [A], inference: posteriors of a simulated system's parameters and initial state, from summaries of its data.
#
# A replicate is a whole experiment: its data, latent ODEs (tuning included), flows, test systems and their reference posteriors all
# come from its number. Replicates come in batches, as in dynamics.smk.
#
# in:   config `inference`; the data and latent ODEs of its system, from dynamics.smk
# out:  {RESULTS}/inference/{replicates}/reference/{part}.npz              sample_reference: posteriors of held-out systems, by MCMC
#       {RESULTS}/inference/{replicates}/{backend}/{summary}/flows.pt      fit_flows: all numbers of simulations and replicates
#                                                                          fit_fresh: one flow, on simulations drawn as it goes
#       {RESULTS}/inference/{replicates}/rounds/scores.csv                 infer_in_rounds: posteriors of one system a replicate
#       {RESULTS}/inference/{replicates}/{backend}/{summary}/scores.csv    calibrate; robustness.csv, outside.csv, alarms.csv, posteriors.npz
#       tables and figures                                                 inference_results.smk

from pathlode.registry import EMBEDDINGS, FLOWS, SYSTEMS
from workflow.configuration.inference import AT_ONCE, design_settings, reference_parts, rounds_flow
from workflow.configuration.summaries import (
    flow_settings,
    fresh_summaries,
    fresh_training,
    latent_odes_of,
    started_from,
    summary_entries,
    summary_settings,
)
from workflow.configuration.replicates import replicate_batches

INFERENCE = config["inference"]
INFERRED = config["systems"][INFERENCE["system"]]["system"]
OBSERVED = config["systems"][INFERENCE["system"]]["simulate"]
INFERENCE_BATCHES = replicate_batches(config, "inference")
(SIMULATED,) = expand(rules.simulate.output.data, system=INFERENCE["system"], allow_missing=True)
REFERENCE_PARTS = {
    batch: reference_parts(numbers, INFERENCE["reference"]["systems"]) for batch, numbers in INFERENCE_BATCHES.items()
}
INFERRED_FROM = f"{RESULTS}/inference/{{replicates}}"
FLOW_FOLDER = f"{INFERRED_FROM}/{{backend}}/{{summary}}"
FRESH = fresh_summaries(INFERENCE)
FIRST_BACKEND = next(iter(INFERENCE["flows"]))
IN_ROUNDS = {batch: numbers[: INFERENCE["rounds"]["replicates"]] for batch, numbers in INFERENCE_BATCHES.items()}
MOST_SETS = max(map(len, INFERENCE["training_sets"].values()))  # of a library; jobs of an array request equal resources
LARGEST_SET = max(map(max, INFERENCE["training_sets"].values()))
MOST_STEPS = max(entry.get("steps", INFERENCE["flow"]["steps"]) for entry in [{}, *INFERENCE["budgets"]])
IN_MEMORY = OBSERVED["train"] * INFERENCE["batch"] // 40  # MB of the data of a batch


wildcard_constraints:
    part=r"\d+",
    backend="|".join(FLOWS),
    summary="|".join(INFERENCE["summaries"]),


rule sample_reference:
    input:
        data=SIMULATED,
    output:
        draws=f"{INFERRED_FROM}/reference/{{part}}.npz",
    log:
        f"{LOGS}/sample_reference/{{replicates}}/{{part}}.log",
    conda:
        "../envs/pathlode.yaml"
    threads: THREADS
    resources:
        mem_mb=1000 + IN_MEMORY,
        runtime=20 + AT_ONCE * INFERENCE["reference"]["mcmc"]["steps"] // 500,
    params:
        code=lambda w: code("sample_reference", SYSTEMS.path(INFERRED)),
        replicates=lambda w: INFERENCE_BATCHES[w.replicates],
        held_out=lambda w: REFERENCE_PARTS[w.replicates][int(w.part)],
        system=INFERRED,
        noise=OBSERVED["noise"],
        mcmc=INFERENCE["reference"]["mcmc"],
        repeated=INFERENCE["reference"]["repeated"],
        second=INFERENCE["reference"]["second"],
        draws=INFERENCE["reference"]["draws"],
        predicted=INFERENCE["predicted"],
    script:
        "../workflow/scripts/sample_reference.py"


rule fit_flows:
    input:
        data=SIMULATED,
        model=lambda w: latent_odes_of(config, w.summary, rules.train.output.model, w.replicates),
    output:
        flows=f"{FLOW_FOLDER}/flows.pt",
        history=f"{FLOW_FOLDER}/history.csv",
    log:
        f"{LOGS}/fit_flows/{{replicates}}/{{backend}}/{{summary}}.log",
    wildcard_constraints:
        summary="|".join(name for name in INFERENCE["summaries"] if name not in FRESH),
    conda:
        "../envs/pathlode.yaml"
    threads: THREADS
    resources:
        mem_mb=2000 + IN_MEMORY + LARGEST_SET // 100,
        runtime=30 + MOST_STEPS * INFERENCE["batch"] * MOST_SETS // 500,
        gpu=0,
    params:
        code=lambda w: code(
            "fit_flows", FLOWS.path(w.backend), SYSTEMS.path(INFERRED), *summary_entries(config, w.summary)
        ),
        system=INFERRED,
        training_sets=lambda w: INFERENCE["training_sets"][w.backend],
        observing={key: OBSERVED[key] for key in ("points", "window", "noise")},
        replicates=lambda w: INFERENCE_BATCHES[w.replicates],
        summary=lambda w: summary_settings(INFERENCE, w.summary),
        flow=lambda w: [flow_settings(INFERENCE, w.summary, size) for size in INFERENCE["training_sets"][w.backend]],
    script:
        "../workflow/scripts/fit_flows.py"


rule fit_fresh:
    input:
        start=lambda w: started_from(config, w.summary, rules.train.output.model, w.replicates),
    output:
        flows=f"{FLOW_FOLDER}/flows.pt",
        history=f"{FLOW_FOLDER}/history.csv",
    log:
        f"{LOGS}/fit_fresh/{{replicates}}/{{backend}}/{{summary}}.log",
    wildcard_constraints:
        summary="|".join(FRESH),
    conda:
        "../envs/pathlode.yaml"
    threads: THREADS
    resources:
        mem_mb=2000,
        runtime=lambda w: 30 + fresh_training(INFERENCE, w.summary)["steps"] // 100,
        gpu=0,
    params:
        code=lambda w: code(
            "fit_fresh", FLOWS.path(w.backend), SYSTEMS.path(INFERRED), *summary_entries(config, w.summary)
        ),
        system=INFERRED,
        replicate=lambda w: INFERENCE_BATCHES[w.replicates][0],
        window=OBSERVED["window"],
        designs=design_settings(config),
        summary=lambda w: summary_settings(INFERENCE, w.summary),
        flow=lambda w: flow_settings(INFERENCE, w.summary),
        train=lambda w: fresh_training(INFERENCE, w.summary),
    script:
        "../workflow/scripts/fit_fresh.py"


rule infer_in_rounds:
    input:
        references=lambda w: expand(
            rules.sample_reference.output.draws, part=range(len(REFERENCE_PARTS[w.replicates])), **w
        ),
    output:
        scores=f"{INFERRED_FROM}/rounds/scores.csv",
    log:
        f"{LOGS}/infer_in_rounds/{{replicates}}.log",
    conda:
        "../envs/pathlode.yaml"
    threads: THREADS
    resources:
        mem_mb=3000,
        runtime=lambda w: 30 + 20 * len(IN_ROUNDS[w.replicates]),
        gpu=0,
    params:
        code=lambda w: code(
            "infer_in_rounds", FLOWS.path(FIRST_BACKEND), EMBEDDINGS.path("perceptron"), SYSTEMS.path(INFERRED)
        ),
        replicates=lambda w: IN_ROUNDS[w.replicates],
        system=INFERRED,
        noise=OBSERVED["noise"],
        flow=rounds_flow(INFERENCE) | {"backend": FIRST_BACKEND},
        rounds={key: INFERENCE["rounds"][key] for key in ("rounds", "simulations", "left_out")},
    script:
        "../workflow/scripts/infer_in_rounds.py"


rule calibrate:
    input:
        data=SIMULATED,
        model=lambda w: latent_odes_of(config, w.summary, rules.train.output.model, w.replicates),
        flows=f"{FLOW_FOLDER}/flows.pt",
        references=lambda w: expand(
            rules.sample_reference.output.draws, part=range(len(REFERENCE_PARTS[w.replicates])), **w
        ),
    output:
        scores=f"{FLOW_FOLDER}/scores.csv",
        robustness=f"{FLOW_FOLDER}/robustness.csv",
        outside=f"{FLOW_FOLDER}/outside.csv",
        alarms=f"{FLOW_FOLDER}/alarms.csv",
        arrays=f"{FLOW_FOLDER}/posteriors.npz",
    log:
        f"{LOGS}/calibrate/{{replicates}}/{{backend}}/{{summary}}.log",
    conda:
        "../envs/pathlode.yaml"
    threads: THREADS
    resources:
        mem_mb=3000 + IN_MEMORY,
        runtime=60 + 30 * INFERENCE["batch"] * MOST_SETS,
    params:
        code=lambda w: code(
            "calibrate", FLOWS.path(w.backend), SYSTEMS.path(INFERRED), *summary_entries(config, w.summary)
        ),
        system=INFERRED,
        replicates=lambda w: INFERENCE_BATCHES[w.replicates],
        summary=lambda w: summary_settings(INFERENCE, w.summary),
        observing={key: OBSERVED[key] for key in ("points", "window", "noise")},
        ensemble=lambda w: w.summary in INFERENCE["ensembles"],
        robustness=INFERENCE["robustness"],
        outside=INFERENCE["outside"],
        draws=INFERENCE["draws"],
        reference_draws=INFERENCE["reference"]["draws"],
        predicted=INFERENCE["predicted"],
    script:
        "../workflow/scripts/calibrate.py"
