# What all chapters end in: the claims, decided from their tables, and the README's claim table.
#
# in:   claims.yaml, {RESULTS}/tables/*.csv
# out:  {RESULTS}/claims.csv, claims.md    claims
#       {RESULTS}/readme.md                readme: the README with this run's table; README.md itself is brought up to date


rule paper:
    input:
        f"{RESULTS}/claims.csv",
        f"{RESULTS}/claims.md",
        f"{RESULTS}/readme.md" if config["claims"]["readme"] else [],


rule claims:
    input:
        claims="claims.yaml",
        tables=[rules.tabulate.output.dynamics],
        source=sources("claims"),
    output:
        csv=report(f"{RESULTS}/claims.csv", caption="../workflow/report/claims.rst", category="Claims"),
        markdown=f"{RESULTS}/claims.md",
    log:
        f"{LOGS}/claims.log",
    benchmark:
        f"{BENCHMARKS}/claims.tsv"
    conda:
        "../envs/pathlode.yaml"
    params:
        confidence=config["claims"]["confidence"],
    script:
        "../workflow/scripts/claims.py"


rule readme:
    input:
        claims=rules.claims.output.markdown,
        figure=f"{RESULTS}/figures/dynamics/{GRID['systems'][0]}/{GRID['encoders'][0]}/error_in_time.png",
        source=sources("readme"),
    output:
        readme=f"{RESULTS}/readme.md",
    log:
        f"{LOGS}/readme.log",
    benchmark:
        f"{BENCHMARKS}/readme.tsv"
    conda:
        "../envs/pathlode.yaml"
    params:
        readme=config["claims"]["readme"],
    script:
        "../workflow/scripts/readme.py"
