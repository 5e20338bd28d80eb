"""One table: direct, GridFleet LB and its peers, side by side in one run. See bench/README.md."""

import argparse
import datetime
import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path

import parts
import report
import scenes
from load import interleaved, median, wrk

HERE = Path(__file__).resolve().parents[1]


def options():
    parser = argparse.ArgumentParser(prog="bench/run", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="direct, GridFleet LB and HAProxy only; ends within five minutes")
    parser.add_argument("--grid", action="store_true", help="Selenium Grid 4.47.0 too (from Maven); part of a full run")
    parser.add_argument("--no-grid", action="store_true", help="a full run without Selenium Grid")
    parser.add_argument("--only", default="", help="of commands,sessions,start,creation,freed,waiting,live,large")
    parser.add_argument("--rounds", type=int, default=0, help="how often each is measured; default 5, quick 3")
    parser.add_argument("--seconds", type=int, default=0, help="of one measurement; default 8, quick 3")
    parser.add_argument("--proxy", action="append", default=[], metavar="[NAME=]URL",
                        help="another proxy; it must forward to the node (see --node-port)")
    parser.add_argument("--node-port", type=int, default=0, help="where the node with fixed answers listens")
    parser.add_argument("--jar", type=Path, help="another gridfleet-lb.jar, added as one more program")
    parser.add_argument("--write-baseline", action="store_true", help="this run's ratios become bench/baseline.json")
    return parser.parse_args()


