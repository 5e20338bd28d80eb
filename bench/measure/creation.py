"""Start, idle memory, and the server's own share of a creation."""

import json
import subprocess
import time

import programs
from load import Client, median, percentile
from programs import device

HARD = ("browserName:chrome os_version:>=11 (model:\"Model 1*\",model:/Model [2-9]/,battery_level:20..90) "
        "-tag.team:team-9 geos:\"Town 1*\",geos:\"Town 2*\",geos:\"Town 3*\"")


def payload(**capabilities):
    return json.dumps({"capabilities": {"alwaysMatch": {"browserName": "chrome", **capabilities}}}).encode()


def start_to_ready(bench):
    """From the process's start to an answer of 200 by /readyz; memory five seconds later."""
    ways = {"start": []}
    if not bench.asked.quick:
        ways["start with shared classes"] = [f"@{shared_classes(bench)}"]
    starts = {name: [] for name in ways}
    for number in range(3 if bench.asked.quick else 9):
        for name, flags in ways.items():
            server = programs.start_gridfleet(bench.folder, bench.node.url, [device(1, 64)], name=f"start-{number}", flags=flags)
            starts[name].append({"ready": server.started_in, "processor": server.processor()})
            server.stop()
    told = {name: {"start to ready s": median(runs, "ready"), "processor s": median(runs, "processor")} for name, runs in starts.items()}
    told["idle"] = idle(bench)
    return told


def shared_classes(bench):
    """The options of the image, with the archive or cache that they name."""
    archive = bench.folder / "gridfleet-lb.archive"
    subprocess.run([str(programs.REPOSITORY / "docker" / "share-classes"), str(programs.JAR), str(archive)],
                   check=True, timeout=300, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return f"{archive}.options"


def idle(bench):
    server = programs.start_gridfleet(bench.folder, bench.node.url, [device(1, 64)], name="idle")
    time.sleep(5)
    resident, processor = server.resident(), server.processor()
    time.sleep(2 if bench.asked.quick else 10)
    used = (server.processor() - processor) / (2 if bench.asked.quick else 10)
    told = {"resident MiB": resident, "processors in use": used, "heap MiB": server.heap()}
    server.stop()
    return told


def timed_creations(client, body, times):
    taken = []
    for _ in range(times):
        status, answer, seconds = client.ask("POST", "/session", body)
        if status != 200:
            raise RuntimeError(f"a creation was refused: {answer[:500]!r}")
        taken.append(seconds * 1000)
        client.ask("DELETE", "/session/" + json.loads(answer)["value"]["sessionId"])
    return taken


def own_share(bench, devices):
    """The time of a creation through the server minus that of the same request to the node, in ms; one client, idle devices."""
    times = 100 if bench.asked.quick else 500
    server = programs.start_gridfleet(
        bench.folder, bench.node.url, [device(number) for number in range(devices)], name=f"creation-{devices}")
    through, direct = Client(server.url), Client(bench.node.url)
    result = {}
    bodies = {"simple": payload(**{"gridfleet:selector": "browserName:chrome"}), "hard": payload(**{"gridfleet:selector": HARD})}
    for body in bodies.values():
        timed_creations(through, body, 2 * times)
    for name, body in bodies.items():
        ours, nodes = [], []
        for _ in range(5):
            ours += timed_creations(through, body, times // 5)
            nodes += timed_creations(direct, body, times // 5)
        for share, label in ((.5, "p50"), (.99, "p99")):
            result[f"{name} selector, own share {label} ms"] = percentile(ours, share) - percentile(nodes, share)
    for one in (through, direct, server):
        one.close() if one is not server else server.stop()
    return {f"creation, {devices} devices": result}
