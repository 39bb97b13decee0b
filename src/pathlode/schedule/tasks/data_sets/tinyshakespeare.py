"""tinyshakespeare."""

from pathlode.schedule.tasks.data_sets.texts import TextData


class TinyShakespeare(TextData):
    """1.1 million characters of Shakespeare's plays, with 65 different characters.

    Source: Karpathy 2015 (https://karpathy.github.io/2015/05/21/rnn-effectiveness/).
    """

    file = "input.txt"
