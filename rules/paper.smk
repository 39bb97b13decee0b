# What all chapters end in: the claims, decided from their tables, and what the README shows of them.
#
# in:   config `claims`, claims.yaml, {RESULTS}/tables/*.csv
# out:  {RESULTS}/claims.csv, claims.md      claims
#       {RESULTS}/figures/claims.png, .pdf   plot_claims
#       {RESULTS}/readme.md                  readme: the README with this run's tables; README.md itself is brought up to date


CLAIMED = {chapter: [chapter] for chapter in ("inference", "ecg", "scheduler")}
CLAIMED["dynamics"] = ["dynamics", "training", "sizes_needed", "probes"]


rule paper:
    input:
        f"{RESULTS}/claims.csv",
        f"{RESULTS}/claims.md",
        f"{RESULTS}/claims.tex",
        multiext(f"{RESULTS}/figures/claims", ".png", ".pdf"),
        f"{RESULTS}/readme.md" if config["claims"]["readme"] else [],


rule claims:
    input:
        claims="claims.yaml",
        tables=[f"{TABLES}/{name}.csv" for chapter in config["chapters"] for name in CLAIMED[chapter]],
        source=sources("claims"),
    output:
        csv=report(f"{RESULTS}/claims.csv", caption="../workflow/report/claims.rst", category="Claims"),
        markdown=f"{RESULTS}/claims.md",
        latex=f"{RESULTS}/claims.tex",
    log:
        f"{LOGS}/claims.log",
    conda:
        "../envs/pathlode.yaml"
    params:
        confidence=config["claims"]["confidence"],
        chapters=config["chapters"],
    script:
        "../workflow/scripts/claims.py"


rule plot_claims:
    input:
        claims=rules.claims.output.csv,
        source=sources("plot_claims"),
    output:
        report(f"{RESULTS}/figures/claims.png", caption="../workflow/report/claims_figure.rst", category="Claims"),
        f"{RESULTS}/figures/claims.pdf",
    log:
        f"{LOGS}/plot_claims.log",
    conda:
        "../envs/pathlode.yaml"
    script:
        "../workflow/scripts/plot_claims.py"


rule readme:
    input:
        claims=rules.claims.output.csv,
        summaries=[f"{TABLES}/{chapter}_summary.md" for chapter in config["chapters"]],
        figures=[f"{RESULTS}/figures/{figure}.png" for figure in config["claims"]["figures"]],
        source=sources("readme"),
    output:
        readme=f"{RESULTS}/readme.md",
    log:
        f"{LOGS}/readme.log",
    conda:
        "../envs/pathlode.yaml"
    params:
        readme=config["claims"]["readme"],
        block=config["claims"]["block"],
        chapters=config["chapters"],
    script:
        "../workflow/scripts/readme.py"
