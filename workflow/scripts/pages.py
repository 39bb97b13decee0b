"""Brings the README and the pages of the chapters up to date: their generated blocks and their figures."""

import shutil
from pathlib import Path

import pandas as pd

from pathlode.files import writing
from pathlode.reporting.claims import as_markdown, in_short
from pathlode.reporting.job import job
from pathlode.reporting.pages import insert

FOLDED = "<details><summary>The scores behind it: {}</summary>\n\n{}\n</details>"

with job(snakemake):
    params, claims, blocks = snakemake.params, pd.read_csv(snakemake.input.claims), []
    if params.readme is not None:
        blocks.append((Path(params.readme), "claims", in_short(claims, params.pages or "docs")))
    if params.pages is not None:
        if params.readme is not None:
            blocks.append((Path(params.pages) / "costs.md", "cost", Path(snakemake.input.costs).read_text()))
        for (chapter, statistic), summary in zip(params.statistics.items(), snakemake.input.summaries, strict=True):
            scores = FOLDED.format(statistic, Path(summary).read_text())
            content = f"{as_markdown(claims[claims['target'] == chapter])}\n{scores}"
            blocks.append((Path(params.pages) / f"{chapter}.md", f"{params.block}_{chapter}", content))
        for figure in snakemake.input.figures:
            with writing(Path(params.pages) / Path(figure).name) as temporary:
                shutil.copy(figure, temporary)
    for page, name, content in blocks:
        before = page.read_text()
        after = insert(before, name, content, str(page))
        if after != before:
            with writing(page) as temporary:
                temporary.write_text(after)
    Path(snakemake.output.blocks).write_text("\n\n".join(content.strip() for _, _, content in blocks) + "\n")
