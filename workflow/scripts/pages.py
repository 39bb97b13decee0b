"""Makes the README, the pages of the site and the published verdicts, with the tables, values and figures of this run.

Nothing in the checkout changes; `make pages` copies the results there.
"""

import logging
import shutil
from pathlib import Path

from pathlode.errors import ConfigError
from pathlode.reporting.agreement import publish, read_published
from pathlode.reporting.claim_tables import as_markdown, in_short
from pathlode.reporting.decided_claims import DecidedClaims, FalseVerdicts
from pathlode.reporting.job import job
from pathlode.reporting.pages import fill, insert
from pathlode.reporting.tables import ResultTable

FOLDED = "<details><summary>The scores behind it: {}</summary>\n\n{}\n</details>"

with job(snakemake):
    params, files, blocks = snakemake.params, snakemake.input, []
    asked = params.config["claims"]
    readme, docs = asked["readme"], asked["pages"]
    if not params.names:
        raise ConfigError(
            "config: claims.readme and claims.pages are null, so this scale has no pages; name them in its file"
        )
    claims = DecidedClaims.load(Path(files.claims)).table
    published = publish(read_published(Path(files.published)), claims)
    tables = {name: ResultTable.load(Path(path)).table for name, path in zip(params.tables, files.tables, strict=True)}
    tables |= {"claims": claims, "control": FalseVerdicts.load(Path(files.control)).table}
    if readme is not None:
        blocks.append((readme, "claims", in_short(published, docs or "docs")))
        blocks.append((f"{docs}/costs.md", "cost", Path(files.costs).read_text()))
        for others in files.others:
            blocks.append((f"{docs}/real.md", "published_real", Path(others).read_text()))
        for stability in files.stability:
            blocks.append((f"{docs}/claims.md", "stability", Path(stability).read_text().partition("\n## ")[0]))
    for (chapter, statistic), summary in zip(params.statistics.items(), files.summaries, strict=True):
        scores = FOLDED.format(statistic, Path(summary).read_text())
        content = f"{as_markdown(claims[claims['target'] == chapter])}\n{scores}"
        blocks.append((f"{docs}/{chapter}.md", f"{asked['block']}_{chapter}", content))
    for page, source, made in zip(params.names, files.pages, snakemake.output.pages, strict=True):
        text = Path(source).read_text()
        for _, name, content in (block for block in blocks if block[0] == page):
            text = insert(text, name, content, page)
        if readme is not None:  # else the sentences are about another scale
            kept: list[str] = []
            text = fill(text, tables.__getitem__, params.config, page, kept.append)
            if kept:
                logging.info("%s: %d values of what this run did not make stay as they were", page, len(kept))
        Path(made).write_text(text)
    for figure, made in zip(files.figures, snakemake.output.figures, strict=True):
        shutil.copy(figure, made)
    for made in snakemake.output.published:
        DecidedClaims(published).save(Path(made))
