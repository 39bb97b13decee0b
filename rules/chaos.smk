# Chaos: models of short windows of chaotic flows, their forecasts, and the attractors that they have learnt.
#
# The members of a stack are all flows of a group and all replicates of a batch.
#
# in:   config `chaos`; the package dysts, which has the flows
# out:  {RESULTS}/chaos/{flows}/{replicates}/data.npz                   sample_flows
#       {RESULTS}/chaos/{flows}/{replicates}/{chaos_row}/model.pt       train_flows: all stacked; diverged.json beside it
#       {RESULTS}/chaos/{flows}/{replicates}/scores.csv                 score_flows: all rows; shown.npz beside it
#       tables and figures                                              chaos_results.smk

from workflow.configuration.chaos import asking, chaos_code, chaos_settings, fitted_rows, groups, sampling

CHAOS = config["chaos"]
FLOW_GROUPS = groups(config)
FLOW_ROWS = {name: fitted_rows(config, group.data) for name, group in FLOW_GROUPS.items()}
CHAOS_BATCHES = replicate_batches(config, "chaos")
IN_GROUP = f"{RESULTS}/chaos/{{flows}}/{{replicates}}"


wildcard_constraints:
    flows="|".join(FLOW_GROUPS),
    chaos_row="|".join(CHAOS["rows"]),


rule sample_flows:
    output:
        data=f"{IN_GROUP}/data.npz",
    log:
        f"{LOGS}/sample_flows/{{flows}}/{{replicates}}.log",
    conda:
        "../envs/pathlode.yaml"
    threads: THREADS
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        code=lambda w: code("sample_flows"),
        flows=lambda w: FLOW_GROUPS[w.flows].flows,
        sampling=lambda w: sampling(config, FLOW_GROUPS[w.flows].data),
        suffix=lambda w: CHAOS["data"][FLOW_GROUPS[w.flows].data]["suffix"],
        replicates=lambda w: CHAOS_BATCHES[w.replicates],
    script:
        "../workflow/scripts/sample_flows.py"


rule train_flows:
    input:
        data=rules.sample_flows.output.data,
    output:
        model=f"{IN_GROUP}/{{chaos_row}}/model.pt",
        diverged=f"{IN_GROUP}/{{chaos_row}}/diverged.json",
    log:
        f"{LOGS}/train_flows/{{flows}}/{{replicates}}/{{chaos_row}}.log",
    conda:
        "../envs/pathlode.yaml"
    threads: THREADS
    resources:
        mem_mb=2000,
        runtime=120,
        gpu=0,
    params:
        code=lambda w: code("train_flows", *chaos_code(config, w.chaos_row)),
        settings=lambda w: chaos_settings(config, w.chaos_row),
    script:
        "../workflow/scripts/train_flows.py"


rule score_flows:
    input:
        data=rules.sample_flows.output.data,
        models=lambda w: expand(rules.train_flows.output.model, chaos_row=FLOW_ROWS[w.flows], **w),
        diverged=lambda w: expand(rules.train_flows.output.diverged, chaos_row=FLOW_ROWS[w.flows], **w),
    output:
        scores=f"{IN_GROUP}/scores.csv",
        shown=f"{IN_GROUP}/shown.npz",
    log:
        f"{LOGS}/score_flows/{{flows}}/{{replicates}}.log",
    conda:
        "../envs/pathlode.yaml"
    threads: THREADS
    resources:
        mem_mb=2000,
        runtime=20 + 5 * len(CHAOS["fitted"]),
    params:
        code=lambda w: code("score_flows", *chaos_code(config, *FLOW_ROWS[w.flows], loss=False)),
        rows=lambda w: FLOW_ROWS[w.flows],
        asking=lambda w: [asking(config, row) for row in FLOW_ROWS[w.flows]],
        shown=CHAOS["shown"],
    script:
        "../workflow/scripts/score_flows.py"
