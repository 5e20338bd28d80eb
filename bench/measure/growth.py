"""Labs of 10 to 50 000 devices in inventory files: start, memory, creations, the long lists, and a reload of one changed device."""

import json
import multiprocessing
import signal
import time
from pathlib import Path

import parts
import programs
from creation import timed_creations
from load import Client, percentile

LABS = ((10, 1), (1000, 100), (10_000, 1), (50_000, 100))
NOTHING = "model:none os_version:>=11"


def yaml(node, url, devices):
    """A file as people write them: one device below the other, in block style."""
    lines = ["nodes:", f"  - id: {node}", f"    url: {url}", "    devices:"]
    for number in devices:
        one = programs.device(number)
        lines += [f"      - udid: {one['udid']}", f"        name: Device {number}", "        browserName: chrome", "        attributes:"]
        lines += [f"          {key}: {json.dumps(value)}" for key, value in one["attributes"].items()]
        lines += ["        tags:", f"          team: {one['tags']['team']}"]
    return "\n".join(lines) + "\n"


def inventory(folder, node_url, devices, nodes):
    """A folder of files, one a node; the nodes are one server with a path for each."""
    folder.mkdir()
    each = devices // nodes
    for number in range(nodes):
        text = yaml(f"node-{number}", f"{node_url}/n{number}", range(number * each, (number + 1) * each))
        (folder / f"node-{number:03}.yaml").write_text(text)
    return folder


def commands(url, session, stop, slowest):
    """In a process of its own: a command every few milliseconds; keeps the slowest."""
    client = Client(url)
    while not stop.is_set():
        status, _, took = client.ask("GET", f"/session/{session}/url")
        if status != 200:
            raise RuntimeError(f"a command was answered {status}")
        slowest.value = max(slowest.value, took * 1000)
        time.sleep(.001)


class Beside:
    """The slowest command of a live session while the block runs, in ms."""

    def __init__(self, server, session):
        self.stop, self.slowest = multiprocessing.Event(), multiprocessing.Value("d", 0)
        self.asks = multiprocessing.Process(
            target=commands, args=(server.url, session, self.stop, self.slowest), daemon=True)

    def __enter__(self):
        self.asks.start()
        time.sleep(.3)
        self.slowest.value = 0
        return self

    def __exit__(self, *_):
        self.stop.set()
        self.asks.join(30)


def reload(server, file, turn):
    """Changes one device; seconds until the server has taken it over, and of processor time."""
    log = Path(server.log.name)
    seen, processor = log.read_text().count("reload done"), server.processor()
    file.write_text(file.read_text().replace("battery_level: 5\n", f"battery_level: {1000 + turn}\n", 1)
                    .replace(f"battery_level: {999 + turn}\n", f"battery_level: {1000 + turn}\n", 1))
    began = time.perf_counter()
    server.process.send_signal(signal.SIGHUP)
    while log.read_text().count("reload done") == seen:
        if time.perf_counter() - began > 60:
            raise RuntimeError("the inventory wasn't read again")
        time.sleep(.005)
    took = time.perf_counter() - began
    time.sleep(.5)  # what a reload leaves to other threads, and a second reading by the watch of the folder, counts too
    return took, server.processor() - processor


def lab(bench, devices, nodes):
    folder = inventory(bench.folder / f"growth-{devices}", bench.node.url, devices, nodes)
    server = programs.start_gridfleet(
        bench.folder, bench.node.url, [], {"nodes": [], "inventory": {"files": [f"{folder}/*.yaml"]}}, name=f"growth-{devices}")
    rows = {"start s (processor s)": f"{server.started_in:.2f} ({server.processor():.1f})"}
    time.sleep(2)
    rows["resident MiB after the start"] = server.resident()
    client = Client(server.url)
    body = json.dumps({"capabilities": {"alwaysMatch": {"browserName": "chrome"}}}).encode()
    timed_creations(client, body, 300)
    took = timed_creations(client, body, 500)
    rows["creation p50 / p99 ms"] = f"{percentile(took, .5):.2f} / {percentile(took, .99):.1f}"
    session = parts.new_session(server)
    rows.update(lists(server, session, client))
    rows.update(reloads(server, session, folder))
    rows["resident MiB at the end"] = server.resident()
    client.close()
    server.stop()
    return {f"growth, {devices} devices on {nodes} nodes": rows}


def timed(client, method, path, body=b""):
    status, answer, took = client.ask(method, path, body)
    if status != 200:
        raise RuntimeError(f"{method} {path} was answered {status}")
    return took * 1000, len(answer) / 1e6


def lists(server, session, client):
    rows = {}
    asked = {"explain, nothing fits": ("POST", "/api/selector/explain", json.dumps({"selector": NOTHING}).encode()),
             "/api/devices": ("GET", "/api/devices")}
    for name, request in asked.items():
        timed(client, *request)
        with Beside(server, session) as beside:
            found = [timed(client, *request) for _ in range(3)]
        rows[f"{name}, ms (MB)"] = f"{min(took for took, _ in found):.1f} ({found[0][1]:.2f})"
        rows[f"slowest command beside {name}, ms"] = beside.slowest.value
    return rows


def reloads(server, session, folder):
    """The first one runs cold code; the others are the median of three."""
    file = sorted(folder.glob("*.yaml"))[0]
    with Beside(server, session) as beside:
        found = [reload(server, file, turn) for turn in range(4)]
    later = sorted(found[1:])
    return {"first reload of one device, s (processor s)": f"{found[0][0]:.3f} ({found[0][1]:.2f})",
            "a later one, s (processor s)": f"{later[1][0]:.3f} ({sorted(p for _, p in later)[1]:.2f})",
            "slowest command beside the reloads, ms": beside.slowest.value}
