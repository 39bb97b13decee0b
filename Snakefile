# pathlode: tests the claims of three papers on path-minimized latent ODEs.
#   snakemake                      everything (profiles/default sets the number of cores)
#   snakemake dynamics             one chapter
#   snakemake results/claims.csv   one file
# Each arrow is a file, under results/ or, if it was fetched, under resources/.
#
# dynamics: simulate -> tune -> train, size -> evaluate -> probe, tables -> figures -> claims
# inference: simulate -> tune -> train -> fit flows, sample reference -> calibrate -> tables -> figures -> claims
# ecg:      fetch -> cut beats -> split -> train -> reconstruct, classify -> tables, device -> figures -> claims
# scheduler: fetch -> tune policies -> fit run models -> apply policies -> tables -> figures -> claims
# real:     fetch -> read -> split -> train -> score -> tables -> figures -> claims; lynx and hare: simulate -> train -> infer
# rivals:   simulate -> tune -> train; read -> split -> train; both -> score -> tables, ranks -> figures -> claims
# chaos:    sample flows -> train -> score -> tables, ranks -> figures -> claims

import gc

from workflow.array_tasks import become_own_job, start_jobs_at_once
from workflow.chapters import CHAPTERS
from workflow.forks import fork_jobs
from workflow.run_end import FAILED, say, say_agreement
from workflow.variations import check_start

gc.freeze()  # what Snakemake has imported, of which nothing becomes garbage: looking through it again and again takes time
become_own_job()


report: "workflow/report/workflow.rst"


include: "rules/common.smk"


CHAPTER_OF_RULE = {}
for chapter in CHAPTERS:  # of workflow/chapters.py, in the order above

    include: f"rules/{chapter}.smk"
    include: f"rules/{chapter}_results.smk"

    CHAPTER_OF_RULE |= {rule.name: chapter for rule in workflow.rules if rule.name not in CHAPTER_OF_RULE}


include: "rules/paper.smk"
include: "rules/stability.smk"


rule all:
    default_target: True
    input:
        [getattr(rules, chapter).input for chapter in config["chapters"]],
        rules.paper.input,


onstart:
    check_start(config, Path(BASE), workflow.cores)
    start_jobs_at_once(workflow)
    fork_jobs(workflow)


onsuccess:
    say_agreement(Path(rules.claims.output.page))


onerror:
    say(FAILED)
