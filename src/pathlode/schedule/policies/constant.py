"""A constant rate."""

from torch.optim import lr_scheduler

from pathlode.schedule.policies.contract import Policy, Scheduled, Training


def constant(training: Training, peak: float) -> Policy:
    """α = peak at every step.

    Source: ours, as the reference.
    """
    return Scheduled(training, lambda optimizer: lr_scheduler.ConstantLR(optimizer, 1.0), peak)
