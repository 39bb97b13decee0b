"""Updates the README and the pages of the site: generated blocks, values in sentences, and figures."""

import logging
import shutil
from pathlib import Path

import pandas as pd

from pathlode.files import writing
from pathlode.reporting.claims import as_markdown, in_short
from pathlode.reporting.decided_claims import DecidedClaims
from pathlode.reporting.job import job
from pathlode.reporting.pages import fill, insert

FOLDED = "<details><summary>The scores behind it: {}</summary>\n\n{}\n</details>"

with job(snakemake):
    params, files, pages, blocks = snakemake.params, snakemake.input, [], []
    claims = DecidedClaims.load(Path(files.claims)).table
    tables = {name: pd.read_csv(path) for name, path in zip(params.tables, files.tables, strict=True)}
    tables["claims"] = claims
    if params.readme is not None:
        pages.append(Path(params.readme))
        blocks.append((Path(params.readme), "claims", in_short(claims, params.pages or "docs")))
    if params.pages is not None:
        folder = Path(params.pages)
        pages += sorted(folder.glob("*.md"))
        if params.readme is not None:
            blocks.append((folder / "costs.md", "cost", Path(files.costs).read_text()))
        for (chapter, statistic), summary in zip(params.statistics.items(), files.summaries, strict=True):
            scores = FOLDED.format(statistic, Path(summary).read_text())
            content = f"{as_markdown(claims[claims['target'] == chapter])}\n{scores}"
            blocks.append((folder / f"{chapter}.md", f"{params.block}_{chapter}", content))
        for figure in files.figures:
            with writing(folder / Path(figure).name) as temporary:
                shutil.copy(figure, temporary)
    for page in pages:
        before = after = page.read_text()
        for _, name, content in (block for block in blocks if block[0] == page):
            after = insert(after, name, content, str(page))
        if params.readme is not None:  # else the sentences are about another scale
            kept: list[str] = []
            after = fill(after, tables.__getitem__, params.config, str(page), kept.append)
            if kept:
                logging.info("%s: %d values of what this run did not make stay as they were", page, len(kept))
        if after != before:
            with writing(page) as temporary:
                temporary.write_text(after)
    Path(snakemake.output.blocks).write_text("\n\n".join(content.strip() for _, _, content in blocks) + "\n")
