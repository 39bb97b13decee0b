"""The cosine schedule."""

from torch.optim import lr_scheduler

from pathlode.schedule.policies.contract import Policy, Scheduled, Training


def cosine(training: Training, peak: float) -> Policy:
    """α = peak (1 + cos πt) / 2 at the share t of the steps.

    Source: Loshchilov & Hutter 2017, SGDR (https://arxiv.org/abs/1608.03983).
    """
    return Scheduled(training, lambda optimizer: lr_scheduler.CosineAnnealingLR(optimizer, training.steps), peak)
