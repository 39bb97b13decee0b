"""Step decay."""

from torch.optim import lr_scheduler

from pathlode.schedule.policies.contract import Policy, Scheduled, Training


def step_decay(training: Training, peak: float) -> Policy:
    """A rate that is halved after each third of the steps, as in [C].

    Source: Sampson & Melchior 2025 (https://arxiv.org/abs/2509.23052).
    """
    thirds = [round(training.steps / 3), round(2 * training.steps / 3)]
    return Scheduled(training, lambda optimizer: lr_scheduler.MultiStepLR(optimizer, thirds, gamma=0.5), peak)
