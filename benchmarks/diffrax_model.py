"""The same latent ODE and training step in JAX: plain functions for the networks, diffrax for the ODE, optax for Adam."""

from collections.abc import Callable
from typing import Any

import diffrax
import jax
import jax.numpy as jnp
import optax

from pathlode import LatentODE

Params = dict[str, Any]


def parameters(model: LatentODE) -> Params:
    """The first member's weights, by their names in the PyTorch model."""
    return {name: jnp.asarray(p[0].detach().numpy()) for name, p in model.named_parameters()}


def units(model: LatentODE) -> Params:
    """The first member's means and standard deviations, () of times and (feature,) of values, by their names in PyTorch."""
    return {name: jnp.asarray(buffer[0, 0, 0].numpy()) for name, buffer in model.named_buffers()}


def linear(p: Params, name: str, x: Any) -> Any:
    """x W + b."""
    return x @ p[f"{name}.weight"] + p[f"{name}.bias"][0]


def mlp(p: Params, name: str, x: Any, layers: int) -> Any:
    """Softplus between the layers, none after the last."""
    for index in range(layers):
        x = linear(p, f"{name}.layers.{index}", x)
        x = jax.nn.softplus(x) if index < layers - 1 else x
    return x


def encode(p: Params, times: Any, values: Any, hidden: int) -> Any:
    """z0 of one trajectory, for an encoder of the same size as h: a GRU from the last observation to the first, as one scan."""
    inputs = linear(p, "encoder.input", jnp.concatenate([times[:, None], values], axis=1))

    def step(h: Any, gates: Any) -> tuple[Any, None]:
        recurrent = p["encoder.recurrent"]
        reset, update = jnp.split(jax.nn.sigmoid(gates[: 2 * hidden] + h @ recurrent[:, : 2 * hidden]), 2)
        recalled = h @ recurrent[:, 2 * hidden :] + p["encoder.candidate_bias"][0]
        candidate = jnp.tanh(gates[2 * hidden :] + reset * recalled)
        return candidate + update * (h - candidate), None

    final, _ = jax.lax.scan(step, jnp.zeros(hidden), inputs, reverse=True)
    return linear(p, "hidden_to_latent", final)


def predict(p: Params, unit: Params, times: Any, values: Any, config: Any, tolerance: float) -> tuple[Any, Any, Any]:
    """z0, latent path and predicted values of one trajectory at its own times, for a model whose ``time_unit`` is 1."""
    layers = config.depth + 1
    seen = (times - unit["time_mean"]) / unit["time_std"], (values - unit["mean"]) / unit["std"]
    z0 = encode(p, *seen, config.hidden)
    solution = diffrax.diffeqsolve(
        diffrax.ODETerm(lambda t, h, args: p["field.scale"][0, 0] * jnp.tanh(mlp(p, "field.mlp", h, layers))),
        diffrax.Tsit5(),
        *(times[0], times[-1], None),
        mlp(p, "latent_to_hidden", z0, layers),
        saveat=diffrax.SaveAt(ts=times),
        stepsize_controller=diffrax.PIDController(rtol=tolerance, atol=tolerance),
    )
    states = solution.ys
    return z0, linear(p, "hidden_to_latent", states), unit["mean"] + unit["std"] * linear(p, "hidden_to_data", states)


def predictions(model: LatentODE, times: Any, values: Any, tolerance: float) -> Any:
    """Predicted values of a batch, as a NumPy array, to measure the solver's error."""
    p, unit = parameters(model), units(model)
    batched = jax.jit(jax.vmap(lambda t, x: predict(p, unit, t, x, model.config, tolerance)[2]))
    return jax.device_get(batched(jnp.asarray(times), jnp.asarray(values)))


def stepper(model: LatentODE, times: Any, values: Any, weight: float, tolerance: float) -> Callable[[], None]:
    """A compiled training step: path loss, gradient, Adam."""
    times, values = jnp.asarray(times), jnp.asarray(values)
    optimiser = optax.adam(1e-3)
    p, unit = parameters(model), units(model)
    state = optimiser.init(p)

    def loss(p: Params) -> Any:
        z0, path, predicted = jax.vmap(lambda t, x: predict(p, unit, t, x, model.config, tolerance))(times, values)
        squares = (jnp.diff(path, axis=1) / z0.std(axis=0, ddof=1)) ** 2
        length = jnp.sqrt(jnp.maximum(squares.sum(axis=-1), 1e-12)).sum(axis=-1).mean()
        return 0.5 * (((predicted - values) / unit["std"]) ** 2).sum() / len(times) + weight * length

    def update(p: Params, state: Any) -> tuple[Params, Any]:
        updates, state = optimiser.update(jax.grad(loss)(p), state)
        return optax.apply_updates(p, updates), state

    compiled = jax.jit(update)

    def step() -> None:
        nonlocal p, state
        p, state = jax.block_until_ready(compiled(p, state))

    return step
