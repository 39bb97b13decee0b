"""Whether a recording is upside down, as after an exchange of electrodes."""

from dataclasses import dataclass, replace

import numpy as np

from pathlode.ecg.recording.placement import Peaks
from pathlode.ecg.recording.recordings import Recording
from pathlode.errors import ConfigError, DataError

POLARITIES = ("checked", "kept", "flipped")
"""What to do with a recording's sign. It is refused if it seems to be upside down, taken as it is, or changed."""
DOWN = 2.0
"""A usual QRS complex that reaches so many times as far down as up points down."""
SEEN = 0.03
"""Millivolts that a usual P wave reaches further down than up, from which on it points down."""
_AROUND = 0.08, 0.45  # seconds around the R peak: of the QRS complex, and of the waves whose median is its level
_P_WAVE, _T_WAVE = (-0.34, -0.08), (0.15, 0.45)  # seconds from the R peak


@dataclass(frozen=True)
class Waves:
    """How far a recording's waves reach up and down, in millivolts.

    Attributes:
        qrs: up and down from the median of the beat, the medians over the QRS complexes.
        p: those of the median beat's P wave, from the median of the part in which it lies.
        t: those of its T wave, from the median of the beat.
    """

    qrs: tuple[float, float]
    p: tuple[float, float]
    t: tuple[float, float]

    @property
    def points_down(self) -> bool:
        """Whether the usual QRS complex points down, see :data:`DOWN`. In some patients it does with electrodes in place."""
        return self.qrs[1] > DOWN * self.qrs[0]

    @property
    def upside_down(self) -> bool:
        """Whether it points down, and a clear P wave (:data:`SEEN`) or the T wave as well."""
        return self.points_down and (self.p[1] - self.p[0] >= SEEN or self.t[1] > self.t[0])


def upright(recording: Recording, peaks: Peaks, polarity: str = "checked") -> Recording:
    """The recording as most of the training data, or with a sentence about a QRS complex that points down.

    Args:
        recording: the recording.
        peaks: its R peaks.
        polarity: one of :data:`POLARITIES`.

    Raises:
        DataError: if it is checked and the recording is :attr:`Waves.upside_down`.
        ConfigError: if the polarity is unknown.
    """
    if polarity not in POLARITIES:
        raise ConfigError(f"the polarity is {polarity!r}, expected {', '.join(POLARITIES)}")
    if polarity == "flipped":
        return replace(recording, microvolts=-recording.microvolts)
    if polarity == "checked":
        waves = usual_waves(recording, peaks)
        up, down = waves.qrs
        usual = f"the usual QRS complex of lead {recording.lead} reaches {up:.2g} mV up and {down:.2g} mV down"
        if waves.upside_down:
            raise DataError(
                f"{recording.name} seems to be upside down: {usual}, and the waves beside it point down; if so, set the "
                "polarity to flipped, and if this lead is so, to kept"
            )
        if waves.points_down:
            said = f"{usual}, but the waves beside it do not point down, so the recording was taken as it is"
            return replace(recording, found=[*recording.found, said])
    return recording


def usual_waves(recording: Recording, peaks: Peaks) -> Waves:
    """The reaches of a recording's waves."""
    radius, wide = (max(1, round(seconds * recording.rate)) for seconds in _AROUND)
    offsets = np.arange(-wide, wide + 1)
    signal = recording.microvolts[(peaks[:, None] + offsets).clip(0, len(recording.microvolts) - 1)] / 1000
    signal -= np.median(signal, axis=1, keepdims=True)
    complexes = signal[:, np.abs(offsets) <= radius]
    qrs = float(np.median(complexes.max(axis=1))), float(np.median(-complexes.min(axis=1)))
    beat, seconds = np.median(signal, axis=0), offsets / recording.rate
    p, t = (beat[(seconds >= begin) & (seconds <= end)] for begin, end in (_P_WAVE, _T_WAVE))
    p = p - np.median(p)
    return Waves(qrs, (float(p.max()), float(-p.min())), (float(t.max()), float(-t.min())))
