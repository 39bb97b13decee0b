"""The page of a report on a recording, as HTML that a browser shows without other files."""

import base64
from collections.abc import Iterable, Mapping, Sequence
from html import escape

from pathlode.ecg.beat_model_card import MACRO, BeatModelCard
from pathlode.ecg.recording_summary import RecordingSummary

NOTICE = (
    "This is no medical device: it is research software, which nobody has approved for diagnosis or treatment. "
    "Let a physician read the recording."
)
"""Printed by the command, and the first paragraph of the page."""
CLASS_NAMES = {
    "N": "normal, bundle branch block or escape",
    "S": "supraventricular ectopic",
    "V": "ventricular ectopic",
    "F": "fusion of a ventricular and a normal beat",
    "Q": "paced or unclassifiable",
}
"""What each class of :data:`pathlode.ecg.records.CLASSES` is."""
SOURCES = {"mitdb": "the MIT-BIH Arrhythmia Database", "invented": "invented data"}
"""What :attr:`pathlode.ecg.beats.Beats.source` stands for."""
FIBRILLATION = (
    "In atrial fibrillation, whose intervals are irregular without ectopic beats, normal beats are often called S: do not read "
    "the share of S as one of ectopic beats there. Beats called S in an irregular rhythm have a flag."
)
"""A paragraph of the page."""
_STYLE = (
    "body{font:16px/1.5 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222}"
    "table{border-collapse:collapse;margin:1rem 0}td,th{padding:.2rem .8rem;text-align:left;border-bottom:1px solid #ccc}"
    "td.number,th.number{text-align:right}img{width:100%}p.notice{border:2px solid #D55E00;padding:.6rem}"
)


def how_well(card: BeatModelCard, rate: float) -> str:
    """Sentences on how well a model does, from its card, at the scored rate nearest to a recording's."""
    rows, each = card.scores_nearest(rate), []
    for name in "SV":
        if name in rows and rows[name]["recall"] is not None:
            recall, precision = rows[name]["recall"], rows[name]["precision"]
            each.append(
                f"of beats of class {name} it finds {recall:.0%}, and {precision:.0%} of those it calls {name} are so"
            )
    records = f"{len(card.records['test'])} records of {SOURCES.get(card.source, card.source)}"
    known = "absent from training" if card.new_patients else "that it was trained on too"
    scores = "; ".join([f"its macro F1 is {rows[MACRO]['f1']:.2f}", *each])
    return (
        f"At the annotated beats of {records}, {known}, sampled at {rows[MACRO]['rate_hz']:g} Hz, {scores}. Where beats must "
        "be found first, it can do worse."
    )


def report_page(summary: RecordingSummary, card: BeatModelCard, picture: bytes) -> str:
    """The page.

    Args:
        summary: of :meth:`pathlode.ecg.report.Report.summary`.
        card: of the model.
        picture: a PNG file.
    """
    title = f"Heartbeats of {summary.record}"
    parts = [
        f"<h1>{escape(title)}</h1>",
        f'<p class="notice">{escape(NOTICE)} {escape(how_well(card, summary.rate_hz))}</p>',
        _table(None, _overview(summary, card)),
        f"<p>{escape(FIBRILLATION)}</p>",
        f'<img alt="RR intervals, share of ectopic beats, rhythm strips" src="data:image/png;base64,{_encoded(picture)}">',
        "<h2>Beats by class</h2>",
        _table(("class", "", "beats", "share"), _classes(summary)),
        "<h2>Longest RR intervals</h2>",
        _table(("begin", "seconds"), [(clock(row["time_s"]), f"{row['seconds']:.2f}") for row in summary.pauses]),
        *_agreement(summary),
        "<h2>About the recording</h2>",
        "<ul>" + "".join(f"<li>{escape(sentence)}</li>" for sentence in _remarks(summary)) + "</ul>",
        "<h2>About the model</h2>",
        _table(("class", "beats", "sensitivity", "predictivity", "F1"), _scores(card, summary.rate_hz)),
        f"<p>{escape(_made(card))}</p>",
    ]
    head = f'<meta charset="utf-8"><title>{escape(title)}</title><style>{_STYLE}</style>'
    return f'<!doctype html>\n<html lang="en"><head>{head}</head>\n<body>\n' + "\n".join(parts) + "\n</body></html>\n"


def clock(seconds: float) -> str:
    """Hours, minutes and seconds."""
    minutes, rest = divmod(round(seconds, 1), 60)
    return f"{int(minutes // 60)}:{int(minutes % 60):02d}:{rest:04.1f}"


