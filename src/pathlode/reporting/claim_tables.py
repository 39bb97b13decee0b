"""Decided claims as tables for readers."""

import pandas as pd

from pathlode.reporting.claim_entries import CONTROL, OWN
from pathlode.reporting.naming import readable
from pathlode.reporting.verdicts import VERDICTS

DAGGER = "†"
"""Mark of a verdict that is no discovery after Benjamini and Hochberg's correction."""


def as_markdown(table: pd.DataFrame) -> str:
    """One table per target, with one row per claim and one column per system.

    Claims and systems that were not run are left out, as are comparisons of a setting with itself, and seconds.

    Args:
        table: rows of :class:`pathlode.reporting.decided_claims.DecidedClaims`; so below.
    """
    tables = _made(table).groupby("target", sort=False)
    return "\n".join(_one_target(rows, str(target)) for target, rows in tables)


def in_short(table: pd.DataFrame, pages: str) -> str:
    """The papers' own claims in one table without numbers: the systems by verdict.

    Args:
        table: the decided claims.
        pages: the folder with one page per target, to which the last column links.
    """
    made = _made(table)
    lines = [f"| claim | {' | '.join(VERDICTS)} | details |", f"|{' --- |' * (len(VERDICTS) + 2)}"]
    for name, rows in made[made["paper"] != OWN].groupby("id", sort=False):
        first = rows.iloc[0]
        named = rows["where"].map(readable) + rows.apply(_mark, axis=1)
        where = {verdict: ", ".join(of) for verdict, of in named.groupby(rows["verdict"])}
        cells = [f"**{name}** {first['claim']}", *(where.get(verdict, "") for verdict in VERDICTS)]
        lines.append(f"| {' | '.join(cells)} | [`snakemake {first['target']}`]({pages}/{first['target']}.md) |")
    return "\n".join(lines) + "\n"


def for_print(table: pd.DataFrame) -> pd.DataFrame:
    """The claims as a table of text, one row per claim and system: id, where, claim, ratio, margin, n, verdict, q."""
    made = table[table["n"] > 0]
    ratios = pd.Series(
        [interval_text(row["ratio"], row["low"], row["high"]) for _, row in made.iterrows()], made.index, dtype=str
    )
    words = {"id": made["id"], "where": made["where"].map(readable), "claim": made["claim"], "ratio": ratios}
    margins = made["margin"].map("{:.3g}".format)
    rates = made["q"].map(lambda q: "" if pd.isna(q) else f"{q:.2g}")
    return pd.DataFrame(words | {"margin": margins, "n": made["n"], "verdict": made["verdict"], "q": rates})


def interval_text(ratio: float, low: float, high: float) -> str:
    """A ratio with its interval, such as ``2 [1.4, 2.7]``; without a ratio, nothing."""
    return "" if pd.isna(ratio) else f"{_short(ratio)} [{_short(low)}, {_short(high)}]"


def _made(table: pd.DataFrame) -> pd.DataFrame:
    return table[(table["n"] > 0) & (table["paper"] != CONTROL)]


def _one_target(table: pd.DataFrame, target: str) -> str:
    systems = list(table["where"].unique())
    head = ["claim", "paper's value", *map(readable, systems), "target"]
    lines = [f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}"]
    for name, rows in table.groupby("id", sort=False):
        first, cells = rows.iloc[0], {row["where"]: _cell(row) for _, row in rows.iterrows()}
        published = "–" if pd.isna(first["paper_value"]) else f"{first['paper_value']:g}"
        statement = f"**{name}** ({_made_by(rows)}) {first['claim']}"
        line = [statement, published, *(cells.get(system, "") for system in systems), f"`snakemake {target}`"]
        lines.append(f"| {' | '.join(line)} |")
    return "\n".join(lines) + "\n"


def _made_by(rows: pd.DataFrame) -> str:
    """Who makes a claim: a paper, ours, or both, such as ``A; ours on Lorenz-63``."""
    papers = rows.loc[rows["paper"] != OWN, "paper"]
    if papers.empty:
        return OWN
    silent = ", ".join(rows.loc[rows["paper"] == OWN, "where"].map(readable))
    return f"{papers.iloc[0]}; {OWN} on {silent}" if silent else str(papers.iloc[0])


def _cell(row: pd.Series) -> str:
    return f"**{row['verdict']}**{_mark(row)} {interval_text(row['ratio'], row['low'], row['high'])}"


def _mark(row: pd.Series) -> str:
    """A dagger at a decided verdict that does not survive the correction for many claims."""
    return DAGGER if row["survives"] == "no" and row["verdict"] != "undecided" else ""


def _short(value: float) -> str:
    """Two digits, or three near 1, where the third shows on which side of 1 a ratio lies."""
    return f"{value:.3g}" if 0.9 < value < 1.1 else f"{value:.2g}"
