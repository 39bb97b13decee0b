# The end of all chapters: claims decided from their tables, provenance, and the generated parts of the README and the pages.
#
# in:   config `claims`, claims.yaml, {RESULTS}/tables/*.csv; the record of every job, beside its log
# out:  {RESULTS}/claims.csv, claims.md      claims
#       {RESULTS}/figures/claims.png, .pdf   plot_claims
#       {RESULTS}/provenance.csv             trace: provenance of each file; runtime.csv, runtime.md: cost of each chapter
#       {RESULTS}/pages.md                   pages: this run's blocks of the README and of docs/, which it updates

from pathlib import Path

CHAPTER_OF_RULE = {rule.name: Path(rule.snakefile).stem.removesuffix("_results") for rule in workflow.rules}
CLAIMED = [name for chapter in config["chapters"] for name in CHAPTERS[chapter].claimed]


rule paper:
    input:
        f"{RESULTS}/claims.csv",
        f"{RESULTS}/claims.md",
        f"{RESULTS}/claims.tex",
        multiext(f"{RESULTS}/figures/claims", ".png", ".pdf"),
        multiext(f"{RESULTS}/runtime", ".csv", ".md"),
        f"{RESULTS}/provenance.csv",
        f"{RESULTS}/pages.md" if config["claims"]["readme"] or config["claims"]["pages"] else [],


rule claims:
    input:
        claims=own("claims.yaml"),
        tables=[f"{TABLES}/{name}.csv" for name in CLAIMED],
    output:
        csv=shown(f"{RESULTS}/claims.csv"),
        markdown=f"{RESULTS}/claims.md",
        latex=f"{RESULTS}/claims.tex",
    log:
        f"{LOGS}/claims.log",
    conda:
        "../envs/pathlode.yaml"
    params:
        code=lambda w: code("claims"),
        confidence=config["claims"]["confidence"],
        chapters=config["chapters"],
        tables=CLAIMED,
    script:
        "../workflow/scripts/claims.py"


rule plot_claims:
    input:
        claims=rules.claims.output.csv,
    output:
        shown(f"{RESULTS}/figures/claims.png", "claims_figure"),
        f"{RESULTS}/figures/claims.pdf",
    log:
        f"{LOGS}/plot_claims.log",
    conda:
        "../envs/pathlode.yaml"
    params:
        code=lambda w: code("plot_claims"),
    script:
        "../workflow/scripts/plot_claims.py"


rule trace:
    input:
        made=[getattr(rules, chapter).input for chapter in config["chapters"]],
        claims=[rules.claims.output, rules.plot_claims.output],
    output:
        files=shown(f"{RESULTS}/provenance.csv"),
        costs=shown(f"{RESULTS}/runtime.csv"),
        markdown=f"{RESULTS}/runtime.md",
    log:
        f"{LOGS}/trace.log",
    conda:
        "../envs/pathlode.yaml"
    params:
        code=lambda w: code("trace"),
        logs=LOGS,
        chapters={name: chapter for name, chapter in CHAPTER_OF_RULE.items() if chapter in config["chapters"]},
        others=["claims", "plot_claims"],
    script:
        "../workflow/scripts/trace.py"


PAGE_FIGURES = [
    figure for figure in config["claims"]["figures"] if Path(figure).parts[0] in ("claims", *config["chapters"])
]

for figure in config["claims"]["figures"]:
    if not any(rule.is_producer(f"{RESULTS}/figures/{figure}.png") for rule in workflow.rules):
        raise WorkflowError(
            f"config: claims.figures names {figure!r}, which no rule makes; name one that a run leaves in {RESULTS}/figures"
        )


rule pages:
    input:
        claims=rules.claims.output.csv,
        tables=rules.claims.input.tables,
        summaries=[f"{TABLES}/{chapter}_summary.md" for chapter in config["chapters"]],
        figures=[f"{RESULTS}/figures/{figure}.png" for figure in PAGE_FIGURES],
        costs=rules.trace.output.markdown,
    output:
        blocks=f"{RESULTS}/pages.md",
    log:
        f"{LOGS}/pages.log",
    conda:
        "../envs/pathlode.yaml"
    params:
        code=lambda w: code("pages"),
        config=config,
        tables=CLAIMED,
        readme=config["claims"]["readme"],
        pages=config["claims"]["pages"],
        block=config["claims"]["block"],
        statistics={chapter: CHAPTERS[chapter].statistic for chapter in config["chapters"]},
    script:
        "../workflow/scripts/pages.py"
