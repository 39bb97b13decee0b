"""The units in which models compute: mean and standard deviation of training data."""

import torch
from torch import Tensor

from pathlode.core.series import TimeSeries
from pathlode.core.shapes import Mask, Values


def units_of(series: TimeSeries, elapsed: bool = False) -> dict[str, Tensor]:
    """Mean and standard deviation of each feature, (set, 1, 1, feature), and of the times, (set, 1, 1), by name.

    They are in the precision of the series. Missing values do not count, nor do times at which nothing was observed. Standard
    deviations that would be 0 are 1: of a constant, and of a feature that was never observed.

    Args:
        series: one set of series, or several.
        elapsed: whether times count from each series' first one.
    """
    times = series.times if series.sets else series.times[None]
    times = times - times[..., :1] if elapsed else times
    values = series.values if series.sets else series.values[None]
    if series.mask is None:
        mean, std = values.mean(dim=(1, 2), keepdim=True), values.std(dim=(1, 2), keepdim=True)
        time_mean, time_std = times.mean(dim=(1, 2), keepdim=True), times.std(dim=(1, 2), keepdim=True)
    else:
        mask = series.mask if series.sets else series.mask[None]
        mean, std = _observed_units(values, mask)
        present = mask.any(dim=-1, keepdim=True)
        time_mean, time_std = (unit[..., 0] for unit in _observed_units(times[..., None], present))
    return {"mean": mean, "std": _positive(std), "time_mean": time_mean, "time_std": _positive(time_std)}


def units_of_context(series: TimeSeries) -> dict[str, Tensor]:
    """Mean and standard deviation, by name, of each static covariate, (set, 1, covariate), and input, (set, 1, 1, input).

    They are in double precision, and only of what the series have.
    """
    units: dict[str, Tensor] = {}
    if series.static is not None:
        static = (series.static if series.sets else series.static[None]).double()
        mean, std = static.mean(dim=1, keepdim=True), static.std(dim=1, keepdim=True).nan_to_num(nan=0.0)
        units |= {"static_mean": mean, "static_std": _positive(std)}
    if series.inputs is not None:
        inputs = (series.inputs.values if series.sets else series.inputs.values[None]).double()
        mean, std = _observed_units(inputs, ~inputs.isnan())
        units |= {"input_mean": mean, "input_std": _positive(std)}
    return units


def _observed_units(values: Values, mask: Mask) -> tuple[Tensor, Tensor]:
    number = mask.sum(dim=(1, 2), keepdim=True)
    mean = values.where(mask, 0.0).sum(dim=(1, 2), keepdim=True) / number.clamp_min(1)
    squares = (values - mean).where(mask, 0.0).square().sum(dim=(1, 2), keepdim=True)
    return mean, (squares / (number - 1).clamp_min(1)).sqrt()


def _positive(std: Tensor) -> Tensor:
    return torch.where(std > 0, std, torch.ones_like(std))
