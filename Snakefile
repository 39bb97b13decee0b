# pathlode: every figure, table and claim of three papers on path-minimized latent ODEs.
#
#   snakemake                      everything (profiles/default says how many cores)
#   snakemake dynamics             one chapter
#   snakemake results/claims.csv   one file
#
# simulate -> tune -> train, size -> evaluate -> probe, tables -> figures -> claims, each arrow a file under results/.


configfile: "config.yaml"


include: "rules/common.smk"
include: "rules/dynamics.smk"
include: "rules/dynamics_results.smk"
include: "rules/paper.smk"


rule all:
    default_target: True
    input:
        rules.dynamics.input,
        rules.paper.input,
