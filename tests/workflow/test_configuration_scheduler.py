"""Settings of learning rate schedules: refused ones, and longer runs that can be asked for."""

import pytest
from configuration_cases import CNN, TRANSFORMER, assert_refused, merged

from workflow.configuration import check
from workflow.configuration.replicates import replicate_batches

SOLVABLE = ("scheduler", "solvable")
LOGS = ("scheduler", "real_logs")


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (
            ("scheduler", "fit", "window"),
            60,
            "scheduler.fit.window is 60, expected at most half of the 100 points; lower window or raise points",
        ),
        (
            ("scheduler", "run", "tasks"),
            ["cn"],
            "scheduler.run.tasks names 'cn', which is not a key of scheduler.tasks",
        ),
        (("scheduler", "sweep", "schedules"), ["cosin"], "sweep.schedules names 'cosin', .*did you mean 'cosine'"),
        (("scheduler", "compared"), ["cosine"], "scheduler.compared names 'cosine', .*scheduler.run.learners"),
        (
            ("scheduler", "rows", "without_one_cycle", "schedules"),
            ["prodigy", "step"],
            "rows.without_one_cycle.schedules names 'prodigy', which is not a key of scheduler.sweep.schedules",
        ),
        (("scheduler", "compared"), ["lodes"], "scheduler.compared names 'lodes', .*did you mean 'lode'"),
        (("scheduler", "learners", "lode", "row"), "al", "learners.lode.row names 'al', .*did you mean 'all'"),
        (
            ("scheduler", "learners", "lode", "mixes"),
            3,
            "learners.lode has the policy lode and mixes; remove mixes or set policy: mix",
        ),
        (
            ("scheduler", "learners", "cosine"),
            {"policy": "lode", "row": "all"},
            "'cosine' is a key of both scheduler.policies",
        ),
        (
            ("scheduler", "rows", "all", "repeats"),
            2,
            "rows.all.repeats is 2, expected fewer than the 1 of scheduler.sweep.repeats; raise that, or remove",
        ),
        (
            ("scheduler", "rows", "curve"),
            {"model": "curve"},
            r"scheduler.rows.curve.loss is 'path', which needs a latent path z\(t\), but the model curve has none; name",
        ),
        (
            ("scheduler", "rows", "mean"),
            {"model": "constant"},
            "scheduler.rows.mean.model is 'constant', which has no z0, but policies perturb z0 to predict futures; name",
        ),
        (("scheduler", "fit", "loss"), ..., "scheduler.fit.loss is missing; training loss"),
        (("scheduler", "tasks", "cnn", "run", "log_every"), 200, "tasks.cnn has 390 optimiser steps, too few for"),
        (("scheduler", "tasks", "cnn", "data"), "cifar100", "scheduler.mirrors lacks 'cifar100', the data set of"),
        (("scheduler", "tasks", "cnn", "network"), {"mlp": {}}, "scheduler.tasks.cnn.network"),
        (("scheduler", "policies", "cosine"), [0.1], "scheduler.policies.cosine"),
        (
            (*CNN, "network"),
            {"transformer": {}},
            "cnn.network is a transformer, expected a cnn or a resnet for the data",
        ),
        ((*CNN, "network"), {"cnn": {"blocks": 2}}, "unknown key 'scheduler.tasks.cnn.network.cnn.blocks'"),
        ((*CNN, "network"), {"cnn": {"channels": [8]}}, "has 1 channels and 2 strides, expected equally many"),
        ((*CNN, "examples", "context"), 8, "examples has a context, but fashion_mnist has images"),
        (
            (*CNN, "examples", "train"),
            59_001,
            "examples has 60001 for train and validation, but fashion_mnist has 60000",
        ),
        ((*CNN, "examples", "test"), 10_001, "examples has 10001 for test, but fashion_mnist has 10000; lower it"),
        ((*TRANSFORMER, "network"), {"cnn": {}}, "network is a cnn, expected a transformer for the data set tinyshake"),
        ((*TRANSFORMER, "network"), {"transformer": {"heads": 3}}, "width is 64, expected a multiple of its 3 heads"),
        ((*TRANSFORMER, "examples", "context"), 10**6, "examples has 5000 for train, but tinyshakespeare has 0"),
        (("scheduler", "learners", "replay", "horizon"), 0.5, "learners.replay has a horizon, but its policy replay"),
        (
            ("scheduler", "mirrors", "fashion_mnist"),
            ["ftp://x"],
            "is 'ftp://x', expected a folder, a URL that begins",
        ),
        (("scheduler", "seeds"), [2**32], r"scheduler.seeds\[0\] is 4294967296, expected a number at most 4294967295"),
        (
            ("scheduler", "learners", "lode", "tasks"),
            ["cnn"],
            r"compared names 'lode', whose tasks lack \['resnet', 'transf",
        ),
        ((*SOLVABLE, "tasks"), ["rivr"], "scheduler.solvable.tasks.* is 'rivr', expected one of river"),
        ((*SOLVABLE, "steered", "row"), "al", "solvable.steered.row names 'al', .*did you mean 'all'"),
        ((*SOLVABLE, "steered", "learners"), ["nearest"], "learners names 'nearest', .* with the policy lode"),
        ((*SOLVABLE, "past_runs", "tasks"), ["rivr"], "past_runs.tasks names 'rivr', which is not among"),
        ((*SOLVABLE, "schedules"), ["cosine"], "solvable.schedules is \\['cosine'\\], expected constant among them"),
        ((*SOLVABLE, "peaks"), 2, "scheduler.solvable.peaks is 2, expected a number at least 3"),
        ((*SOLVABLE, "members"), 1, "scheduler.solvable.members is 1, expected a number at least 2"),
        (
            (*LOGS, "multipowerlaw", "past"),
            ["wsdcon_3"],
            "real_logs.multipowerlaw names 'wsdcon_3' in past and in held_out.two_stage; remove one",
        ),
        (
            (*LOGS, "multipowerlaw", "held_out"),
            {"decay": [], "two_stage": [], "length": []},
            "real_logs.multipowerlaw.held_out names no run, expected at least one to predict; add one",
        ),
        (
            (*LOGS, "algoperf", "past_studies"),
            2,
            "past_studies is 2, expected at most its 1 studies; lower it, or raise",
        ),
        ((*LOGS, "models"), ["mode"], "scheduler.real_logs.models.* is 'mode', expected one of modes"),
        ((*LOGS, "seen"), [1.0], "scheduler.real_logs.seen"),
    ],
)
def test_a_wrong_configuration_is_refused_in_one_sentence(path, value, message):
    assert_refused(path, value, message)


def test_the_longer_task_and_more_replicates_can_be_asked_for():
    config = merged((("scheduler", "run", "tasks"), ["cnn_whole"]), (("scheduler", "replicates"), 100))
    check(config)
    assert sum(map(len, replicate_batches(config, "scheduler").values())) == 100