def machine():
    def first(*command):
        try:
            ran = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
            return (ran.stdout + ran.stderr).strip().splitlines()[0]
        except (OSError, IndexError):
            return "?"

    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), platform.machine())
    memory = int(next(line for line in open("/proc/meminfo") if line.startswith("MemTotal")).split()[1]) // 1024 // 1024
    load = os.getloadavg()
    return {
        "hardware": f"{os.cpu_count()} × {model}, {memory} GiB", "kernel": platform.release(),
        "load average": "%.1f %.1f %.1f" % load,
        "java": first("java", "-version"), "haproxy": first("haproxy", "-v"), "nginx": first("nginx", "-v"), "wrk": first("wrk", "-v"),
        "commit": first("git", "-C", str(HERE), "describe", "--always", "--dirty"),
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC")}


def programs(asked, folder, node):
    found = [node, parts.start_gridfleet(folder, node.url, [parts.device(n, 64) for n in range(16)]), parts.start_haproxy(folder, node)]
    if asked.jar:
        found.append(parts.start_gridfleet(
            folder, node.url, [parts.device(n, 64) for n in range(16)], name="other-jar", jar=asked.jar))
    if not asked.quick:
        found.append(parts.start_nginx(folder, node))
    if asked.grid or not (asked.quick or asked.no_grid):
        found.append(parts.start_grid(folder, node, "standalone"))
        found.append(parts.start_grid(folder, node, "hub"))
    for number, text in enumerate(asked.proxy):
        name, separator, url = text.partition("=")
        found.append(parts.Elsewhere(name, url) if separator else parts.Elsewhere(f"proxy-{number + 1}", text))
    return found


def commands(asked, found, raw):
    """Commands of a live session: small answers at growing concurrency, 100 KiB answers, and at half load."""
    rounds, seconds = asked.rounds or (3 if asked.quick else 5), asked.seconds or (3 if asked.quick else 8)
    session = {part.name: parts.new_session(part) for part in found}

    def run(part, connections, ending, *pause, length=seconds):
        return wrk(part, "commands.lua", length, connections, f"/session/{session[part.name]}/{ending}", *pause)

    for part in found:
        run(part, 50, "url", length=8 if asked.quick else 30 if seconds >= 5 else 12)
    table = {}
    loads = [("1 connection", 1, "url"), ("50 connections", 50, "url"), ("100 KiB answers, 8 connections", 8, "screenshot")]
    if not asked.quick:
        loads[1:1] = [("8 connections", 8, "url")]
        loads[3:3] = [("500 connections", 500, "url")]
    for name, connections, ending in loads:
        runs = interleaved(found, rounds, lambda part: run(part, connections, ending))
        raw["commands, " + name] = runs
        table[name] = {part: median(measured) for part, measured in runs.items()}
    # Half of what GridFleet LB can do, for all: connections pause so long that together they ask at this rate.
    half = table["50 connections"]["gridfleet"]["rate"] / 2
    pause = str(max(1, round(64 / half * 1000)))
    able = [part for part in found if table["50 connections"][part.name]["rate"] > half * 1.2]
    runs = interleaved(able, rounds, lambda part: run(part, 64, "url", pause))
    raw["commands, half load"] = runs
    table["half load"] = {part: median(measured) for part, measured in runs.items()}
    return table


def sessions(asked, found, raw):
    """New sessions, each deleted again; a request is one of the two."""
    rounds, seconds = asked.rounds or (2 if asked.quick else 5), asked.seconds or (3 if asked.quick else 8)
    table = {}
    for connections in (1, 50) if asked.quick else (1, 50, 500):
        # The Grid has 64 seats here and answers the rest after a wait: it is asked for what it can hold.
        able = [part for part in found if connections <= 50 or not part.name.startswith("grid-") and part.name != "grid"]
        runs = interleaved(able, rounds, lambda part: wrk(part, "sessions.lua", seconds, connections))
        name = f"{connections} at a time"
        raw["sessions, " + name] = runs
        table[name] = {part: median(measured) for part, measured in runs.items()}
    return table


def own(asked, folder, node, wanted):
    quick, result = asked.quick, {}

    def note(name, measure):
        print(f"… {name}", file=sys.stderr, flush=True)
        try:
            result[name] = measure()
        except (Exception, SystemExit) as failure:  # one scene that fails must not lose the others' figures
            traceback.print_exc()
            result[name] = {"failed": str(failure)[:300]}

    limit = os.sysconf("SC_OPEN_MAX") - 600
    if "start" in wanted:
        note("start", lambda: scenes.start_to_ready(folder, node, 3 if quick else 9))
    if "creation" in wanted:
        for devices in (10, 10_000) if quick else (10, 1000, 10_000):
            note(f"creation, {devices} devices", lambda: scenes.creation_share(folder, node, devices, 100 if quick else 400))
    if "freed" in wanted:
        note("freed to the next attempt", lambda: scenes.freed_to_attempt(folder, 40 if quick else 200))
    if "waiting" in wanted:
        for count in (1000,) if quick else (1000, min(20_000, limit)):
            for progress in (True,) if quick else (False, True):
                note(f"{count} waiting, progress {progress}",
                     lambda: scenes.waiting(folder, node, count, progress, 12 if quick else 25))
    if "live" in wanted and not quick:
        note("50000 live sessions", lambda: scenes.live_sessions(folder, node, 50_000))
    if "large" in wanted and not quick:
        note("1 GiB bodies", lambda: scenes.large_bodies(folder, node))
    return result


def main():
    asked = options()
    everything = "commands,sessions,start,creation,freed,waiting,live,large"
    wanted = (asked.only or everything).split(",")
    folder = Path(tempfile.mkdtemp(prefix="gridfleet-bench."))
    for sign in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(sign, lambda *_: sys.exit(130))
    if asked.quick:
        signal.signal(signal.SIGALRM, lambda *_: sys.exit("more than five minutes"))
        signal.alarm(295)
    kept = {"machine": machine(), "arguments": sys.argv[1:], "runs": {}}
    try:
        node = parts.start_node(folder, asked.node_port or parts.free_port())
        if {"commands", "sessions"} & set(wanted):
            found = programs(asked, folder, node)
            kept["started in"] = {part.name: part.started_in for part in found}
            kept["resident at start"] = {part.name: part.resident() for part in found}
            if "commands" in wanted:
                print("… commands", file=sys.stderr, flush=True)
                kept["commands"] = commands(asked, found, kept["runs"])
            if "sessions" in wanted:
                print("… sessions", file=sys.stderr, flush=True)
                kept["sessions"] = sessions(asked, found, kept["runs"])
            kept["resident after load"] = {part.name: part.resident() for part in found}
            for part in found[1:]:
                if isinstance(part, parts.Part):
                    part.stop()
        kept["own"] = own(asked, folder, node, wanted)
        kept["machine"]["load average after"] = "%.1f %.1f %.1f" % os.getloadavg()
    except BaseException:
        for log in folder.glob("*.log"):
            if log.stat().st_size:
                print(f"--- {log.name}\n" + log.read_text()[-1500:], file=sys.stderr)
        raise
    finally:
        parts.Part.stop_all()
        shutil.rmtree(folder, ignore_errors=True)
    raw = HERE / "results" / "raw"
    raw.mkdir(parents=True, exist_ok=True)
    file = raw / (datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%d-%H%M%S") + ".json")
    file.write_text(json.dumps(kept, indent=1))
    print(report.text(kept))
    print(f"raw data: {file}")
    return report.judge(kept, HERE / "baseline.json", asked.write_baseline)


if __name__ == "__main__":
    sys.exit(main())
