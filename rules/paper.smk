# The end of all chapters: claims decided from their tables, compared with the published ones; provenance; and pages.
#
# in:   config `claims`, claims.yaml, published.csv, {RESULTS}/tables/*.csv; the record of every job, beside its log
# out:  {RESULTS}/claims.csv, .md, .tex       claims: verdicts; settling.csv: the same with fewer replicates
#       {RESULTS}/control.csv                 claims: rate of false verdicts where a setting is compared with itself
#       {RESULTS}/agreement.csv, .md          claims: verdicts beside the published ones
#       {RESULTS}/figures/{claims,settling,agreement}.png, .pdf   plot_claims
#       {RESULTS}/figures/claims_{chapter}.png, .pdf              plot_claims
#       {RESULTS}/provenance.csv              trace: provenance of each file; runtime.csv, runtime.md: cost of each chapter
#       {RESULTS}/pages/                      pages (a target of its own): README, docs/ and published.csv as this run has them

from glob import glob

CLAIMED = {name: kind for chapter in config["chapters"] for name, kind in CHAPTERS[chapter].claimed.items()}


rule paper:
    input:
        f"{RESULTS}/claims.csv",
        f"{RESULTS}/claims.md",
        f"{RESULTS}/claims.tex",
        multiext(f"{RESULTS}/agreement", ".csv", ".md"),
        expand(
            f"{RESULTS}/figures/{{figure}}.{{format}}",
            figure=["claims", "settling", "agreement"],
            format=["png", "pdf"],
        ),
        multiext(f"{RESULTS}/runtime", ".csv", ".md"),
        f"{RESULTS}/provenance.csv",


rule claims:
    input:
        claims=own("claims.yaml"),
        published=own("published.csv"),
        tables=[f"{TABLES}/{name}.csv" for name in CLAIMED],
    output:
        csv=shown(f"{RESULTS}/claims.csv"),
        markdown=f"{RESULTS}/claims.md",
        latex=f"{RESULTS}/claims.tex",
        settling=shown(f"{RESULTS}/settling.csv"),
        control=shown(f"{RESULTS}/control.csv"),
        agreement=shown(f"{RESULTS}/agreement.csv"),
        page=f"{RESULTS}/agreement.md",
    log:
        f"{LOGS}/claims.log",
    group:
        "paper"
    conda:
        "../envs/pathlode.yaml"
    params:
        code=lambda w: code("claims", *CLAIMED.values()),
        confidence=config["claims"]["confidence"],
        looks=config["claims"]["looks"],
        scale=config["scale"],
        chapters=config["chapters"],
        tables=CLAIMED,
    script:
        "../workflow/scripts/claims.py"


rule plot_claims:
    input:
        claims=rules.claims.output.csv,
        settling=rules.claims.output.settling,
        agreement=rules.claims.output.agreement,
    output:
        claims=[shown(f"{RESULTS}/figures/claims.png", "claims_figure"), f"{RESULTS}/figures/claims.pdf"],
        pictures=[shown(f"{RESULTS}/figures/claims_{c}.png", "claims_chapter_figure") for c in config["chapters"]],
        prints=[f"{RESULTS}/figures/claims_{c}.pdf" for c in config["chapters"]],
        settling=[shown(f"{RESULTS}/figures/settling.png", "settling_figure"), f"{RESULTS}/figures/settling.pdf"],
        agreement=[shown(f"{RESULTS}/figures/agreement.png", "agreement_figure"), f"{RESULTS}/figures/agreement.pdf"],
    log:
        f"{LOGS}/plot_claims.log",
    group:
        "paper"
    conda:
        "../envs/pathlode.yaml"
    params:
        code=lambda w: code("plot_claims"),
        chapters=config["chapters"],
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
    group:
        "paper"
    conda:
        "../envs/pathlode.yaml"
    params:
        code=lambda w: code("trace"),
        logs=LOGS,
        chapters={name: chapter for name, chapter in CHAPTER_OF_RULE.items() if chapter in config["chapters"]},
        others=["claims", "plot_claims"],
    script:
        "../workflow/scripts/trace.py"


README, DOCS = config["claims"]["readme"], config["claims"]["pages"]
PAGES = [*([README] if README else []), *(sorted(glob(f"{DOCS}/*.md")) if DOCS else [])]
WHOLE = set(config["chapters"]) == set(CHAPTERS)  # else `settling` would lose the other chapters
TOLD = CLAIMED | {name: kind for chapter in config["chapters"] for name, kind in CHAPTERS[chapter].told.items()}
LEFT_OUT = set(config["systems"]) - set(GRID["systems"])
PAGE_FIGURES = [figure for figure in config["claims"]["figures"] if DOCS and is_drawn(figure, WHOLE, LEFT_OUT)]
WITH_LITERATURE = [chapter for chapter in ("real", "chaos") if chapter in config["chapters"]]  # what others published


rule pages:
    input:
        pages=PAGES,
        published=own("published.csv"),
        claims=rules.claims.output.csv,
        control=rules.claims.output.control,
        tables=[f"{TABLES}/{name}.csv" for name in TOLD],
        summaries=[f"{TABLES}/{chapter}_summary.md" for chapter in config["chapters"]],
        literature=[f"{TABLES}/{chapter}_published.md" for chapter in WITH_LITERATURE],
        figures=[f"{RESULTS}/figures/{figure}.png" for figure in PAGE_FIGURES],
        costs=rules.trace.output.markdown,
        runtime=rules.trace.output.costs,
        stability=[page for page in [f"{RESULTS}/stability.md"] if Path(page).exists()],  # if `make stability` has made it
    output:
        pages=[f"{RESULTS}/pages/{page}" for page in PAGES],
        figures=[f"{RESULTS}/pages/{DOCS}/{Path(figure).name}.png" for figure in PAGE_FIGURES] if DOCS else [],
        published=[f"{RESULTS}/pages/published.csv"] if README else [],
    log:
        f"{LOGS}/pages.log",
    group:
        "paper"
    conda:
        "../envs/pathlode.yaml"
    params:
        code=lambda w: code("pages", *TOLD.values()),
        config=config,
        names=PAGES,
        whole=WHOLE,
        tables=TOLD,
        statistics={chapter: CHAPTERS[chapter].statistic for chapter in config["chapters"]},
        literature=WITH_LITERATURE,
        others=[f"{DOCS}/{chapter}.md" for chapter in CHAPTERS if chapter not in config["chapters"]],
    script:
        "../workflow/scripts/pages.py"
