"""Measures of how far orbits of a learnt system are from an attractor, in space, in frequency and in the mean.

All take orbits (orbit, time, feature) of one system at regular times. Orbits of one length may be many: points and spectra of
all are pooled. Two independent samples of the same attractor do not give 0, so a measure means something only beside its
value for these.

Source: Koppe et al. 2019 (https://arxiv.org/abs/1902.07186) and Mikhaeil et al. 2022 (https://arxiv.org/abs/2110.07238) for
both divergences.
"""

import numpy as np
from scipy.ndimage import gaussian_filter1d

from pathlode.arrays import Array

STATE_BINS = 30
"""Bins of the histogram in each feature."""
STATE_MARGIN = 0.1
"""How far the bins reach beyond the true orbits' range on each side, in their standard deviation."""
COUNT = 1e-5
"""What is added to each bin, so that none is empty (Laplace's rule)."""


def state_space_divergence(orbits: Array, truth: Array) -> float:
    """D_stsp = Σ_k p_k log(p_k / q_k) over bins of the state space, with p the share of the true points in a bin and q that
    of the others. Points outside all bins count in the denominator of q.

    Args:
        orbits: of the learnt system, (orbit, time, feature).
        truth: true orbits, with the same features.
    """
    low, high, std = truth.min(axis=(0, 1)), truth.max(axis=(0, 1)), truth.std(axis=(0, 1))
    edges = np.linspace(low - STATE_MARGIN * std, high + STATE_MARGIN * std, STATE_BINS + 1)
    p, q = (_shares(part.reshape(-1, truth.shape[-1]), edges) for part in (truth, orbits))
    return float((p * np.log(p / q)).sum())


def _shares(points: Array, edges: Array) -> Array:
    """Share of the points in each bin, (bin,)."""
    with np.errstate(invalid="ignore", over="ignore"):
        places = np.floor((points - edges[0]) / (edges[1] - edges[0]))
    inside = ((places >= 0) & (places < STATE_BINS)).all(axis=1)
    flat = np.ravel_multi_index(tuple(places[inside].astype(np.intp).T), (STATE_BINS,) * points.shape[1])
    counts = np.bincount(flat, minlength=STATE_BINS ** points.shape[1]) + COUNT
    return np.asarray(counts / (len(points) + COUNT * len(counts)), dtype=np.float64)


def spectral_distance(orbits: Array, truth: Array, smoothing: float) -> float:
    """D_H = mean over features of √(1 - Σ_f √(P_f Q_f)), the Hellinger distance of the power spectra, from 0 to 1.

    A spectrum is that of the standardised feature, without its mean, averaged over the orbits, smoothed by a Gaussian filter,
    and divided by its sum. A feature that does not vary has no spectrum and the distance 1.

    Args:
        orbits: of the learnt system, (orbit, time, feature).
        truth: true orbits at the same times.
        smoothing: standard deviation of the filter, in bins of the spectrum.
    """
    found, true = (spectrum(part, smoothing) for part in (orbits, truth))
    overlap = np.sqrt(found * true).sum(axis=0)
    return float(np.sqrt((1 - overlap).clip(0, 1)).mean())


def spectrum(orbits: Array, smoothing: float) -> Array:
    """The smoothed power spectrum that :func:`spectral_distance` compares, (frequency, feature), whose sum is 1, or 0 for a
    feature that does not vary. Frequencies are those of :func:`numpy.fft.rfftfreq`."""
    centred = orbits.astype(np.float64) - orbits.mean(axis=(0, 1), dtype=np.float64)
    power = np.square(np.abs(np.fft.rfft(centred, axis=1))).mean(axis=0)
    power = power * (centred.std(axis=(0, 1)) > 1e-9)
    smooth = gaussian_filter1d(power, smoothing, axis=0)
    total = smooth.sum(axis=0)
    return np.asarray(smooth / np.where(total > 0, total, 1.0))


def mean_error(orbits: Array, truth: Array) -> float:
    """Root mean square over the features of the difference of the means in time, in standard deviations of the true orbits."""
    difference = (orbits.mean(axis=(0, 1), dtype=np.float64) - truth.mean(axis=(0, 1), dtype=np.float64)) / truth.std(
        axis=(0, 1)
    )
    return float(np.sqrt(np.square(difference).mean()))
