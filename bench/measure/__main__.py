"""One table: direct, GridFleet LB and its peers, side by side in one run. See bench/README.md."""

import argparse
import datetime
import json
import os
import shutil
import signal
import sys
import tempfile
import time
import traceback
from dataclasses import dataclass, field
from pathlib import Path

import bodies
import creation
import floods
import freed
import growth
import hostile
import judge
import live
import machine
import micro
import parts
import programs
import records
import report
import side
import stores
import waiting

HERE = Path(__file__).resolve().parents[1]

# A quick run ends after five minutes: no scene is started that would take longer, and an alarm enforces it.
QUICK_SECONDS, QUICK_ALARM = 275, 285


class TimeIsUp(BaseException):
    """The five minutes of a quick run are over: the results so far are reported."""


def time_is_up(*_):
    raise TimeIsUp


@dataclass
class Bench:
    """One run: its options, its environment, its results."""

    asked: argparse.Namespace
    folder: Path
    missing: dict
    machine: dict
    runs: dict = field(default_factory=dict)
    table: dict = field(default_factory=dict)
    not_judged: list = field(default_factory=list)
    baseline: Path = HERE / "baseline.json"
    began: float = field(default_factory=time.monotonic)
    node: parts.Part = None
    database: programs.Postgres = None

    def __post_init__(self):
        quick = self.asked.quick
        self.rounds = self.asked.rounds or (3 if quick else 5)
        self.seconds = self.asked.seconds or (2 if quick else 5)
        # Seconds of a program's processor time before it counts as warm.
        self.warm = min(8 if quick else 30, 4 * self.seconds)

    def note_busy(self, when):
        share = machine.busy()
        self.machine[f"busy {when}"] = f"{share:.0%}"
        if share > machine.CALM:
            self.not_judged.append(f"others used {share:.0%} of the processors {when}")

    def postgres(self):
        """Started at the first use."""
        if self.database is None:
            self.database = programs.Postgres(self.folder)
        return self.database

    def say(self, what):
        print(f"… {time.monotonic() - self.began:4.0f} s  {what}", file=sys.stderr, flush=True)

    def time_left(self):
        return QUICK_SECONDS - (time.monotonic() - self.began) if self.asked.quick else float("inf")


# The scenes by name: what each needs, the most seconds that it takes in a quick run (none: not part of
# one unless it is named), and what it does.
@dataclass
class Scene:
    name: str
    title: str
    needs: tuple
    quick: int
    run: object


def scenes(bench):
    quick = bench.asked.quick
    found = [
        Scene("start", "start and idle memory", (), 20, creation.start_to_ready),
        Scene("freed", "freed to the next attempt", (), 10, freed.in_process),
        Scene("replicas", "freed to the next attempt between replicas", ("postgres",), 20, freed.between_replicas),
        Scene("locks", "locks and unlocks on SQLite", (), 12, stores.on_sqlite),
        Scene("locks", "locks and unlocks on PostgreSQL", ("postgres",), 14, stores.on_postgres)]
    for devices in (10_000,) if quick else (10, 1000, 10_000):
        found.append(Scene("creation", f"own share of a creation, {devices} devices", (), 20, lambda b, n=devices: creation.own_share(b, n)))
    for count in (1000,) if quick else (1000, 20_000):
        for progress in (True,) if quick else (False, True):
            found.append(Scene("waiting", f"{count} waiting, progress {progress}", (), 20,
                               lambda b, n=count, p=progress: waiting.waiting(b, n, p)))
    found += [
        Scene("tunnels", "WebSocket tunnels", (), 35, side.tunnels),
        Scene("recovery", "recovery after kill -9, SQLite", (), 20, live.recovery),
        Scene("recovery", "recovery after kill -9, PostgreSQL", ("postgres",), 0, live.recovery_on_postgres),
        Scene("recovery", "recovery after kill -9, another replica", ("postgres",), 20, live.taken_over),
        Scene("live", "live sessions", (), 0, live.live_sessions),
        Scene("records", "records of a session, the store alone", (), 0, records.written),
        Scene("records", "what the records cost", ("wrk",), 0, records.cost),
        Scene("hostile", "the worst requests while a session works", (), 0, hostile.hostile),
        Scene("floods", "a live session while clients flood the front door", (), 0, floods.floods),
        *[Scene("growth", f"a lab of {devices} devices", (), 0, lambda b, d=devices, n=nodes: growth.lab(b, d, n))
          for devices, nodes in growth.LABS],
        Scene("large", "1 GiB bodies", (), 0, bodies.large_bodies),
        Scene("jmh", "JMH", ("mvn",), 0, micro.jmh)]
    return found


LOADS = "commands and sessions under load"
NAMES = ("commands", "sessions", "start", "creation", "freed", "replicas", "waiting", "tunnels", "live", "records", "hostile", "floods", "growth", "large", "locks", "recovery", "jmh")


