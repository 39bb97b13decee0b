# Paper [A], inference: posteriors of what a simulated system varies, from summaries of its data.
#
# in:   config `inference`, and of its system the data and latent ODEs of dynamics.smk
# out:  {RESULTS}/inference/reference/{number}.npz                   sample_reference: the exact posterior of a held-out system
#       {RESULTS}/inference/{backend}/{summary}/{n}/{seed}.pt        fit_flows: all numbers of simulations and seeds
#       {RESULTS}/inference/{backend}/{summary}/scores.csv           calibrate; robustness.csv, posteriors.npz beside it
#       tables and figures                                           inference_results.smk

INFERENCE = config["inference"]
OBSERVED = config["systems"][INFERENCE["system"]]["simulate"]
SIMULATED = rules.simulate.output.data.format(system=INFERENCE["system"])
FITTED = [{"backend": backend, "summary": name} for backend, names in INFERENCE["flows"].items() for name in names]
FLOW = f"{RESULTS}/inference/{{backend}}/{{summary}}"
REFERENCES = expand(f"{RESULTS}/inference/reference/{{number}}.npz", number=range(INFERENCE["reference"]["systems"]))


wildcard_constraints:
    number=r"\d+",
    backend="|".join(FLOWS),
    summary="|".join(INFERENCE["summaries"]),


rule sample_reference:
    input:
        data=SIMULATED,
        source=sources("sample_reference", SYSTEMS.module(config["systems"][INFERENCE["system"]]["system"])),
    output:
        draws=f"{RESULTS}/inference/reference/{{number}}.npz",
    log:
        f"{LOGS}/sample_reference/{{number}}.log",
    conda:
        "../envs/pathlode.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=20,
    params:
        system=config["systems"][INFERENCE["system"]]["system"],
        noise=OBSERVED["noise"],
        chains=INFERENCE["reference"]["chains"],
        draws=INFERENCE["draws"],
    script:
        "../workflow/scripts/sample_reference.py"


rule fit_flows:
    input:
        data=SIMULATED,
        model=lambda w: latents_of(config, w.summary, rules.train.output.model),
        source=lambda w: sources("fit_flows", FLOWS.module(w.backend), "pathlode.encoders"),
    output:
        flows=expand(
            f"{FLOW}/{{n}}/{{seed}}.pt", n=INFERENCE["training_sets"], seed=INFERENCE["seeds"], allow_missing=True
        ),
        history=f"{FLOW}/history.csv",
    log:
        f"{LOGS}/fit_flows/{{backend}}/{{summary}}.log",
    conda:
        "../envs/pathlode.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=lambda w: 30 + INFERENCE["flow"]["steps"] * len(INFERENCE["seeds"]) // 100,
        gpu=0,
    params:
        system=config["systems"][INFERENCE["system"]]["system"],
        summary=lambda w: summary(INFERENCE, w.summary),
        flow=lambda w: flow(INFERENCE, w.summary),
    script:
        "../workflow/scripts/fit_flows.py"


rule calibrate:
    input:
        data=SIMULATED,
        model=lambda w: latents_of(config, w.summary, rules.train.output.model),
        flows=rules.fit_flows.output.flows,
        references=REFERENCES,
        source=lambda w: sources("calibrate", FLOWS.module(w.backend), "pathlode.encoders"),
    output:
        scores=f"{FLOW}/scores.csv",
        robustness=f"{FLOW}/robustness.csv",
        arrays=f"{FLOW}/posteriors.npz",
    log:
        f"{LOGS}/calibrate/{{backend}}/{{summary}}.log",
    conda:
        "../envs/pathlode.yaml"
    threads: 1
    resources:
        mem_mb=3000,
        runtime=60,
    params:
        system=config["systems"][INFERENCE["system"]]["system"],
        summary=lambda w: summary(INFERENCE, w.summary),
        seeds=INFERENCE["seeds"],
        observing={key: OBSERVED[key] for key in ("points", "window", "noise")},
        robustness=INFERENCE["robustness"],
        outside=INFERENCE["outside"],
        draws=INFERENCE["draws"],
        robust_draws=INFERENCE["robust_draws"],
        predicted=INFERENCE["predicted"],
    script:
        "../workflow/scripts/calibrate.py"
