import numpy as np
import pandas as pd

from pathlode.plots.run_models import run_model_proposals
from pathlode.plots.style import save_figure
from pathlode.schedule import FitConfig, LookAheadConfig, Runs, fit
from pathlode.schedule.proposals import propose

STEPS = np.arange(1, 31)


def test_the_best_run_and_what_is_proposed_are_drawn(tmp_path):
    runs = Runs(
        pd.concat(
            pd.DataFrame(
                {
                    "run_id": str(peak),
                    "step": STEPS,
                    "lr": peak,
                    "train_loss": 1 / STEPS,
                    "val_metric": 1 - peak / STEPS,
                }
            )
            for peak in (0.01, 0.1)
        )
    )
    model = fit(runs, FitConfig(points=20, window=5, starts=2, hidden=4, width=4, steps=0))
    proposals = [propose(model, seen, LookAheadConfig(futures=5, tolerance=1e9)) for seen in (0.3, 0.6)]
    figure = run_model_proposals(model, proposals)
    save_figure(figure, tmp_path / "runs.png")
    assert [axis.get_ylabel() for axis in figure.axes] == ["training loss", "learning rate", "metric"]
    assert [len(axis.lines) for axis in figure.axes] == [11, 13, 11]  # with the proposed schedules in the second
    assert figure.axes[1].get_yscale() == "log"
    np.testing.assert_allclose(figure.axes[1].lines[-1].get_ydata(), 0.01)  # of the best run
