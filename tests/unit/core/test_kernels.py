"""The compiled loops against the same computations in plain PyTorch."""

import platform
import random
import resource
import shutil
from types import SimpleNamespace
from unittest import mock

import pytest
import torch
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.nn.functional import softplus

from pathlode.core import kernels
from pathlode.core.encoders.gru import GRU
from pathlode.core.kernels import library, march
from pathlode.core.paths import path_length
from pathlode.core.solve import FixedStep, solve
from pathlode.core.solvers.tableaus import RK4
from pathlode.core.stacked import StackedMLP, member_norms, scale_members
from pathlode.errors import ConfigError, DataError
from pathlode.registry import ENCODERS

pytestmark = pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler built the loops")


BUILDS = ["baseline", "avx2", "avx512"] if platform.machine() == "x86_64" else ["baseline"]


@pytest.fixture(params=BUILDS)
def build(request, monkeypatch):
    """One build after the other stands behind the loops."""
    loaded = library.load_build(request.param)
    if request.param != "baseline" and not getattr(library.load_build("baseline"), f"supports_{request.param}")():
        pytest.skip(f"the processor has no {request.param}")
    monkeypatch.setattr(library, "chosen_build", lambda: loaded)


def test_the_loops_are_built_where_a_compiler_is():
    assert kernels.usable(torch.zeros(1))
    assert all(library.load_build(name) is not None for name in BUILDS)


@pytest.mark.parametrize(
    ("made", "supported", "chosen"),
    [
        (["baseline", "avx2", "avx512"], {"avx2", "avx512"}, "avx512"),
        (["baseline", "avx2", "avx512"], {"avx2"}, "avx2"),
        (["baseline", "avx2"], {"avx2", "avx512"}, "avx2"),
        (["baseline", "avx2"], set(), "baseline"),
        (["baseline"], {"avx2"}, "baseline"),
        (["avx2"], {"avx2"}, None),
        ([], {"avx2"}, None),
    ],
)
def test_the_processor_decides_which_build_is_used(monkeypatch, made, supported, chosen):
    supports = {f"supports_{feature}": lambda feature=feature: feature in supported for feature in ("avx2", "avx512")}
    supports["keep_freed_memory"] = lambda: None
    builds = {name: SimpleNamespace(name=name, **supports) for name in made}
    monkeypatch.setattr(library, "load_build", builds.get)
    monkeypatch.delenv("PATHLODE_KERNELS", raising=False)
    assert library.chosen_build.__wrapped__() is builds.get(chosen)
    monkeypatch.setenv("PATHLODE_KERNELS", "0")
    assert library.chosen_build.__wrapped__() is None


def test_other_types_take_the_plain_route():
    assert not kernels.usable(torch.zeros(1, dtype=torch.float64))


def test_tensors_that_only_record_operations_take_the_plain_route():
    with FakeTensorMode():
        assert not kernels.usable(torch.zeros(1))


def test_all_take_the_plain_route_where_it_is_asked_for():
    with kernels.plain():
        assert not kernels.usable(torch.zeros(1))
    assert kernels.usable(torch.zeros(1))


def values_and_gradients(function, inputs, weights):
    outputs = function()
    return [outputs.detach(), *torch.autograd.grad((outputs * weights).sum(), inputs)]


def assert_equal_to_plain(function, inputs, shape):
    """Values and gradients within single-precision noise of the plain route's."""
    weights = torch.randn(shape)
    compiled = values_and_gradients(function, inputs, weights)
    with mock.patch.object(kernels, "usable", return_value=False):
        plain = values_and_gradients(function, inputs, weights)
    for ours, theirs in zip(compiled, plain, strict=True):
        assert torch.allclose(ours, theirs, rtol=1e-4, atol=2e-5 * float(theirs.abs().max()))


@pytest.mark.parametrize("batch", [1, 8, 21])
@pytest.mark.parametrize("method", ["rk4", "tsit5"])
@pytest.mark.parametrize("depth", [1, 3])
def test_march_and_read_out(make_model, build, batch, method, depth):
    field = make_model(depth=depth, hidden=7, width=5).field
    y0 = torch.randn(3, batch, 7, requires_grad=True)
    times = torch.rand(3, batch, 9).sort(dim=-1).values * 6
    assert kernels.usable(y0)
    solver = FixedStep(method, 5)
    assert_equal_to_plain(
        lambda: solve(field, y0, times, solver=solver).states, [y0, *field.parameters()], (3, batch, 9, 7)
    )


