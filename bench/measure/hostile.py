"""Commands of a live session while one client sends the worst requests that are still accepted, as fast as it can."""

import itertools
import json
import multiprocessing
import time

import parts
import programs
from load import Client, percentile

DEVICES = 10_000


def entries(count, selector):
    return {"capabilities": {"firstMatch": [{"gridfleet:selector": selector(number)} for number in range(count)]}}


def one(selector):
    return {"capabilities": {"alwaysMatch": {"gridfleet:selector": selector, "gridfleet:waitForDeviceOnlineTimeout": 0}}}


# The number makes each request different, so that no result is cached.
KINDS = {
    "nothing matches": lambda n: one(f"model:none{n} os_version:>=11 battery_level:20..90"),
    "64 entries": lambda n: entries(64, lambda i: f"model:none{n}-{i} os_version:>=11"),
    "1000 entries (refused)": lambda n: entries(1000, lambda i: "model:none"),
    "wildcards": lambda n: one(" ".join(f"model:*{c}*{'l' * 40}{n}" for c in "abcdefghij")),
    "an expression": lambda n: one(f"model:/(o?d?e?l?){{25}}(x{n}|y)/"),
    "256 terms": lambda n: one(",".join(f"model:none{n}-{i}" for i in range(255))),
    "64 long entries": lambda n: entries(64, lambda i: f"model:[{','.join(f'none{n}-{i}-{j}' for j in range(200))}]"),
    "a body of 8 MiB": lambda n: {**one(f"model:none{n}"), "more": [str(n)] * 480_000 + ["x" * 4_000_000]},
}


def send(url, kind, sent):
    """In a process of its own: its work doesn't delay the measured client."""
    client = Client(url)
    for number in itertools.count():
        client.ask("POST", "/session", json.dumps(KINDS[kind](number)).encode())
        sent.value += 1


def commands(server, session, seconds):
    client, took, end = Client(server.url), [], time.monotonic() + seconds
    while time.monotonic() < end:
        status, _, seconds_taken = client.ask("GET", f"/session/{session}/url")
        if status != 200:
            raise RuntimeError(f"a command was answered {status}")
        took.append(seconds_taken * 1000)
        time.sleep(.002)
    client.close()
    return took


def hostile(bench):
    found = {}
    jars = [("GridFleet LB", programs.JAR)] + ([(str(bench.asked.jar), bench.asked.jar)] if bench.asked.jar else [])
    for name, jar in jars:
        server = programs.start_gridfleet(
            bench.folder, bench.node.url, [programs.device(number) for number in range(DEVICES)], name="hostile", jar=jar)
        session = parts.new_session(server)
        commands(server, session, 2 * bench.seconds)
        rows = {"nobody: p50 / p99 / most ms": told(commands(server, session, bench.seconds))}
        for kind in KINDS:
            sent = multiprocessing.Value("i", 0)
            sender = multiprocessing.Process(target=send, args=(server.url, kind, sent), daemon=True)
            sender.start()
            time.sleep(.5)
            took = commands(server, session, 2 * bench.seconds)
            sender.kill()
            sender.join()
            rows[f"{kind}: p50 / p99 / most ms; requests"] = f"{told(took)}; {sent.value}"
            time.sleep(1)
        server.stop()
        found[f"hostile requests, {DEVICES} devices, {name}"] = rows
    return found


def told(took):
    return " / ".join(f"{percentile(took, share):.2f}" for share in (.5, .99, 1))
