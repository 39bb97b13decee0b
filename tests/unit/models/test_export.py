import torch

from pathlode.core.series import TimeSeries
from pathlode.models.contract import ModelConfig
from pathlode.models.export import export_encoder
from pathlode.models.latent_ode import LatentODE

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
