"""What the pipeline makes at smoke scale: its rows by system, and the jobs of each rule."""

RESULTS = "results/smoke"
SYSTEMS = {"coupled_oscillator": ["path", "kl", "none", "path_lstm", "kl_lstm", "path_short", "constant", "curve"]}
SYSTEMS["lotka_volterra_fixed_start"] = ["path", "kl", "constant"]
ROWS, CONSTANT = sum(map(len, SYSTEMS.values())), 2
OF_RIVALS = 3  # rows of the chapter of rivals: a neural flow on each system, and an observed ODE on one
TUNED, TRAINED, EVALUATED, SIZED, PACED = 4 + 2 + 1 + OF_RIVALS, ROWS + 1 + OF_RIVALS, 2, 2, 2
DERIVED = ["probe", "tabulate", "plot_dynamics", "claims", "plot_claims", "trace"]
ECG = {"invent_records": 1, "cut_beats": 1, "split_beats": 1, "train_encoder": 2, "reconstruct": 1, "classify": 2 + 2}
ECG |= {"tabulate_ecg": 1, "measure_device": 1, "plot_ecg": 1}
INFERENCE = {"sample_reference": 1, "fit_flows": 2, "fit_fresh": 2, "infer_in_rounds": 1, "calibrate": 4}
INFERENCE |= {"tabulate_inference": 1, "plot_inference": 1}
SCHEDULER = {"tune_policy": 4, "fit_run_model": 2, "apply_policy": 5, "tabulate_scheduler": 1, "plot_scheduler": 1}
SCHEDULER |= {"solve_task": 1, "tabulate_solvable": 1, "plot_solvable": 1, "vary_past_runs": 1, "tabulate_past_runs": 1}
SCHEDULER |= {"invent_logs": 2, "predict_logs": 2, "tabulate_logs": 1, "plot_logs": 1}
REAL = {
    "invent_series": 1,
    "read_series": 3,
    "split_series": 3,
    "train_series": 11,
    "score_series": 5,
    "score_rivals": 3,
}
REAL |= {"tabulate_real": 1, "plot_real": 1}
REAL |= {
    "simulate_pelts": 1,
    "sample_pelts": 1,
    "train_pelts": 1,
    "infer_pelts": 2,
    "tabulate_pelts": 1,
    "plot_pelts": 1,
}
RIVALS = {
    "train_series": 2,
    "score_rows": 2,
    "score_graphs": 1,
    "fit_hybrids": 1,
    "tabulate_hybrids": 1,
    "score_series_rows": 1,
    "tabulate_rivals": 1,
    "plot_rivals": 1,
}
CHAOS = {"sample_flows": 2, "train_flows": 3 + 3, "score_flows": 2, "tabulate_chaos": 1, "plot_chaos": 1}
