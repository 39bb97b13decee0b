import torch

from pathlode.core.series import TimeSeries
from pathlode.models.export import export_encoder
from pathlode.models.latent_ode import LatentODE
from pathlode.models.latents import encode
from pathlode.models.settings import ModelConfig

GENERATOR = torch.Generator().manual_seed(0)


def test_an_exported_encoder_gives_the_members_z0_for_any_number_of_observations(tmp_path):
    config = ModelConfig(features=2, hidden=5, encoder_hidden=16, latent=4, width=8, encoder="interpolation")
    model = LatentODE(config, seeds=(3, 4))
    times = torch.rand(20, 30, generator=GENERATOR).cumsum(dim=1)
    model.standardise(TimeSeries(times, torch.randn(20, 30, 2, generator=GENERATOR)))
    export_encoder(model, 1, tmp_path / "encoder.pt2")
    exported = torch.export.load(tmp_path / "encoder.pt2").module()
    for batch, count in ((1, 2), (1, 30), (7, 3), (20, 17)):
        seen = times[:batch, :count], torch.randn(batch, count, 2, generator=GENERATOR)
        assert torch.allclose(exported(*seen), model.encode(*seen).z0[1], atol=1e-5)


def test_an_exported_encoder_reads_missing_values_and_padding(tmp_path):
    """In the precision of the training data: here of times in seconds since 1970."""
    config = ModelConfig(features=2, hidden=5, encoder_hidden=16, latent=4, width=8, encoder="interpolation")
    model = LatentODE(config, seeds=(3, 4))
    pairs = [(torch.rand(n).double().cumsum(dim=0) + 1.7e9, torch.randn(n, 2).double()) for n in (9, 4, 6)]
    pairs[1][1][2, 0] = torch.nan
    series = TimeSeries.of(pairs)
    model.standardise(series)
    export_encoder(model, 1, tmp_path / "encoder.pt2", missing=True)
    exported = torch.export.load(tmp_path / "encoder.pt2").module()
    expected = encode(model, series)[1]
    assert torch.allclose(exported(series.times, series.values), expected, atol=1e-5)
    assert torch.allclose(exported(series.times[1:2, :4], series.values[1:2, :4]), expected[1:2], atol=1e-5)
