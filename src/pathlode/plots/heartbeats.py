"""The picture of a report on a recording of heartbeats."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MultipleLocator

from pathlode.arrays import Array
from pathlode.ecg.records import CLASSES
from pathlode.ecg.report import Report
from pathlode.plots.ecg import CLASS_COLOURS
from pathlode.plots.style import BLACK, WIDTH

STRIP = 10.0
"""Seconds of a rhythm strip."""
BINS = 48
"""Largest number of bins of the share of ectopic beats."""
_UNITS = ((7200.0, 3600.0, "h"), (180.0, 60.0, "min"), (0.0, 1.0, "s"))  # from a duration on: a unit, its name


def recording_report(report: Report) -> Figure:
    """RR intervals by class, the share of S and V beats over time, the rhythm strip with most S and V beats, and that of the
    longest RR interval."""
    figure, axes = plt.subplots(4, 1, figsize=(WIDTH, 8.2), layout="constrained", height_ratios=(3, 2, 2, 2))
    unit, name = next(each[1:] for each in _UNITS if report.beats.recording.seconds >= each[0])
    _intervals(axes[0], report, unit)
    _ectopic_share(axes[1], report, unit)
    axes[1].set(xlabel=f"time ({name})", ylabel="S and V beats (%)")
    _strip(axes[2], report, busiest(report), "most S and V beats")
    begin, length = (report.pauses() or [(0.0, 0.0)])[0]
    _strip(axes[3], report, begin + length / 2 - STRIP / 2, f"longest RR interval, {length:.2f} s")
    return figure


def busiest(report: Report) -> float:
    """Begin of the :data:`STRIP` with most S and V beats; half a second before the first beat if there are none."""
    times = report.beats.times
    ectopic = times[np.isin(report.classes, [CLASSES.index(name) for name in "SV"])]
    if not len(ectopic):
        return float(times[0]) - 0.5
    following = np.searchsorted(ectopic, ectopic + STRIP - 1) - np.arange(len(ectopic))
    return float(ectopic[following.argmax()]) - 0.5


def _intervals(axis: Axes, report: Report, unit: float) -> None:
    """RR interval before each beat against its time, long ones at the edge."""
    before, times = np.r_[np.nan, report.beats.intervals][report.beats.used], report.beats.times
    known = before[np.isfinite(before)]
    high = 1.3 * float(np.quantile(known, 0.995)) if len(known) else 1.0  # a first beat alone has no interval before it
    for label, name in enumerate(CLASSES):
        mine = report.classes == label
        if mine.any():
            shown = before[mine].clip(max=high)
            axis.plot(times[mine] / unit, shown, ".", ms=2.5, color=CLASS_COLOURS[name], label=name, rasterized=True)
    seconds = report.beats.recording.seconds
    axis.set(ylabel="RR interval before (s)", xlim=(0, seconds / unit), ylim=(0, 1.05 * high))
    axis.legend(ncols=len(CLASSES), loc="lower left", markerscale=3, handletextpad=0.1, columnspacing=1)


def _ectopic_share(axis: Axes, report: Report, unit: float) -> None:
    seconds = report.beats.recording.seconds
    edges = np.linspace(0, seconds, max(1, min(BINS, int(seconds // 60))) + 1)
    beats, bottom = np.histogram(report.beats.times, edges)[0], np.zeros(len(edges) - 1)
    for name in "SV":
        mine = report.beats.times[report.classes == CLASSES.index(name)]
        share = 100 * np.histogram(mine, edges)[0] / np.maximum(beats, 1)
        axis.bar(
            edges[:-1] / unit, share, np.diff(edges) / unit, bottom, align="edge", color=CLASS_COLOURS[name], label=name
        )
        bottom += share
    axis.set(xlim=(0, seconds / unit), ylim=(0, max(1.0, 1.1 * float(bottom.max()))))


def _strip(axis: Axes, report: Report, begin: float, title: str) -> None:
    """A rhythm strip on the grid of ECG paper, of 0.2 s and 0.5 mV, with the class above each beat; small for flagged ones."""
    recording = report.beats.recording
    begin = min(max(begin, 0.0), max(recording.seconds - STRIP, 0.0))
    first, last = int(begin * recording.rate), int((begin + STRIP) * recording.rate)
    signal: Array = recording.microvolts[first:last] / 1000
    signal = np.where(recording.invalid[first:last] > 0, np.nan, signal - np.median(signal))
    seconds = np.arange(first, first + len(signal)) / recording.rate
    axis.plot(seconds, signal, color=BLACK, lw=0.7)
    low, high = (np.nanmin(signal), np.nanmax(signal)) if np.isfinite(signal).any() else (-1.0, 1.0)
    inside = np.flatnonzero((report.beats.times >= begin) & (report.beats.times < begin + STRIP))
    flags = report.flags if len(inside) else []
    for beat in inside:
        name = CLASSES[report.classes[beat]]
        size = 6 if flags[beat] else 9
        axis.text(report.beats.times[beat], high + 0.1, name, color=CLASS_COLOURS[name], ha="center", size=size)
    axis.xaxis.set_major_locator(MultipleLocator(1.0))
    axis.xaxis.set_minor_locator(MultipleLocator(0.2))
    axis.yaxis.set_major_locator(MultipleLocator(0.5 * max(1.0, np.ceil((high - low) / 4))))
    axis.grid(which="both", color="#E8C4C4", lw=0.4)
    axis.set_title(title, loc="left")
    axis.set(xlabel="time (s)", ylabel="mV", xlim=(begin, begin + STRIP), ylim=(low - 0.2, high + 0.5))