@pytest.mark.parametrize("batch", [1, 8, 21])
@pytest.mark.parametrize("name", list(kernels.CELLS))
def test_scan(make_model, build, batch, name):
    encoder = make_model(encoder=name).encoder
    times = torch.rand(3, batch, 30).sort(dim=-1).values
    observed = torch.randn(3, batch, 30, 2)
    assert_equal_to_plain(lambda: encoder(times, observed), list(encoder.parameters()), (3, batch, 6))


@pytest.mark.parametrize("gaps", [False, True])
@pytest.mark.parametrize("batch", [1, 8, 21])
@pytest.mark.parametrize("name", list(kernels.CELLS))
def test_scan_of_series_that_differ_in_length_and_miss_values(make_model, build, batch, name, gaps):
    encoder = make_model(encoder=name, gaps=gaps).encoder
    times = torch.rand(3, batch, 15).sort(dim=-1).values
    mask = torch.rand(3, batch, 15, 2) < (0.6 if gaps else 1.1)
    mask &= (torch.arange(15) < torch.randint(1, 16, (3, batch, 1)))[..., None]
    mask[..., 7, :] = False
    observed = torch.randn(3, batch, 15, 2).where(mask, 0.0)
    assert_equal_to_plain(lambda: encoder(times, observed, mask), list(encoder.parameters()), (3, batch, 6))


@pytest.mark.parametrize("rows", [1, 8, 300])
@pytest.mark.parametrize("sizes", [(3, 10), (7, 5, 13, 2)])
def test_perceptron(build, rows, sizes):
    network = StackedMLP([torch.Generator().manual_seed(seed) for seed in range(3)], sizes)
    x = torch.randn(3, rows, sizes[0], requires_grad=True)
    shape = (3, rows, sizes[-1])
    assert_equal_to_plain(lambda: network(x), [x, *network.parameters()], shape)
    assert_equal_to_plain(lambda: network(x.detach()), list(network.parameters()), shape)
    assert_equal_to_plain(lambda: network.layers[0](x), [x, *network.layers[0].parameters()], (3, rows, sizes[1]))


@pytest.mark.parametrize("batch", [1, 8, 21])
def test_path_length(build, batch):
    path, scale = torch.randn(3, batch, 9, 5, requires_grad=True), torch.rand(3, 1, 5).add_(0.5).requires_grad_()
    assert_equal_to_plain(lambda: path_length(path, scale), [path, scale], (3, batch))


def test_a_path_at_rest_has_no_gradient(build):
    path = torch.ones(1, 2, 4, 3, requires_grad=True)
    path_length(path, torch.ones(1, 1, 3)).sum().backward()
    assert torch.equal(path.grad, torch.zeros_like(path))


def test_norms_and_factors_of_members(build):
    tensors = [torch.randn(3, 4, 5), torch.randn(3, 1, 7)]
    expected = torch.cat([t.flatten(1) for t in tensors], dim=1).norm(dim=1)
    assert torch.allclose(member_norms(tensors), expected)
    factors, before = torch.tensor([1.0, 0.0, 0.5]), tensors[0].clone()
    scale_members(tensors, factors)
    assert torch.equal(tensors[0], before * factors.view(3, 1, 1))


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc's memory is tuned")
def test_tensors_of_megabytes_use_memory_again():
    def touch():
        for _ in range(20):
            torch.empty(2**20).zero_(), torch.empty(2**21).zero_()

    library.load_build("baseline").keep_freed_memory()
    touch()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    touch()
    assert resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before < 1000  # of 60,000 pages that are written


def test_tapes_use_their_memory_again_but_never_twice_at_once():
    first, second = library.Tape(1000), library.Tape(1000)
    assert first.data_ptr() != second.data_ptr()
    address = first.data_ptr()
    del first
    assert library.Tape(900).data_ptr() == address


@pytest.mark.parametrize("size", [1e-3, 1.0, 10.0, 50.0, 86.0, 88.0, 1e3])
def test_elementary_functions_are_accurate_far_out(build, size):
    x = size * torch.linspace(-1, 1, 64).view(64, 1, 1)  # one number per member
    one, none = torch.ones(64, 1, 1), torch.zeros(64, 1, 1)
    layers = (none, x, one, none)  # the field is tanh(softplus(x)) everywhere, so the state at time 1 is the slope
    slope = kernels.March.apply(RK4, 1, False, one, one, none, one, *layers)[..., 0]
    assert torch.allclose(slope.double(), softplus(x.double()).tanh(), rtol=1e-6, atol=3e-7)