def _overview(summary: RecordingSummary, card: BeatModelCard) -> list[tuple[str, str]]:
    rows = [
        ("Lead and rate", f"{summary.lead}, {summary.rate_hz:.6g} Hz"),
        ("Duration", clock(summary.seconds)),
        ("Beats", f"{summary.beats:,}, of which {summary.classified:,} are classified"),
        ("Heart rate", _heart_rate(summary.heart_rate)),
        ("Called supraventricular ectopic (S)", _share("S", summary, card)),
        ("Called ventricular ectopic (V)", _share("V", summary, card)),
    ]
    return rows + [(f"Classified beats with the flag “{flag}”", f"{n:,}") for flag, n in summary.flagged.items()]


def _heart_rate(rates: Mapping[str, float | None]) -> str:
    if rates["median"] is None:
        return "unknown, as all RR intervals are"
    return f"{rates['median']:.0f} per minute; nine of ten beats {rates['low']:.0f} to {rates['high']:.0f}"


def _share(name: str, summary: RecordingSummary, card: BeatModelCard) -> str:
    """Share of the beats that are called a class, beside the share of such calls that was right in the model's scores."""
    of_class = card.scores_nearest(summary.rate_hz).get(name)
    right = of_class["precision"] if of_class else None
    said = "" if right is None else f"; in the model's scores, {right:.0%} of the beats called {name} were so"
    return f"{summary.burden[name]:.2%}{said}"


def _classes(summary: RecordingSummary) -> list[tuple[str, str, str, str]]:
    of = summary.classified
    return [
        (
            name,
            CLASS_NAMES[name],
            *((f"{n:,}", f"{n / of:.2%}") if name in summary.known else ("–", "not known to the model")),
        )
        for name, n in summary.counts.items()
    ]


def _agreement(summary: RecordingSummary) -> list[str]:
    if not summary.agreement:
        return []
    rows = [
        (name, f"{row['n']:,}", _shown(row["sensitivity"], ".1%"), _shown(row["predictivity"], ".1%"))
        for name, row in summary.agreement.items()
    ]
    head = ("class", "annotated beats", "sensitivity", "predictivity")
    return ["<h2>Agreement with the recording's own annotations</h2>", _table(head, rows)]


def _remarks(summary: RecordingSummary) -> list[str]:
    said = list(summary.found)
    said += [f"{seconds:.1f} s of the signal are {reason}" for reason, seconds in summary.invalid_seconds.items()]
    said += [f"{count:,} beats are left out: {reason}" for reason, count in summary.left_out.items()]
    marks = summary.marks_that_are_no_beats.items()
    return said + [f"{count:,} marks {symbol!r} are no beats" for symbol, count in marks]


def _scores(card: BeatModelCard, rate: float) -> list[tuple[str, ...]]:
    return [
        (row["class"], f"{row['n']:,}", *(_shown(row[name], ".3f") for name in ("recall", "precision", "f1")))
        for row in card.scores_nearest(rate).values()
    ]


def _made(card: BeatModelCard) -> str:
    beats, records = card.beats, card.records
    return (
        f"It was trained on {beats['train']:,} beats of {card.source}, records {', '.join(records['train'])}, and "
        f"scored on {beats['test']:,} beats of the records {', '.join(records['test'])}; pathlode {card.version}, commit "
        f"{card.commit}."
    )


def _shown(share: float | None, form: str) -> str:
    return "–" if share is None else format(share, form)


def _table(head: Sequence[str] | None, rows: Iterable[Sequence[str]]) -> str:
    """A table, with numbers and the titles above them to the right, if it has titles."""
    cells = list(rows)
    titles = [
        _cell("th", title, any(map(_is_number, column))) for title, *column in zip(head or [], *cells, strict=False)
    ]
    lines = [titles] if titles else []
    lines += [[_cell("td", cell, head is not None and _is_number(cell)) for cell in row] for row in cells]
    return "<table>" + "".join(f"<tr>{''.join(line)}</tr>" for line in lines) + "</table>"


def _cell(tag: str, text: str, number: bool) -> str:
    return f"<{tag}{' class=number' if number else ''}>{escape(text)}</{tag}>"


def _is_number(text: str) -> bool:
    return text[:1].isdigit()


def _encoded(picture: bytes) -> str:
    return base64.b64encode(picture).decode()
