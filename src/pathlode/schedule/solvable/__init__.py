"""Tasks whose expected loss under any learning-rate schedule is known, with the best possible schedule, and policies on them.

They take milliseconds, so a policy's regret is found over many replicates.
"""
