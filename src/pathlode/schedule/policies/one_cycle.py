"""The one-cycle schedule."""

from torch.optim import lr_scheduler

from pathlode.schedule.policies.contract import Policy, Scheduled, Training


def one_cycle(training: Training, peak: float) -> Policy:
    """A rise to the peak in 30 % of the steps, then a fall.

    Source: Smith & Topin 2018, Super-convergence (https://arxiv.org/abs/1708.07120).
    """
    return Scheduled(
        training,
        lambda optimizer: lr_scheduler.OneCycleLR(
            optimizer, peak, total_steps=training.steps + 1, cycle_momentum=False
        ),
        peak,
    )
