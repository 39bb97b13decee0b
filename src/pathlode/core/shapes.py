"""Types of tensors by role, each with its axes.

Axes: ``member`` (the stacked models, one per seed), ``batch`` (trajectories), ``time`` (observations of a trajectory),
``feature`` (measured quantities), ``covariate`` (quantities that do not change in time), ``latent`` (dimensions of z),
``state`` (dimensions of the ODE's state h, or of the encoder's hidden state).
"""

from jaxtyping import Bool, Float
from torch import Tensor

Times = Float[Tensor, "*member batch time"]
"""Times in the data's unit, strictly increasing along the last axis."""

Starts = Float[Tensor, "*member batch"]
"""The time at which each trajectory's integration starts."""

Values = Float[Tensor, "*member batch time feature"]
"""Observed or predicted quantities."""

Mask = Bool[Tensor, "*member batch time feature"]
"""Whether a value was observed."""

Static = Float[Tensor, "*member batch covariate"]
"""What does not change in time, for each trajectory."""

MaskInTime = Bool[Tensor, "*member batch time"]
"""Whether any feature was observed at a time."""

State = Float[Tensor, "member batch state"]
"""The ODE's state h at one time."""

States = Float[Tensor, "member batch time state"]
"""The ODE's state h along the read-out times."""

Jacobians = Float[Tensor, "member batch time state state"]
"""∂(dh/dτ)/∂h along the read-out times: rows are components of dh/dτ, columns those of h."""

Latent = Float[Tensor, "member batch latent"]
"""The latent vector z0, one per trajectory."""

LatentPath = Float[Tensor, "member batch time latent"]
"""The latent path z(t) along the read-out times."""

PerMember = Float[Tensor, " member"]
"""One number per stacked model, for example its loss."""
