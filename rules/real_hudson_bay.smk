# Pelts of lynx and hare: posteriors of their rates by flows, trained on simulated tables, and by Markov chains.
#
# A replicate's number is the seed of its simulations, its chains, its models and its flows.
#
# in:   config `real.hudson_bay`; the table of pelts, from real.smk
# out:  {RESULTS}/real/hudson_bay/simulated.npz                    simulate_pelts: all replicates
#       {RESULTS}/real/hudson_bay/mcmc.npz                         sample_pelts: posteriors by Markov chains
#       {RESULTS}/real/hudson_bay/{pelt_row}/model.pt             train_pelts: models of all replicates; history.csv
#       {RESULTS}/real/hudson_bay/flows/{pelt_summary}.npz         infer_pelts: posteriors by flows
#       tables and figure                                          real_results.smk

from pathlode.registry import FLOWS
from workflow.configuration.real import VALUES, pelt_code, pelt_settings

OWN_PELTS = REAL["hudson_bay"]
PELT_FOLDER = f"{RESULTS}/real/hudson_bay"
PELT_TABLE = f"{INVENTED if REAL['source'] == 'invented' else f'resources/real/{PELTS[0]}'}/{PELTS[1]}"
PELT_FLOWS = [f"{PELT_FOLDER}/flows/{name}.npz" for name in [*OWN_PELTS["rows"], VALUES]]


wildcard_constraints:
    pelt_row="|".join(OWN_PELTS["rows"]),
    pelt_summary="|".join([*OWN_PELTS["rows"], VALUES]),


rule simulate_pelts:
    input:
        pelts=PELT_TABLE,
    output:
        simulated=f"{PELT_FOLDER}/simulated.npz",
    log:
        f"{LOGS}/simulate_pelts.log",
    conda:
        "../envs/pathlode.yaml"
    resources:
        mem_mb=1500 + OWN_PELTS["simulated"] * len(REAL_REPLICATES) // 500,
        runtime=10 + OWN_PELTS["simulated"] * len(REAL_REPLICATES) // 20_000,
    params:
        code=lambda w: code("simulate_pelts"),
        replicates=REAL_REPLICATES,
        simulated=OWN_PELTS["simulated"],
        within=OWN_PELTS["within"],
    script:
        "../workflow/scripts/simulate_pelts.py"


rule sample_pelts:
    input:
        pelts=PELT_TABLE,
    output:
        posteriors=f"{PELT_FOLDER}/mcmc.npz",
    log:
        f"{LOGS}/sample_pelts.log",
    conda:
        "../envs/pathlode.yaml"
    resources:
        mem_mb=1500,
        runtime=10 + OWN_PELTS["mcmc"]["attempts"] * len(REAL_REPLICATES),
    params:
        code=lambda w: code("sample_pelts"),
        replicates=REAL_REPLICATES,
        mcmc=OWN_PELTS["mcmc"],
        draws=OWN_PELTS["draws"],
    script:
        "../workflow/scripts/sample_pelts.py"


rule train_pelts:
    input:
        simulated=rules.simulate_pelts.output.simulated,
    output:
        model=f"{PELT_FOLDER}/{{pelt_row}}/model.pt",
        history=f"{PELT_FOLDER}/{{pelt_row}}/history.csv",
    log:
        f"{LOGS}/train_pelts/{{pelt_row}}.log",
    conda:
        "../envs/pathlode.yaml"
    threads: THREADS
    resources:
        mem_mb=1500 + OWN_PELTS["simulated"] * len(REAL_REPLICATES) // 500,
        runtime=20 + OWN_PELTS["train"]["steps"] * len(REAL_REPLICATES) // 1000,
    params:
        code=lambda w: code("train_pelts", *pelt_code(config, w.pelt_row, loss=True)),
        replicates=REAL_REPLICATES,
        validation=OWN_PELTS["validation"],
        settings=lambda w: pelt_settings(config, w.pelt_row),
    script:
        "../workflow/scripts/train_pelts.py"


rule infer_pelts:
    input:
        pelts=PELT_TABLE,
        simulated=rules.simulate_pelts.output.simulated,
        model=lambda w: (
            [] if w.pelt_summary == VALUES else rules.train_pelts.output.model.format(pelt_row=w.pelt_summary)
        ),
    output:
        posteriors=f"{PELT_FOLDER}/flows/{{pelt_summary}}.npz",
    log:
        f"{LOGS}/infer_pelts/{{pelt_summary}}.log",
    conda:
        "../envs/pathlode.yaml"
    threads: THREADS
    resources:
        mem_mb=2000 + OWN_PELTS["simulated"] * len(REAL_REPLICATES) // 500,
        runtime=20 + OWN_PELTS["flow"]["steps"] * len(REAL_REPLICATES) // 500,
    params:
        code=lambda w: code("infer_pelts", FLOWS.path("zuko"), *pelt_code(config, w.pelt_summary)),
        replicates=REAL_REPLICATES,
        flow=OWN_PELTS["flow"],
        draws=OWN_PELTS["draws"],
    script:
        "../workflow/scripts/infer_pelts.py"
