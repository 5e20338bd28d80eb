"""Whether ratios to direct and to HAProxy got worse than the baseline's by more than half."""

import json

from load import paired_ratio

# Rates at full load and processor time are steady on a busy machine. Latencies, a single connection and what waits for the
# disk aren't: they are reported and not judged.
STEADY = ("commands, 50 at a time", "100 KiB answers, 8 at a time", "5 MiB answers, 4 at a time", "5 MiB bodies sent, 4 at a time",
          "messages of 100 bytes there and back, 50 of 200 tunnels")
PROCESSOR_ONLY = ("new sessions, 50 at a time",)


def ratios(runs):
    """Name → value and whether more is better, of what is judged."""
    found = {}
    for load in [name for name in runs if name in STEADY + PROCESSOR_ONLY]:
        ours = runs[load].get("gridfleet", [])
        for other, title in (("direct", "direct"), ("haproxy", "HAProxy")):
            theirs = runs[load].get(other, [])
            if load in STEADY:
                found[f"{load}: rate to {title}"] = (paired_ratio(ours, theirs, "rate"), True)
            if other == "haproxy":
                found[f"{load}: processor to {title}"] = (paired_ratio(ours, theirs, "cpu"), False)
    return {name: told for name, told in found.items() if told[0] is not None}


def is_worse(value, before, more_is_better):
    """Half the rate, or half as much processor time again."""
    return value < before / 2 if more_is_better else value > before * 1.5


def baseline(bench):
    return json.loads(bench.baseline.read_text()).get("ratios", {}) if bench.baseline.exists() else {}


def worse(bench, runs):
    """The names of what got worse; none where figures can't be compared with the baseline's."""
    known = {} if bench.not_judged else baseline(bench)
    return [name for name, (value, more) in ratios(runs).items() if name in known and is_worse(value, known[name], more)]


def write(bench):
    kept = {"machine": bench.machine, "ratios": {name: round(value, 4) for name, (value, _) in ratios(bench.runs).items()}}
    bench.baseline.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n")


def told(bench):
    """Lines of a table, and whether no ratio got worse."""
    known, bad = baseline(bench), worse(bench, bench.runs)
    lines = ["", "| ratio that is judged | now | baseline | |", "|---|---|---|---|"]
    for name, (value, _) in ratios(bench.runs).items():
        before = f"{known[name]:.3f}" if name in known else "–"
        lines.append(f"| {name} | {value:.3f} | {before} | {'WORSE BY MORE THAN HALF' if name in bad else ''} |")
    lines += ["", *(f"Not judged: {why}." for why in bench.not_judged)]
    return (lines if ratios(bench.runs) else []), not bad
