"""The table, and the judgement on ratios."""

import json


def number(value, digits=3):
    if value is None:
        return "–"
    if abs(value) >= 1000:
        return f"{value:,.0f}".replace(",", " ")
    return f"{value:.{digits}g}" if abs(value) < 100 else f"{value:.0f}"


def ratio(value, other):
    return "–" if not value or not other else f"{value / other:.2f}"


def loads(title, table):
    lines = [f"### {title}", "",
             "| load | program | requests/s (least–most) | p50 ms | p99 ms | p99.9 ms | processor µs a request | rate to direct | rate to HAProxy"
             " | p50 beyond direct ms | processor to HAProxy | errors |",
             "|---|---|---|---|---|---|---|---|---|---|---|---|"]
    for load, programs in table.items():
        direct, haproxy = programs["node"], programs.get("haproxy")
        for name, told in programs.items():
            lines.append("| " + " | ".join([
                load, "direct" if name == "node" else name,
                f"{number(told['rate'])} ({number(told['least'])}–{number(told['most'])})", number(told["p50"]), number(told["p99"]), number(told["p999"]),
                number(told["cpu"]), ratio(told["rate"], direct["rate"]), ratio(told["rate"], haproxy and haproxy["rate"]),
                number(told["p50"] - direct["p50"]), ratio(told["cpu"], haproxy and haproxy["cpu"]), number(told["errors"])]) + " |")
    return [*lines, ""]


def flat(told, before=""):
    for key, value in told.items():
        name = f"{before}{key.replace('_', ' ')}"
        if isinstance(value, dict):
            yield from flat(value, name + " ")
        else:
            yield f"{name} {value if isinstance(value, (bool, str)) else number(value)}"


def text(kept):
    lines = [f"- {key}: {value}" for key, value in kept["machine"].items()]
    lines += ["", *(loads("Commands", kept["commands"]) if "commands" in kept else [])]
    lines += loads("Sessions: new, then deleted", kept["sessions"]) if "sessions" in kept else []
    if "resident at start" in kept:
        lines += ["### Memory and start", "", "| program | ready after s | resident MiB at start | after load |", "|---|---|---|---|"]
        for name, started in kept["started in"].items():
            lines.append("| " + " | ".join([name, number(started), number(kept["resident at start"][name]),
                                           number(kept["resident after load"][name])]) + " |")
        lines.append("")
    if kept.get("own"):
        lines += ["### GridFleet LB alone", "", "| what | figures |", "|---|---|"]
        lines += [f"| {name} | {'; '.join(flat(told))} |" for name, told in kept["own"].items()]
    return "\n".join(lines)


def ratios(kept):
    """Name → value and whether more is better."""
    found = {}
    for title in ("commands", "sessions"):
        for load, programs in kept.get(title, {}).items():
            ours, direct, haproxy = programs["gridfleet"], programs["node"], programs.get("haproxy")
            if load != "half load":
                found[f"{title}, {load}: rate to direct"] = (ours["rate"] / direct["rate"], True)
            if haproxy and title == "commands":
                if load != "half load":
                    found[f"{title}, {load}: rate to HAProxy"] = (ours["rate"] / haproxy["rate"], True)
                if ours["cpu"] and haproxy["cpu"]:
                    found[f"{title}, {load}: processor to HAProxy"] = (ours["cpu"] / haproxy["cpu"], False)
    return found


def judge(kept, file, write):
    """1 when a ratio is worse than the baseline's by more than half: machines are noisy."""
    now = ratios(kept)
    if write:
        file.write_text(json.dumps({name: round(value, 4) for name, (value, _) in now.items()}, indent=1) + "\n")
        return 0
    if not file.exists():
        return 0
    baseline, worse = json.loads(file.read_text()), 0
    print("\n| ratio | now | baseline | |\n|---|---|---|---|")
    for name, (value, more_is_better) in now.items():
        if name in baseline:
            before = baseline[name]
            bad = value < before / 2 if more_is_better else value > before * 1.5
            worse += bad
            print(f"| {name} | {value:.3f} | {before:.3f} | {'WORSE BY MORE THAN HALF' if bad else ''} |")
    return 1 if worse else 0
