"""Brings the README's tables and figures up to date."""

import shutil
from pathlib import Path

import pandas as pd

from pathlode.claims import as_markdown
from pathlode.files import writing
from pathlode.job import job
from pathlode.readme import insert

FOLDED = "<details><summary>The scores behind it: {}</summary>\n\n{}\n</details>"
STATISTICS = {"scheduler": "means over runs, median eigenvalue; differences in points [interval]; CPU seconds"}

with job(snakemake):
    readme, params = Path(snakemake.params.readme), snakemake.params
    claims, text = pd.read_csv(snakemake.input.claims), readme.read_text()
    for chapter, summary in zip(params.chapters, snakemake.input.summaries, strict=True):
        decided = as_markdown(claims[claims["target"] == chapter])
        block = f"{decided}\n{FOLDED.format(STATISTICS.get(chapter, 'median over seeds [range]'), Path(summary).read_text())}"
        text = insert(text, f"{params.block}_{chapter}", block, str(readme))
    text = insert(text, "cost", Path(snakemake.input.costs).read_text(), str(readme))
    Path(snakemake.output.readme).write_text(text)
    if text != readme.read_text():
        with writing(readme) as temporary:
            temporary.write_text(text)
    for figure in snakemake.input.figures:
        with writing(readme.parent / "docs" / Path(figure).name) as temporary:
            shutil.copy(figure, temporary)
