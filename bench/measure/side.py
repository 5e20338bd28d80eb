"""Side by side: the same load on the node itself, on GridFleet LB and on alternatives to it."""

import json
import subprocess
import time

import judge
import parts
import programs
from load import interleaved, median, paired_ratio, wrk
from programs import device


# Programs that need no warm-up.
COMPILED = ("direct", "haproxy", "nginx")

# A load is measured once a JVM's compilers use less than this share of its processor time, or after so many uncounted turns.
SETTLED, MAX_TURNS = 0.1, 6


def started(bench, node, more=()):
    """The programs of this run, the node first; a peer that can't start is named and skipped."""
    devices = [device(number, 64) for number in range(16)]
    folder, asked = bench.folder, bench.asked
    found = [node, programs.start_gridfleet(folder, node.url, devices)]
    if asked.jar:
        found.append(programs.start_gridfleet(folder, node.url, devices, name="other-jar", jar=asked.jar))
    if asked.transport:
        router = {"router": {"transport": asked.transport}}
        found.append(programs.start_gridfleet(folder, node.url, devices, router, name=f"on-{asked.transport}"))
    wanted = [("haproxy", lambda: programs.start_haproxy(folder, node))]
    if not asked.quick:
        wanted.append(("nginx", lambda: programs.start_nginx(folder, node)))
    if asked.grid or not (asked.quick or asked.no_grid):
        wanted.append(("grid", lambda: programs.start_grid(folder, node, "standalone")))
        wanted.append(("grid-hub", lambda: programs.start_grid(folder, node, "hub")))
    for name, start in [*wanted, *more]:
        if name not in bench.missing:
            try:
                found.append(start())
            except (OSError, RuntimeError, subprocess.SubprocessError) as failure:
                bench.missing[name] = str(failure)[:200]
    for number, text in enumerate(asked.proxy):
        name, separator, url = text.partition("=")
        found.append(parts.Elsewhere(name, url) if separator else parts.Elsewhere(f"proxy-{number + 1}", text))
    return found


def figures(runs, unit="requests"):
    """The rows of a load: the rate of each program, and its cost above direct."""
    rows = {f"{unit}/s": {name: median(each, "rate") for name, each in runs.items()}}
    for key, label in (("p50", "p50 ms"), ("p99", "p99 ms"), ("p999", "p99.9 ms")):
        rows[label] = {name: median(each, key) for name, each in runs.items()}
    for key, label in (("p50", "p50 beyond direct ms"), ("p99", "p99 beyond direct ms")):
        rows[label] = {name: beyond(each, runs["direct"], key) for name, each in runs.items() if name != "direct"}
    rows[f"processor µs a {unit.removesuffix('s')}"] = {
        name: median(each, "cpu") for name, each in runs.items() if name != "direct"}
    if any(run["errors"] for each in runs.values() for run in each):
        rows["errors"] = {name: sum(run["errors"] for run in each) for name, each in runs.items()}
    return rows


def beyond(runs, direct, key):
    """The median of differences between runs that were made one after the other."""
    return median([{"lapse": one[key] - other[key]} for one, other in zip(runs, direct)], "lapse")


def measured(bench, name, found, run, unit="requests"):
    """A load on all, in rounds; if a judged ratio looks worse than the baseline, the same number of rounds is added."""
    bench.say(name)
    rounds = bench.rounds
    for part in found:
        if part.name not in COMPILED:
            settle(bench, part, run)
    runs = interleaved(found, rounds, run)
    if judge.worse(bench, {name: runs}) and not bench.asked.write_baseline and bench.time_left() > 60:
        began = time.monotonic()
        for part, more in interleaved(found, rounds, run).items():
            runs[part] += more
        bench.say(f"{name}: measured again, {time.monotonic() - began:.0f} s")
    bench.runs[name] = runs
    bench.table[name] = figures(runs, unit)
    return runs