def options():
    parser = argparse.ArgumentParser(prog="bench/run", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="direct, GridFleet LB and HAProxy only; ends within five minutes")
    parser.add_argument("--only", default="", help="some of " + ",".join(NAMES))
    parser.add_argument("--grid", action="store_true", help="Selenium Grid (from Maven) in a quick run too; part of a full one")
    parser.add_argument("--no-grid", action="store_true", help="a full run without Selenium Grid")
    parser.add_argument("--rounds", type=int, default=0, help="how often each is measured; default 5, quick 3")
    parser.add_argument("--seconds", type=int, default=0, help="of one measurement; default 5, quick 2")
    parser.add_argument("--live", type=int, default=50_000, help="how many live sessions; default 50000")
    parser.add_argument("--proxy", action="append", default=[], metavar="[NAME=]URL",
                        help="another proxy; it must forward to the node (see --node-port)")
    parser.add_argument("--node-port", type=int, default=0, help="where the node with fixed answers listens")
    parser.add_argument("--jar", type=Path, help="another gridfleet-lb.jar, added as one more program")
    parser.add_argument("--transport", help="GridFleet LB once more on io_uring, epoll or nio, as one more program")
    parser.add_argument("--write-baseline", action="store_true", help="this run's ratios become bench/baseline.json")
    asked = parser.parse_args()
    asked.wanted = asked.only.split(",") if asked.only else list(NAMES)
    if unknown := set(asked.wanted) - set(NAMES):
        parser.error(f"--only knows {', '.join(NAMES)}; not {', '.join(unknown)}")
    return asked


def play(bench, scene):
    """Runs one scene; if it fails the figures of the others are kept."""
    lacking = [name for name in scene.needs if name in bench.missing]
    if lacking:
        bench.missing[scene.title] = f"{', '.join(lacking)} isn't here"
    elif bench.asked.quick and not bench.asked.only and not scene.quick:
        return
    elif scene.quick > bench.time_left():
        bench.missing[scene.title] = "no time left in a quick run"
    else:
        bench.say(scene.title)
        try:
            bench.table.update(scene.run(bench) or {})
        except Exception as failure:
            traceback.print_exc()
            bench.table[scene.title] = {"failed": f"{type(failure).__name__}: {failure}".splitlines()[0][:200].replace("|", "/")}
            tell_logs(bench.folder)
        except TimeIsUp:
            bench.missing[scene.title] = "five minutes are over"
            raise
        finally:
            keep = [bench.node] + ([bench.database.part] if bench.database else [])
            parts.Part.stop_all(but=keep)


def measure(bench):
    wanted = set(bench.asked.wanted)
    if "jmh" in wanted and "mvn" not in bench.missing and not (bench.asked.quick and not bench.asked.only):
        bench.say("building bench.jar")
        micro.build()
    bench.node = programs.start_node(bench.folder, bench.asked.node_port or parts.free_port())
    if "nginx" in bench.missing:
        bench.machine["node"] = "simulated, for want of nginx"
        bench.not_judged.append("the node wasn't nginx")
    if {"commands", "sessions"} & wanted:
        play(bench, Scene("loads", LOADS, ("wrk",), 200, lambda b: side.loads(b, wanted)))
    for scene in scenes(bench):
        if scene.name in wanted:
            play(bench, scene)


def tell_logs(folder):
    for log in folder.glob("*.log"):
        if log.stat().st_size and log.name not in ("jmh.log", "postgres.log"):
            print(f"--- {log.name}\n" + log.read_text(errors="replace")[-800:], file=sys.stderr)


def keep(bench):
    raw = HERE / "results" / "raw"
    raw.mkdir(parents=True, exist_ok=True)
    file = raw / (datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%d-%H%M%S") + ".json")
    file.write_text(json.dumps({"machine": bench.machine, "arguments": sys.argv[1:], "missing": bench.missing,
                                "table": bench.table, "runs": bench.runs}, indent=1))
    return file


def main():
    asked = options()
    folder = Path(tempfile.mkdtemp(prefix="gridfleet-bench."))
    folder.chmod(0o711)  # nginx and PostgreSQL run as users of their own if this runs as root
    for sign in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(sign, lambda *_: sys.exit(130))
    if asked.quick:
        signal.signal(signal.SIGALRM, time_is_up)
        signal.alarm(QUICK_ALARM)
    bench = Bench(asked, folder, machine.missing(), machine.told())
    try:
        # Tools that don't compile end the run: a scene that lacks one would only be missing from a quick run's table.
        programs.tool("Lapses")
        bench.note_busy("before")
        measure(bench)
    except TimeIsUp:
        print("five minutes are over", file=sys.stderr)
    finally:
        signal.alarm(0)
        parts.Part.stop_all()
        shutil.rmtree(folder, ignore_errors=True)
    bench.note_busy("after")
    bench.machine["load average after"] = "%.1f %.1f %.1f" % os.getloadavg()
    bench.machine["took"] = f"{time.monotonic() - bench.began:.0f} s"
    file = keep(bench)
    print(report.text(bench))
    print(report.targets(bench))
    lines, well = judge.told(bench)
    print("\n".join(lines))
    print(f"\nraw data: {file.relative_to(HERE.parent)}")
    if asked.write_baseline:
        judge.write(bench)
        return 0
    failed = [what for what, rows in bench.table.items() if "failed" in rows]
    if failed:
        print("failed: " + ", ".join(failed), file=sys.stderr)
    # A quick run judges ratios and nothing else; without the loads there are none.
    return 0 if well and (LOADS not in failed if asked.quick else not failed) else 1


if __name__ == "__main__":
    sys.exit(main())
