# A simulated robot that falls: the tasks of Rubanova et al. Run by name only, as it takes four to five CPU hours: `snakemake hopper`.
#
# They are those of its trainings, one for each row, task and share, by the time of a step: none takes ten minutes, and each continues
# from its checkpoints. A piece has a name too, as {RESULTS}/real/hopper_50/interpolation/scores.csv.
#
# A replicate's number is the seed of its validation part, its hidden times, its models' weights and batches, and its trees.
#
# in:   config `real.hopper`, `evaluate`; the robot's description, which fetch_series of real.smk fetches
# out:  {RESULTS}/real/hopper/trajectories.npz                     simulate_hopper; invented ones at smoke scale
#       {RESULTS}/real/{hopper}/{goal}/series.npz                  pose_hopper; splits/{replicate}.npz beside it
#       {RESULTS}/real/{hopper}/{goal}/{series_row}/model.pt       train_hopper: all replicates and weights stacked; history.csv
#       {RESULTS}/real/{hopper}/{goal}/scores.csv                  score_hopper: all rows and rivals
#       tables                                                     real_results.smk

from pathlode.real.hopper_shares import data_name
from pathlode.real.splits import GOALS
from workflow.configuration.real import HOPPER, hopper_code, hopper_settings

OWN_HOPPER = REAL["hopper"]
HOPPERS = {data_name(observed): observed for observed in OWN_HOPPER["observed"]}
HOPPER_SERIES = f"{RESULTS}/real/{{measured}}/{{goal}}"
HOPPER_SPLITS = expand(f"{HOPPER_SERIES}/splits/{{replicate}}.npz", replicate=REAL_REPLICATES, allow_missing=True)


rule simulate_hopper:
    input:
        robot=[] if REAL["source"] == "invented" else f"resources/real/{'/'.join(HOPPER)}",
    output:
        trajectories=f"{RESULTS}/real/hopper/trajectories.npz",
    log:
        f"{LOGS}/simulate_hopper.log",
    conda:
        "../envs/pathlode.yaml"
    resources:
        mem_mb=1500,
    params:
        code=lambda w: code("simulate_hopper"),
        simulated=OWN_HOPPER["simulated"],
    script:
        "../workflow/scripts/simulate_hopper.py"


rule pose_hopper:
    input:
        trajectories=rules.simulate_hopper.output.trajectories,
    output:
        series=f"{HOPPER_SERIES}/series.npz",
        splits=HOPPER_SPLITS,
    log:
        f"{LOGS}/pose_hopper/{{measured}}/{{goal}}.log",
    wildcard_constraints:
        measured="|".join(HOPPERS),
    conda:
        "../envs/pathlode.yaml"
    resources:
        mem_mb=2000,
    params:
        code=lambda w: code("pose_hopper"),
        observed=lambda w: HOPPERS[w.measured],
        replicates=REAL_REPLICATES,
        validation=OWN_HOPPER["validation"],
    script:
        "../workflow/scripts/pose_hopper.py"


rule train_hopper:
    input:
        series=rules.pose_hopper.output.series,
        splits=rules.pose_hopper.output.splits,
    output:
        model=f"{HOPPER_SERIES}/{{series_row}}/model.pt",
        history=f"{HOPPER_SERIES}/{{series_row}}/history.csv",
    log:
        f"{LOGS}/train_hopper/{{measured}}/{{goal}}/{{series_row}}.log",
    wildcard_constraints:
        measured="|".join(HOPPERS),
    priority: 1
    conda:
        "../envs/pathlode.yaml"
    threads: THREADS
    resources:
        mem_mb=2500 + 300 * len(REAL_REPLICATES),
        runtime=60 + OWN_HOPPER["train"]["steps"] * len(REAL_REPLICATES) // 50,
    params:
        code=lambda w: code("train_series", *hopper_code(config, w.series_row, train=True)),
        replicates=REAL_REPLICATES,
        weights=REAL["weights"],
        settings=lambda w: hopper_settings(config, HOPPERS[w.measured], w.goal, w.series_row),
        head=None,
        strict=True,
    script:
        "../workflow/scripts/train_series.py"


rule score_hopper:
    input:
        trajectories=rules.simulate_hopper.output.trajectories,
        series=rules.pose_hopper.output.series,
        splits=rules.pose_hopper.output.splits,
        models=lambda w: [rules.train_hopper.output.model.format(**w, series_row=name) for name in OWN_HOPPER["rows"]],
    output:
        scores=f"{HOPPER_SERIES}/scores.csv",
    log:
        f"{LOGS}/score_hopper/{{measured}}/{{goal}}.log",
    wildcard_constraints:
        measured="|".join(HOPPERS),
    conda:
        "../envs/pathlode.yaml"
    threads: THREADS
    resources:
        mem_mb=3000,
        runtime=60 + 5 * len(OWN_HOPPER["rows"]) * len(REAL_REPLICATES),
    params:
        code=lambda w: code("score_hopper", scored_by(config), *hopper_code(config, *OWN_HOPPER["rows"])),
        rows=OWN_HOPPER["rows"],
        replicates=REAL_REPLICATES,
        weights=REAL["weights"],
        trees=REAL["trees"],
        tree_values=REAL["tree_values"],
        evaluate=config["evaluate"],
    script:
        "../workflow/scripts/score_hopper.py"
