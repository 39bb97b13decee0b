"""TinyStories."""

from pathlode.schedule.tasks.data_sets.texts import TextData


class TinyStories(TextData):
    """2.1 million short stories that a language model wrote for children, 1.9 GB, each ended by a line ``<|endoftext|>``.

    Source: Eldan & Li 2023 (https://arxiv.org/abs/2305.07759).
    """

    file = "TinyStories-train.txt"
