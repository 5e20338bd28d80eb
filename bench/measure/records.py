"""What the records of requests and devices cost: the same program with them and without them, in turns; and the store's thread alone."""

import json
import statistics
import subprocess
import time

import programs
from load import median, wrk
from programs import device
from side import settle, warm_up

WITH, WITHOUT = "with records", "without records"

# Records are written after the answer: what a round has left in the queue counts as its own.
SETTLE = 1.0

# Of the rounds of a quick run, which is stopped after five minutes whether it has told anything or not.
QUICK_LIMIT = 90
MIN_ROUNDS = 4


def written(bench):
    """Processor time of the store's thread for each session, by what is written: the median and the quartiles of rounds."""
    sessions = 20_000 if bench.asked.quick else 100_000
    table = {}
    for devices in (64, 10_000):
        file = f"sqlite:{bench.folder}/records-{devices}.db"
        ran = subprocess.run(programs.tool("RecordsLoad", file, sessions, devices), capture_output=True, text=True, timeout=300)
        line = next((line for line in ran.stdout.splitlines() if line.startswith("RESULT ")), None)
        if line is None:
            raise RuntimeError((ran.stdout + ran.stderr)[-500:])
        told = json.loads(line[len("RESULT "):])
        rows = {f"{what} µs (quartiles)": [middle, low, high] for what, (low, middle, high) in told.items()}
        rows["together µs"] = sum(middle for _, middle, _ in told.values())
        table[f"records of a session, SQLite, {sessions} to {2 * sessions} rows, {devices} devices"] = rows
    return table


def cost(bench):
    """New sessions, each deleted again; a creation and its deletion are counted as one."""
    at_once = 8
    seats = [device(number, 64) for number in range(16)]
    found = [programs.start_gridfleet(bench.folder, bench.node.url, seats, name=name, more={"history": {"most": most}})
             for name, most in ((WITH, 200_000), (WITHOUT, 0))]

    def run(part):
        before, compiled = part.processor(), part.compiling()
        told = wrk(part, "sessions.lua", bench.seconds, at_once)
        time.sleep(SETTLE)
        pairs = told["requests"] / 2
        # A compiler's thread that has ended takes its time with it.
        used = part.processor() - before - max(0, part.compiling() - compiled)
        return {"rate": told["rate"] / 2, "cpu": used / pairs * 1e6, "errors": told["errors"]}

    for part in found:
        warm_up(bench, part, lambda: wrk(part, "sessions.lua", 2, at_once), more=True)
    for part in found:
        settle(bench, part, run)
    runs = in_turns(found, run, bench.rounds * 4, QUICK_LIMIT if bench.asked.quick else float("inf"))
    bench.runs["records"] = runs
    told = {
        "sessions/s": {name: median(each, "rate") for name, each in runs.items()},
        "processor µs a session, without compilers": {name: median(each, "cpu") for name, each in runs.items()},
        "dearer by, processor time": share(runs, "cpu"),
        "slower by, rate": share(runs, "rate", -1),
        "rounds of each": len(runs[WITH]),
        "records dropped": found[0].metric("gridfleet_lb_history_dropped_total"),
        "errors": {name: sum(each["errors"] for each in of) for name, of in runs.items()}}
    for part in found:
        part.stop()
    return {f"records, new sessions, {at_once} at a time": told}


def in_turns(found, run, rounds, limit):
    """Both in turn, then in the opposite order; fewer rounds if they take longer than the limit in seconds."""
    runs = {part.name: [] for part in found}
    began = time.monotonic()
    for turn in range(rounds):
        if turn >= MIN_ROUNDS and time.monotonic() - began > limit:
            break
        for part in found if turn % 2 == 0 else reversed(found):
            runs[part.name].append(run(part))
    return runs


def share(runs, key, sign=1):
    """The median of the ratios of neighbouring rounds, and how much half of them differ at most."""
    ratios = [sign * (one[key] / other[key] - 1) for one, other in zip(runs[WITH], runs[WITHOUT])]
    low, middle, high = statistics.quantiles(ratios, n=4)
    return f"{middle:.1%} (half of the rounds {low:.1%} to {high:.1%})"