def settle(bench, part, run):
    """Repeats a load, uncounted, until the compilers use little of a JVM's processor time: each load uses other code of a program."""
    program = getattr(part, "part", part)
    for _ in range(MAX_TURNS):
        before = program.started_in and (program.processor(), program.compiling())
        run(part)
        if not before or bench.time_left() < 60:
            return
        used, compiled = program.processor() - before[0], program.compiling() - before[1]
        if compiled < SETTLED * used:
            return


def warm_up(bench, part, run, more=False):
    """Runs until a program has used this much processor time, which doesn't depend on other load of the machine."""
    began, wanted = time.monotonic(), bench.warm
    if more and part.started_in:
        wanted += part.processor()
    run()
    while part.started_in and part.name not in COMPILED:
        if part.processor() > wanted or time.monotonic() - began > 2 * bench.warm or bench.time_left() < 60:
            return
        run()


def commands(bench, found):
    """Commands of a live session: small answers at growing concurrency, large ones, and at half load."""
    quick, seconds = bench.asked.quick, bench.seconds
    session = {part.name: parts.new_session(part) for part in found}
    node_paths = bench.node.paths

    def run(part, connections, what, pause=0, send=0, length=seconds):
        path = f"/session/{session[part.name]}/{node_paths[what]}"
        return wrk(part, "commands.lua", length, connections, path, pause, send)

    bench.say("warming up")
    for part in found:
        warm_up(bench, part, lambda: run(part, 50, "small", length=2))
    loads = [(50, "small"), (8, "100 KiB"), (4, "5 MiB")]
    if not quick:
        loads = [(1, "small"), (8, "small"), (50, "small"), (500, "small"), (8, "100 KiB"), (4, "5 MiB")]
    reached = None
    for connections, what in loads:
        kind = "commands" if what == "small" else f"{what} answers"
        runs = measured(bench, f"{kind}, {connections} at a time", found, lambda part: run(part, connections, what))
        if (connections, what) == (50, "small"):
            reached = {name: median(each, "rate")[0] for name, each in runs.items()}
    measured(bench, "5 MiB bodies sent, 4 at a time", found, lambda part: run(part, 4, "5 MiB sent", 0, 5 * parts.MIB))
    # Half of what GridFleet LB can do, for all: connections pause so that together they send at this rate.
    half = reached["gridfleet"] / 2
    pause = max(1, round(64 / half * 1000))
    able = [part for part in found if reached[part.name] > half * 1.2]
    measured(bench, "commands, half load", able, lambda part: run(part, 64, "small", pause))


def sessions(bench, found):
    """New sessions, each deleted again; a creation and its deletion are counted as one."""
    def run(part, connections):
        told = wrk(part, "sessions.lua", bench.seconds, connections)
        return {**told, "rate": told["rate"] / 2, "cpu": told["cpu"] and told["cpu"] * 2}

    bench.say("warming up new sessions")
    for part in found:
        warm_up(bench, part, lambda: wrk(part, "sessions.lua", 2, 8), more=True)
    for connections in (50,) if bench.asked.quick else (1, 50, 500):
        # The Grid has 256 slots here and answers further requests after a wait: it gets no more than it can hold.
        able = [part for part in found if connections <= 50 or not part.name.startswith("grid") or part.name.startswith("gridfleet")]
        measured(bench, f"new sessions, {connections} at a time", able, lambda part: run(part, connections), "sessions")


def loads(bench, wanted):
    """Commands and sessions, on programs that are started once for both."""
    more = []
    if "sessions" in wanted and not bench.asked.quick and "postgres" not in bench.missing:
        devices = [device(number, 64) for number in range(16)]
        more.append(("gridfleet-postgres", lambda: programs.start_gridfleet(
            bench.folder, bench.node.url, devices, name="gridfleet-postgres", store=bench.postgres().database())))
    found = started(bench, bench.node, more)
    at_start = {part.name: part.resident() for part in found[1:]}
    took = {part.name: part.started_in for part in found[1:]}
    if "commands" in wanted:
        commands(bench, [part for part in found if part.name != "gridfleet-postgres"])
    if "sessions" in wanted:
        sessions(bench, found)
    bench.table["programs"] = {
        "first start to ready s": took, "resident MiB at start": at_start,
        "resident MiB after the load": {part.name: part.resident() for part in found[1:]}}
    for part in found[1:]:
        part.stop()


