# The same run three times more, each time with one thing changed: do its verdicts stay? `make stability` makes all of it.
#
# in:   config `stability`, published.csv, {RESULTS}/claims.csv, and {RESULTS}/stability/{variation}/claims.csv of the repeated runs,
#       each the rule claims with `--config variation=...`
# out:  {RESULTS}/stability.csv, .md      stability: counts and conditions, one row per variation and reference
#       {RESULTS}/stability_cells.csv     stability: the same cell by cell

from workflow.variations import VARIATIONS, decided


rule stability:
    input:
        published=own("published.csv"),
        base=lambda w: decided(Path(RESULTS) / "claims.csv", config),
        repeated=lambda w: [
            decided(Path(RESULTS) / "stability" / name / "claims.csv", config, repeated=True) for name in VARIATIONS
        ],
    output:
        table=shown(f"{RESULTS}/stability.csv"),
        page=f"{RESULTS}/stability.md",
        cells=f"{RESULTS}/stability_cells.csv",
    log:
        f"{LOGS}/stability.log",
    conda:
        "../envs/pathlode.yaml"
    params:
        code=lambda w: code("stability"),
        variations=VARIATIONS,
        changed=config["stability"]["changed"],
    script:
        "../workflow/scripts/stability.py"
