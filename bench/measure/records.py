"""What the records of requests and devices cost: the same program with them and without them, in turns."""

import statistics
import time

import programs
from load import Client, interleaved, median, wrk
from programs import device
from side import warm_up

WITH, WITHOUT = "with records", "without records"

# Records are written after the answer: what a round has left in the queue counts as its own.
SETTLE = 1.0


def cost(bench):
    """New sessions, each deleted again; a creation and its deletion are counted as one."""
    at_once = 8
    seats = [device(number, 64) for number in range(16)]
    found = [programs.start_gridfleet(bench.folder, bench.node.url, seats, name=name, more={"history": {"most": most}})
             for name, most in ((WITH, 200_000), (WITHOUT, 0))]

    def run(part):
        before = part.processor()
        told = wrk(part, "sessions.lua", bench.seconds, at_once)
        time.sleep(SETTLE)
        pairs = told["requests"] / 2
        return {"rate": told["rate"] / 2, "cpu": (part.processor() - before) / pairs * 1e6, "errors": told["errors"]}

    for part in found:
        warm_up(bench, part, lambda: wrk(part, "sessions.lua", 2, at_once), more=True)
    rounds = bench.rounds * 4
    runs = interleaved(found, rounds, run)
    bench.runs["records"] = runs
    told = {
        "sessions/s": {name: median(each, "rate") for name, each in runs.items()},
        "processor µs a session": {name: median(each, "cpu") for name, each in runs.items()},
        "dearer by, processor time": share(runs, "cpu"),
        "slower by, rate": share(runs, "rate", -1),
        "rounds of each": rounds,
        "records dropped": found[0].metric("gridfleet_lb_history_dropped_total"),
        "errors": {name: sum(each["errors"] for each in of) for name, of in runs.items()}}
    for part in found:
        part.stop()
    return {f"records, new sessions, {at_once} at a time": told}


def share(runs, key, sign=1):
    """The median of the ratios of neighbouring rounds, and how much half of them differ at most."""
    ratios = [sign * (one[key] / other[key] - 1) for one, other in zip(runs[WITH], runs[WITHOUT])]
    low, middle, high = statistics.quantiles(ratios, n=4)
    return f"{middle:.1%} (half of the rounds {low:.1%} to {high:.1%})"