class Tunnels:
    """A client with WebSocket tunnels through one program."""

    def __init__(self, bench, part, count):
        self.part, self.name = part, part.name
        self.log = open(bench.folder / f"tunnels-{part.name}.log", "ab")
        self.process = subprocess.Popen(
            programs.tool("TunnelLoad", part.url, count), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log,
            text=True, start_new_session=True)
        self.opened = self.told("OPEN ")

    def told(self, word):
        for line in self.process.stdout:
            if line.startswith(word):
                return json.loads(line[len(word):])
        raise RuntimeError(f"no {word}from the tunnels through {self.name}: " + open(self.log.name).read()[-500:])

    def run(self, active, size, seconds):
        before = self.part.processor()
        self.process.stdin.write(f"load {active} {size} {seconds}\n")
        self.process.stdin.flush()
        told = self.told("RESULT ")
        return {**told, "cpu": (self.part.processor() - before) / max(1, told["count"]) * 1e6}

    def close(self):
        self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self.log.close()


def tunnels(bench):
    """Memory of open WebSockets, then echoed messages, compared with direct."""
    wished = 200 if bench.asked.quick else 5000
    # Each is two open files of a proxy; a node serves two programs.
    count = min(wished, (programs.open_files() - 600) // 2)
    node, second = (programs.start_simulated_node(bench.folder, name=f"tunnel-node-{number}") for number in (1, 2))
    node.name = "direct"
    devices = programs.devices_for(count)
    found = [node, programs.start_gridfleet(bench.folder, node.url, devices, name="gridfleet")]
    if "haproxy" not in bench.missing:
        found.append(programs.start_haproxy(bench.folder, second))
    if not bench.asked.quick and "nginx" not in bench.missing:
        found.append(programs.start_nginx(bench.folder, second))
    ours, clients = found[1], []
    try:
        time.sleep(1)
        before = {part.name: part.resident() for part in found[1:]}
        heap, buffers = ours.heap(), ours.metric("gridfleet_lb_buffer_memory_bytes")
        for part in found:
            clients.append(Tunnels(bench, part, count))
        opened = {client.name: client.opened for client in clients}
        open_now = ours.metric("gridfleet_lb_tunnels_open")
        bench.table[f"{count} tunnels"] = {
            "open": {name: told["count"] for name, told in opened.items()},
            "opened with their sessions, a second": {name: told["count"] / told["seconds"] for name, told in opened.items()},
            "resident MiB more": {part.name: part.resident() - before[part.name] for part in found[1:]},
            "heap MiB more": {"gridfleet": ours.heap() - heap},
            "heap KiB each": {"gridfleet": (ours.heap() - heap) * 1024 / count},
            "network buffers MiB more": {
                "gridfleet": (ours.metric("gridfleet_lb_buffer_memory_bytes") - buffers) / parts.MIB},
            "counted by /metrics": {"gridfleet": open_now}}
        for client in clients:
            warm_up(bench, client.part, lambda: client.run(50, 100, 2))
        loads = [(50, 100)] if bench.asked.quick else [(1, 100), (50, 100), (count, 100), (8, 65536)]
        for active, size in loads:
            name = f"messages of {size} bytes there and back, {active} of {count} tunnels"
            measured(bench, name, clients, lambda one: one.run(active, size, bench.seconds), "messages")
    finally:
        for client in clients:
            client.close()
        for part in [*found, second]:
            part.stop()
