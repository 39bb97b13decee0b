# Paper [A], inference: posteriors of a simulated system's parameters and initial state, from summaries of its data.
#
# in:   config `inference`; the data and latent ODEs of its system, from dynamics.smk
# out:  {RESULTS}/inference/reference/{batch}.npz                    sample_reference: posteriors of held-out systems, by MCMC
#       {RESULTS}/inference/{backend}/{summary}/{n}/{seed}.pt        fit_flows: all numbers of simulations and seeds
#       {RESULTS}/inference/{backend}/{summary}/scores.csv           calibrate; robustness.csv, outside.csv, posteriors.npz
#       tables and figures                                           inference_results.smk

from pathlode.registry import FLOWS, SYSTEMS
from workflow.configuration.inference import batches, flow_settings, inference_batch, latents_of
from workflow.configuration.inference import summary_entries, summary_settings

INFERENCE = config["inference"]
INFERRED = config["systems"][INFERENCE["system"]]["system"]
OBSERVED = config["systems"][INFERENCE["system"]]["simulate"]
SIMULATED = rules.simulate.output.data.format(**inference_batch(config))
FITTED = [{"backend": backend, "summary": name} for backend, names in INFERENCE["flows"].items() for name in names]
FLOW_FOLDER = f"{RESULTS}/inference/{{backend}}/{{summary}}"
BATCHES = batches(INFERENCE["reference"]["systems"])
REFERENCES = expand(f"{RESULTS}/inference/reference/{{batch}}.npz", batch=range(len(BATCHES)))


wildcard_constraints:
    batch=r"\d+",
    backend="|".join(FLOWS),
    summary="|".join(INFERENCE["summaries"]),


rule sample_reference:
    input:
        data=SIMULATED,
    output:
        draws=f"{RESULTS}/inference/reference/{{batch}}.npz",
    log:
        f"{LOGS}/sample_reference/{{batch}}.log",
    conda:
        "../envs/pathlode.yaml"
    threads: 1
    resources:
        mem_mb=1000 + OBSERVED["train"] // 40,
        runtime=20 + len(BATCHES[0]) * INFERENCE["reference"]["mcmc"]["steps"] // 500,
    params:
        code=lambda w: code("sample_reference", SYSTEMS.path(INFERRED)),
        numbers=lambda w: BATCHES[int(w.batch)],
        system=INFERRED,
        noise=OBSERVED["noise"],
        mcmc=INFERENCE["reference"]["mcmc"],
        draws=INFERENCE["reference"]["draws"],
        predicted=INFERENCE["predicted"],
    script:
        "../workflow/scripts/sample_reference.py"


rule fit_flows:
    input:
        data=SIMULATED,
        model=lambda w: latents_of(config, w.summary, rules.train.output.model),
    output:
        flows=expand(
            f"{FLOW_FOLDER}/{{n}}/{{seed}}.pt",
            n=INFERENCE["training_sets"],
            seed=INFERENCE["seeds"],
            allow_missing=True,
        ),
        history=f"{FLOW_FOLDER}/history.csv",
    log:
        f"{LOGS}/fit_flows/{{backend}}/{{summary}}.log",
    conda:
        "../envs/pathlode.yaml"
    threads: 1
    resources:
        mem_mb=2000 + OBSERVED["train"] // 40,
        runtime=30 + INFERENCE["flow"]["steps"] * len(INFERENCE["seeds"]) * len(INFERENCE["training_sets"]) // 500,
        gpu=0,
    params:
        code=lambda w: code(
            "fit_flows", FLOWS.path(w.backend), SYSTEMS.path(INFERRED), *summary_entries(config, w.summary)
        ),
        system=INFERRED,
        training_sets=INFERENCE["training_sets"],
        seeds=INFERENCE["seeds"],
        summary=lambda w: summary_settings(INFERENCE, w.summary),
        flow=lambda w: flow_settings(INFERENCE, w.summary),
    script:
        "../workflow/scripts/fit_flows.py"


rule calibrate:
    input:
        data=SIMULATED,
        model=lambda w: latents_of(config, w.summary, rules.train.output.model),
        flows=rules.fit_flows.output.flows,
        references=REFERENCES,
    output:
        scores=f"{FLOW_FOLDER}/scores.csv",
        robustness=f"{FLOW_FOLDER}/robustness.csv",
        outside=f"{FLOW_FOLDER}/outside.csv",
        arrays=f"{FLOW_FOLDER}/posteriors.npz",
    log:
        f"{LOGS}/calibrate/{{backend}}/{{summary}}.log",
    conda:
        "../envs/pathlode.yaml"
    threads: 1
    resources:
        mem_mb=3000 + OBSERVED["train"] // 40,
        runtime=60 + 30 * len(INFERENCE["seeds"]) * len(INFERENCE["training_sets"]),
    params:
        code=lambda w: code(
            "calibrate", FLOWS.path(w.backend), SYSTEMS.path(INFERRED), *summary_entries(config, w.summary)
        ),
        system=INFERRED,
        seeds=INFERENCE["seeds"],
        summary=lambda w: summary_settings(INFERENCE, w.summary),
        observing={key: OBSERVED[key] for key in ("points", "window", "noise")},
        robustness=INFERENCE["robustness"],
        outside=INFERENCE["outside"],
        draws=INFERENCE["draws"],
        reference_draws=INFERENCE["reference"]["draws"],
        predicted=INFERENCE["predicted"],
    script:
        "../workflow/scripts/calibrate.py"
