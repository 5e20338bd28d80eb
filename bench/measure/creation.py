"""Start, idle memory, and our own share of a creation."""

import json
import time

import programs
from load import Client, percentile
from programs import device

HARD = ("browserName:chrome os_version:>=11 (model:\"Model 1*\",model:/Model [2-9]/,battery_level:20..90) "
        "-tag.team:team-9 geos:\"Town 1*\",geos:\"Town 2*\",geos:\"Town 3*\"")


def payload(**capabilities):
    return json.dumps({"capabilities": {"alwaysMatch": {"browserName": "chrome", **capabilities}}}).encode()


def start_to_ready(bench):
    """From the process's start to an answer of 200 by /readyz; memory five seconds later."""
    times, seconds = 3 if bench.asked.quick else 9, []
    for number in range(times):
        server = programs.start_gridfleet(bench.folder, bench.node.url, [device(1, 64)], name=f"start-{number}")
        seconds.append(server.started_in)
        if number < times - 1:
            server.stop()
    time.sleep(5)
    resident = server.resident()  # before the heap is looked at: that makes it grow
    told = {"start to ready s": [sorted(seconds)[times // 2], min(seconds), max(seconds)], "idle resident MiB": resident,
            "idle heap MiB": server.heap()}
    server.stop()
    return {"start": told}


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
    """What a creation takes through us beyond the same request to the node; ms; one client, idle devices."""
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
