"""Whether a recording is upside down, as after an exchange of electrodes."""

from dataclasses import replace

import numpy as np

from pathlode.ecg.peaks import Peaks
from pathlode.ecg.recordings import Recording
from pathlode.errors import ConfigError, DataError

POLARITIES = ("checked", "kept", "flipped")
"""What to do with a recording's sign. It is refused if it seems to be upside down, taken as it is, or changed."""
DOWN = 2.0
"""A usual QRS complex that reaches so many times as far down as up is taken for upside down."""
_AROUND = 0.08, 0.25  # seconds around the R peak: of the QRS complex, and of what its level is compared with


def upright(recording: Recording, peaks: Peaks, polarity: str = "checked") -> Recording:
    """The recording with QRS complexes that point up, as most of the training data.

    Args:
        recording: the recording.
        peaks: its R peaks.
        polarity: one of :data:`POLARITIES`.

    Raises:
        DataError: if it is checked and the median QRS complex points down, see :data:`DOWN`.
        ConfigError: if the polarity is unknown.
    """
    if polarity not in POLARITIES:
        raise ConfigError(f"the polarity is {polarity!r}, expected {', '.join(POLARITIES)}")
    if polarity == "flipped":
        return replace(recording, microvolts=-recording.microvolts)
    if polarity == "checked":
        up, down = heights(recording, peaks)
        if down > DOWN * up:
            raise DataError(
                f"{recording.name} seems to be upside down: the usual QRS complex of lead {recording.lead} reaches {up:.2g} mV "
                f"up and {down:.2g} mV down; if so, set the polarity to flipped, and if this lead is so, to kept"
            )
    return recording


def heights(recording: Recording, peaks: Peaks) -> tuple[float, float]:
    """How far the usual QRS complex reaches up and down from the median of its surroundings, in millivolts."""
    radius, wide = (max(1, round(seconds * recording.rate)) for seconds in _AROUND)
    near = (peaks[:, None] + np.arange(-wide, wide + 1)).clip(0, len(recording.microvolts) - 1)
    signal = recording.microvolts[near]
    signal = signal - np.median(signal, axis=1, keepdims=True)
    complex_ = signal[:, wide - radius : wide + radius + 1]
    return float(np.median(complex_.max(axis=1))) / 1000, float(np.median(-complex_.min(axis=1))) / 1000
