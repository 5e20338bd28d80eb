"""How it is measured: wrk for load, plain sockets where single answers are timed."""

import json
import socket
import statistics
import subprocess
import time
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parents[1] / "wrk"


def wrk(part, script, seconds, connections, *arguments):
    """One run of load: requests a second, latencies in ms, processor time a request in µs."""
    threads = 1 if connections < 8 else 2
    before = part.processor()
    command = ["wrk", f"-t{threads}", f"-c{connections}", f"-d{seconds}s", "--timeout", "60s", "--latency",
               "-s", str(SCRIPTS / script), part.url, "--", *map(str, arguments)]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 120, check=True)
    line = next(line for line in ran.stdout.splitlines() if line.startswith("RESULT "))
    told = json.loads(line[len("RESULT "):])
    after = part.processor()
    end_sessions(part, [line.split()[1] for line in ran.stdout.splitlines() if line.startswith("LEFT ")])
    requests = max(1, told["requests"])
    return {
        "rate": requests / (told["duration"] / 1e6),
        "p50": told["p50"] / 1000, "p99": told["p99"] / 1000, "p999": told["p999"] / 1000,
        "cpu": None if before is None else (after - before) / requests * 1e6,
        "requests": requests, "errors": told["errors"]}


def end_sessions(part, ids):
    """Ends the sessions that a run of load left, which would occupy slots in the next."""
    if ids and part.name != "direct":
        client = Client(part.url)
        for live in ids:
            client.ask("DELETE", f"/session/{live}")
        client.close()


def interleaved(parts, rounds, measure):
    """Each part in turn, then in the opposite order: disturbances affect all. Returns the runs of each."""
    runs = {part.name: [] for part in parts}
    for turn in range(rounds):
        for part in parts if turn % 2 == 0 else list(reversed(parts)):
            runs[part.name].append(measure(part))
    return runs


def paired_ratio(ours, others, key):
    """The median of the ratios of runs that were made one after the other; None without figures."""
    found = [one[key] / other[key] for one, other in zip(ours, others) if one.get(key) and other.get(key)]
    return statistics.median(found) if found else None


def median(runs, key):
    """The median, the least and the most of a figure over runs; None if it isn't known."""
    known = [run[key] for run in runs if run.get(key) is not None]
    return [statistics.median(known), min(known), max(known)] if known else None


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


class Client:
    """One HTTP/1.1 connection that waits for each answer."""

    def __init__(self, url):
        host, port = url.removeprefix("http://").split(":")
        self.socket = socket.create_connection((host, int(port)), timeout=120)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.head = f"Host: {host}:{port}\r\nContent-Type: application/json; charset=utf-8\r\n".encode()

    def ask(self, method, path, body=b""):
        """Status, body and seconds."""
        message = b"%s %s HTTP/1.1\r\n%sContent-Length: %d\r\n\r\n%s" % (
            method.encode(), path.encode(), self.head, len(body), body)
        began = time.perf_counter()
        self.socket.sendall(message)
        got = b""
        while b"\r\n\r\n" not in got:
            got += self.more()
        head, _, rest = got.partition(b"\r\n\r\n")
        rest = bytearray(rest)
        length = next(
            (int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")), None)
        while length is None and not rest.endswith(b"0\r\n\r\n") or length is not None and len(rest) < length:
            rest += self.more()
        return int(head.split()[1]), rest, time.perf_counter() - began

    def more(self):
        part = self.socket.recv(65536)
        if not part:
            raise ConnectionError("closed")
        return part

    def close(self):
        self.socket.close()
