"""Every entry of every registry in a model that takes it: the cases of the tests that all must pass."""

import dataclasses

import torch

from pathlode.core.series import TimeSeries
from pathlode.core.solve import FixedStep
from pathlode.models.settings import ModelConfig
from pathlode.parts import DEFAULT_PARTS, offered, parts_of, unused_offer, without_unused
from pathlode.registry import FIELDS, LOSSES, MODELS

SIZES = {
    "features": 2,
    "hidden": 6,
    "latent": 4,
    "width": 9,
    "depth": 2,
}  # all different, so that a mixed-up axis shows
SEEDS = (0, 1, 2)
SENSITIVE = {("observed_ode", "galerkin")}
"""A model's parts with which :func:`with_an_effect` makes solutions so sensitive that the solver's tolerance shows."""

KINKED = {"piecewise_linear"}
"""Fields whose slopes jump: the steps of the adaptive solver there depend on rounding."""


def fits(loss, kind):
    """Whether a model offers what a loss needs, and the loss uses what the model must be trained with."""
    needs, offers = LOSSES.words(loss), offered(kind)
    return needs <= offers and unused_offer(offers, needs) is None


def combinations():
    """Every entry of every registry, in the first model that takes it, every field in every model that takes it, and every loss
    with every model that offers its needs. A part that a model has without being asked to is tried by leaving it out."""
    seen = set()
    for kind in MODELS:
        parts = parts_of(kind)
        if "loss" not in parts:
            yield kind, {}, None
            continue
        possible = [loss for loss in LOSSES if fits(loss, kind)]
        yield from ((kind, {}, loss) for loss in possible)
        plain, varied = ("none", "kl") if "none" in possible else 2 * tuple(possible)
        for part, registry in parts.items():
            if part != "loss" and (part != "field" or kind == "observed_ode"):  # other fields follow below
                others = [name for name in registry if name != DEFAULT_PARTS[part]]
                new = [name for name in others if part == "field" or (part, name) not in seen]
                yield from ((kind, {part: name}, plain) for name in new if (kind, name) not in SENSITIVE)
                seen |= {(part, name) for name in new}
        if "encoder" in parts:
            yield kind, {"encoder_hidden": 7}, plain
            yield kind, {"encoder": "lstm", "encoder_hidden": 5}, varied
        if kind == "observed_ode":
            yield kind, {"field": "gated"}, "path_reg"
            yield from ((kind, {"field": name}, "group_lasso") for name in ("linear", "componentwise"))
        elif "field" in parts:
            yield from ((kind, {"field": name}, "kinetic") for name in FIELDS if name != DEFAULT_PARTS["field"])
            yield from ((kind, {"field": "controlled"}, loss) for loss in ("path", "kl"))
            yield kind, {"augment": 1}, "path"


def with_an_effect(model):
    """The model with parameters that start at 0 drawn for each member from its seed, as training would move them from there."""
    for p in model.parameters():
        if not p.any():
            generators = [torch.Generator().manual_seed(seed) for seed in model.seeds]
            p.data = torch.stack([torch.randn(p.shape[1:], generator=each) for each in generators]) / 10
    return model


@dataclasses.dataclass(frozen=True)
class Case:
    kind: str
    changes: dict
    loss: str | None

    @property
    def variational(self):
        return self.loss is not None and "posterior" in LOSSES[self.loss].needs

    def model(self, seeds=SEEDS, **more):
        field = self.changes.get("field", DEFAULT_PARTS["field"])
        shared = without_unused(self.kind, SIZES | {"variational": self.variational} | more, field)
        return with_an_effect(MODELS[self.kind](ModelConfig(**shared | self.changes), seeds))


CASES = [Case(*each) for each in combinations()]
MADE = list({(each.kind, repr(each.changes), each.variational): each for each in CASES}.values())
"""One case of every model that they make: all that a model knows of its loss is whether z0 has a posterior."""
KINDS = list({each.kind: each for each in reversed(CASES)}.values())
"""One case of every kind of model."""


def readable(case, series):
    """The series, or for a model that fits each series by itself one without noise: its fit then does not depend on rounding."""
    if case.kind != "bopdmd":
        return series
    times = series.times
    turned = 6 * times / times.nan_to_num().amax()
    decay = (-turned / 10).exp()
    return TimeSeries(times, torch.stack([decay * turned.cos(), decay * turned.sin()], dim=-1))


def kinked(case):
    return case.changes.get("field") in KINKED


def name_of(case):
    return "-".join([case.kind, *map(str, case.changes.values()), str(case.loss)])


def predict(model, series, query=None, dtype=torch.float32, **options):
    """As in training: with random numbers, if the model takes any."""
    draws = model.draws(steps := 4)
    noise = torch.randn(len(model.seeds), len(series), draws, dtype=dtype) if draws else None
    asked = None if query is None else query.to(dtype)
    given = series.times.to(dtype), series.values.to(dtype)
    return model(*given, asked, noise=noise, solver=FixedStep("rk4", steps), **options)
