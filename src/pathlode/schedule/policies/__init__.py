"""Learning-rate policies, one per file, all with AdamW or an optimiser derived from it.

A policy is made for a training with a setting: the peak rate of a schedule, or the setting that a policy
(:mod:`pathlode.schedule.learners`) has learnt from past runs.
"""
