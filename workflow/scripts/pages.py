"""Makes the README, the pages of the site and the published verdicts, with the tables, values and figures of this run.

Nothing in the checkout changes; `make pages` copies the results there.
"""

import logging
import shutil
from pathlib import Path

from pathlode.errors import ConfigError
from pathlode.plots.claims import papers_claims
from pathlode.plots.style import save_figure
from pathlode.reporting.agreement import publish, read_published
from pathlode.reporting.claim_tables import as_markdown, in_short
from pathlode.reporting.decided_claims import DecidedClaims, FalseVerdicts
from pathlode.reporting.job import job
from pathlode.reporting.pages import fill, insert, insert_rows
from pathlode.reporting.tables import ResultTable, load_tables

SCALE = "*The run at the scale `{}`.*"
FOLDED = "<details><summary>The scores behind it: {}</summary>\n\n{}\n</details>"

with job(snakemake):
    params, files, made, blocks = snakemake.params, snakemake.input, snakemake.output, []
    asked = params.config["claims"]
    readme, docs = asked["readme"], asked["pages"]
    if not params.names:
        raise ConfigError(
            "config: claims.readme and claims.pages are null, so this scale has no pages; name them in its file"
        )
    claims = DecidedClaims.load(Path(files.claims)).table
    published = publish(read_published(Path(files.published)), claims, round(1 - asked["confidence"], 9))
    tables = load_tables(params.tables, files.tables)
    tables["claims"], control = published, FalseVerdicts.load(Path(files.control)).table
    if control["cells"].all():  # else this run compared no setting with itself
        tables["control"] = control
    if params.whole:
        tables[asked["costs"]] = ResultTable.load(Path(files.runtime)).table
    blocks += [(readme, "claims", in_short(published, docs or "docs"))]
    blocks += [(f"{docs}/costs.md", asked["costs"], Path(files.costs).read_text())]
    for about, table in zip(params.literature, files.literature, strict=True):
        blocks.append((f"{docs}/{about}.md", f"published_{about}", Path(table).read_text()))
    for stability in files.stability:
        blocks.append((f"{docs}/claims.md", "stability", Path(stability).read_text().partition("\n## ")[0]))
    for chapter, decided in published.groupby("target"):
        own = f"{SCALE.format(decided['scale'].iloc[0])}\n\n{as_markdown(decided)}"
        blocks.append((f"{docs}/{chapter}.md", f"claims_{chapter}", own))
    for (chapter, statistic), summary in zip(params.statistics.items(), files.summaries, strict=True):
        scores = FOLDED.format(statistic, Path(summary).read_text())
        blocks.append((f"{docs}/{chapter}.md", f"scores_{chapter}", scores))
    for page, source, path in zip(params.names, files.pages, made.pages, strict=True):
        text = Path(source).read_text()
        for _, name, content in (block for block in blocks if block[0] == page):
            text = (insert_rows if name == asked["costs"] else insert)(text, name, content, page)
        if page not in params.others:  # those show another run
            kept: list[str] = []
            text = fill(text, tables.__getitem__, params.config, page, kept.append)
            if kept:
                logging.info("%s: %d values of what this run did not make stay as they were", page, len(kept))
        Path(path).write_text(text)
    for figure, path in zip(files.figures, made.figures, strict=True):
        if Path(figure).stem == "claims":  # of all chapters, also of those that other runs made
            save_figure(papers_claims(published), path)
        else:
            shutil.copy(figure, path)
    for path in made.published:
        DecidedClaims(published).save(Path(path))
