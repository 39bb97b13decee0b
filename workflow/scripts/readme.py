"""Brings the README's tables and figures up to date."""

import shutil
from pathlib import Path

from pathlode.files import writing
from pathlode.job import job
from pathlode.readme import insert

with job(snakemake.log[0], snakemake.threads):
    readme = Path(snakemake.params.readme)
    claims, errors = (Path(table).read_text() for table in (snakemake.input.claims, snakemake.input.errors))
    folded = f"<details><summary>The errors behind it: median over seeds [range]</summary>\n\n{errors}\n</details>"
    text = insert(readme.read_text(), snakemake.params.block, f"{claims}\n{folded}", str(readme))
    Path(snakemake.output.readme).write_text(text)
    if text != readme.read_text():
        with writing(readme) as temporary:
            temporary.write_text(text)
    for figure in snakemake.input.figures:
        with writing(readme.parent / "docs" / Path(figure).name) as temporary:
            shutil.copy(figure, temporary)
