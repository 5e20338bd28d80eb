"""One table with a line for each figure and a column for each program; then the targets."""

from load import paired_ratio

NAMES = {"direct": "direct", "gridfleet": "GridFleet LB", "gridfleet-postgres": "GridFleet LB on PostgreSQL", "haproxy": "HAProxy",
         "nginx": "nginx", "grid": "Grid standalone", "grid-hub": "Grid hub + node"}


def number(value):
    if value is None:
        return "–"
    if isinstance(value, (bool, str)):
        return str(value)
    if abs(value) >= 1000:
        return f"{value:,.0f}".replace(",", " ")
    return f"{value:.3g}" if abs(value) < 100 else f"{value:.0f}"


def cell(value):
    """A figure; a median is followed by minimum and maximum."""
    if isinstance(value, (list, tuple)):
        return number(value[0]) if value[1] == value[2] else f"{number(value[0])} ({number(value[1])}–{number(value[2])})"
    return number(value)


def by_program(told):
    """A figure without a program is GridFleet LB's."""
    return told if isinstance(told, dict) else {"gridfleet": told}


def columns(table):
    seen = {name for rows in table.values() for told in rows.values() for name in by_program(told)}
    return [name for name in NAMES if name in seen] + sorted(seen - set(NAMES))


def ratios(bench, what, figure):
    """Ratios of GridFleet LB to direct and to HAProxy, round by round."""
    key = "rate" if figure.endswith("/s") else "cpu" if figure.startswith("processor") else {
        "p50 ms": "p50", "p99 ms": "p99", "p99.9 ms": "p999"}.get(figure)
    runs = bench.runs.get(what)
    if not key or not runs or "gridfleet" not in runs:
        return ["", ""]
    told = [paired_ratio(runs["gridfleet"], runs.get(other, []), key) for other in ("direct", "haproxy")]
    if key == "cpu":
        told[0] = None
    return ["" if value is None else f"{value:.2f}" for value in told]


def text(bench):
    lines = [f"- {key}: {value}" for key, value in bench.machine.items()]
    lines += [f"- not measured: {name}: {why}" for name, why in bench.missing.items()]
    names = columns(bench.table)
    lines += ["", "| what | figure | " + " | ".join(NAMES.get(name, name) for name in names) + " | ours to direct | ours to HAProxy |",
              "|---" * (len(names) + 4) + "|"]
    for what, rows in bench.table.items():
        for figure, told in rows.items():
            told = by_program(told)
            cells = [cell(told[name]) if name in told else "" for name in names]
            lines.append(f"| {what} | {figure} | " + " | ".join(cells + ratios(bench, what, figure)) + " |")
    return "\n".join(lines)


def middle(value):
    return value[0] if isinstance(value, (list, tuple)) else value


def figure(bench, what, name, program="gridfleet"):
    """A figure of the table, or None where it wasn't measured."""
    return middle(by_program(bench.table.get(what, {}).get(name)).get(program))


def found(bench, beginning):
    """The largest of a kind that was measured: its name in the table."""
    names = [name for name in bench.table if name.startswith(beginning) and "failed" not in bench.table[name]]
    return names[-1] if names else ""


def to_grid(bench, figure_name, upside_down):
    ours, grid = (figure(bench, "commands, 50 at a time", figure_name, name) for name in ("gridfleet", "grid"))
    return None if not ours or not grid else grid / ours if upside_down else ours / grid


def share(bench):
    ours, grid = (figure(bench, "commands, 1 at a time", "p50 beyond direct ms", name) for name in ("gridfleet", "grid"))
    return ours / grid if ours and grid else None


def targets(bench):
    """The targets (decisions.md#sizes) and whether each is met."""
    runs = bench.runs.get("commands, 50 at a time", {})
    haproxy = [paired_ratio(runs.get("gridfleet", []), runs.get("haproxy", []), key) for key in ("rate", "cpu")]
    half, many, waiting, live = "commands, half load", found(bench, "creation, "), found(bench, "waiting: "), found(bench, "live: ")
    asked = [
        ("p50 beyond direct at half load", figure(bench, half, "p50 beyond direct ms"), "most", .15, "ms"),
        ("p99 beyond direct at half load", figure(bench, half, "p99 beyond direct ms"), "most", 1, "ms"),
        ("rate to HAProxy's, 50 at a time", haproxy[0], "least", .8, ""),
        ("processor time to HAProxy's, 50 at a time", haproxy[1], "most", 1.5, ""),
        ("rate to the Grid's, 50 at a time", to_grid(bench, "requests/s", False), "least", 5, ""),
        ("p50 beyond direct to the Grid's, 1 at a time", share(bench), "most", .1, ""),
        (f"own share of a {many}, simple selector, p99", figure(bench, many, "simple selector, own share p99 ms"), "most", 10, "ms"),
        (f"own share of a {many}, hard selector, p99", figure(bench, many, "hard selector, own share p99 ms"), "most", 10, "ms"),
        ("freed to the next attempt, p50", figure(bench, "freed to the next attempt", "p50 ms"), "most", 5, "ms"),
        ("freed to the next attempt, p99", figure(bench, "freed to the next attempt", "p99 ms"), "most", 5, "ms"),
        ("freed to the next attempt between replicas, p99",
         figure(bench, "freed on one replica, waited for on another", "p99 ms"), "most", 100, "ms"),
        (f"{waiting}, heap", figure(bench, waiting, "heap MiB"), "most", 512, "MiB"),
        (f"{live}, heap", figure(bench, live, "heap MiB"), "most", 512, "MiB"),
        ("1 GiB down, buffers", figure(bench, "1 GiB body down", "network buffers MiB"), "most", 64, "MiB"),
        ("1 GiB up, buffers", figure(bench, "1 GiB body up", "network buffers MiB"), "most", 64, "MiB"),
        ("start to ready, the jar as it is", figure(bench, "start", "start to ready s"), "most", 1.5, "s"),
        ("start to ready, shared classes", figure(bench, "start with shared classes", "start to ready s"), "most", 1.5, "s")]
    lines = []
    for name, value, bound, target, unit in asked:
        if value is not None:
            met = value <= target if bound == "most" else value >= target
            verdict = "met" if met else f"missed by {number(abs(value - target))} {unit}".strip()
            lines.append(f"| {name} | {number(value)} {unit} | at {bound} {number(target)} {unit} | {verdict} |")
    return "\n".join(["", "| target | measured | asked | |", "|---|---|---|---|", *lines]) if lines else ""