def test_extreme_inputs_stay_finite(make_model):
    model = make_model()
    times, observed = torch.tensor([[0.0, 1.0]]), torch.tensor([[[1e4, -1e4], [-1e4, 1e4]]])
    prediction = model(times, observed, solver=FixedStep("rk4", 2))
    prediction.values.sum().backward()
    assert all(p.grad.isfinite().all() for p in model.parameters() if p.grad is not None)


def test_a_gradient_for_the_observations_takes_the_plain_route(make_model):
    encoder = make_model().encoder
    observed = torch.randn(3, 2, 5, 2, requires_grad=True)
    encoder(torch.arange(5.0).expand(3, 2, 5), observed).sum().backward()
    assert observed.grad.abs().sum() > 0


def test_weights_in_another_memory_layout(make_model):
    model = make_model()
    transposed = {
        name: p.detach().transpose(-1, -2).contiguous().transpose(-1, -2) for name, p in model.named_parameters()
    }
    assert not transposed["field.mlp.layers.0.weight"].is_contiguous()
    arguments = (torch.arange(5.0).expand(4, 5), torch.randn(4, 5, 2))
    moved = torch.func.functional_call(model, transposed, arguments, {"solver": FixedStep("rk4", 3)})
    assert torch.equal(moved.values, model(*arguments, solver=FixedStep("rk4", 3)).values)


def test_states_that_do_not_fit_the_weights_are_refused(make_model):
    field = make_model().field
    for shape in ((3, 4, 5), (4, 4, 6)):
        with pytest.raises(DataError, match="does not fit the model"):
            solve(field, torch.randn(shape), torch.arange(3.0).expand(4, 3), solver=FixedStep())


def test_the_default_dtype_does_not_matter(make_model):
    model, arguments = make_model(), (torch.arange(5.0).expand(4, 5), torch.randn(4, 5, 2))
    expected = model(*arguments, solver=FixedStep("tsit5", 3)).values
    march._coefficients.cache_clear()
    torch.set_default_dtype(torch.float64)
    try:
        assert torch.equal(model(*arguments, solver=FixedStep("tsit5", 3)).values, expected)
    finally:
        torch.set_default_dtype(torch.float32)


def test_an_encoder_with_a_step_of_its_own_takes_the_plain_route():
    class Forgetful(GRU):
        def step(self, inputs, running):
            return super().step(inputs, 0 * running)

    generators = [torch.Generator().manual_seed(0)]
    encoder, plain = Forgetful(generators, 2, 6), GRU([torch.Generator().manual_seed(0)], 2, 6)
    times, observed = torch.arange(5.0).expand(1, 4, 5), torch.randn(1, 4, 5, 2)
    first = encoder(times[..., :1], observed[:, :, :1])
    assert torch.allclose(encoder(times, observed), first, atol=1e-6)
    assert torch.allclose(first, plain(times[..., :1], observed[:, :, :1]), atol=1e-6)


def test_a_library_of_other_sources_is_refused(monkeypatch):
    monkeypatch.setattr(library, "source_hash", lambda: "another")
    for name in BUILDS:
        with pytest.raises(
            ConfigError, match=f"_{name}.* was built from sources that have changed since: build it again"
        ):
            library.load_build(name)


def test_random_sizes_agree(make_model):
    draw = random.Random(0)
    for _ in range(20):
        sizes = {name: draw.randint(1, 13) for name in ("hidden", "latent", "width")}
        model = make_model(encoder=draw.choice(list(ENCODERS)), depth=draw.randint(1, 3), **sizes)
        batch, points = draw.randint(1, 19), draw.randint(1, 9)
        times = torch.rand(3, batch, points).sort(dim=-1).values + 0.1 * torch.arange(points)
        observed, solver = (
            torch.randn(3, batch, points, 2),
            FixedStep(draw.choice(["rk4", "tsit5"]), draw.randint(1, 7)),
        )
        assert_equal_to_plain(
            lambda m=model, t=times, x=observed, s=solver: m(t, x, solver=s).values,
            list(model.parameters()),
            (3, batch, points, 2),
        )
