"""Processes that are measured: each in a process group of its own, on loopback, ended with the benchmark."""

import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")
REPOSITORY = Path(__file__).resolve().parents[2]
MIB = 1024 * 1024


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def family(pid):
    """A process and what it started."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            for child in task.read_text().split():
                found += family(int(child))
        except OSError:
            continue  # a thread that has ended meanwhile
    return found


def get(url, timeout=30):
    with urllib.request.urlopen(url, timeout=timeout) as answer:
        return answer.read()


def ask(url, method, body=None, timeout=60):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(
        url, data=data, method=method, headers={"Content-Type": "application/json; charset=utf-8"})
    with urllib.request.urlopen(request, timeout=timeout) as answer:
        return json.loads(answer.read())


def new_session(part, **more):
    answer = ask(part.url + "/session", "POST", {"capabilities": {"alwaysMatch": {"browserName": "chrome", **more}}})
    return answer["value"]["sessionId"]


class Part:
    """A program that runs until it is stopped."""

    running = []

    def __init__(self, name, command, folder, port, ready="/status", stop_by=signal.SIGTERM, input_open=False):
        self.name, self.port, self.stop_by = name, port, stop_by
        self.url = f"http://127.0.0.1:{port}"
        self.log = open(folder / f"{name}.log", "ab")
        began = time.perf_counter()
        self.process = subprocess.Popen(
            command, stdout=self.log, stderr=self.log, start_new_session=True,
            stdin=subprocess.PIPE if input_open else subprocess.DEVNULL)
        Part.running.append(self)
        self.await_ready(ready if callable(ready) else lambda: self.answers(ready))
        self.started_in = time.perf_counter() - began

    def answers(self, path):
        try:
            return b'ready":false' not in get(self.url + path, timeout=5).translate(None, b" \n")
        except (OSError, urllib.error.URLError):
            return False

    def await_ready(self, ready):
        end = time.monotonic() + 120
        while time.monotonic() < end and self.process.poll() is None:
            if ready():
                return
            time.sleep(0.004)
        raise RuntimeError(f"{self.name} did not start: " + Path(self.log.name).read_text()[-2000:])

    def processor(self):
        """Seconds of processor time so far."""
        total = 0
        for pid in family(self.process.pid):
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            total += int(fields[11]) + int(fields[12])
        return total / TICKS

    def compiling(self):
        """Seconds of processor time that a JVM's compilers have used; their threads end when they are idle."""
        total = 0
        for pid in family(self.process.pid):
            for task in Path(f"/proc/{pid}/task").iterdir():
                try:
                    if (task / "comm").read_text().startswith(("C1 Compiler", "C2 Compiler")):
                        total += int((task / "schedstat").read_text().split()[0])
                except OSError:
                    continue  # a thread that has ended meanwhile
        return total / 1e9

    def resident(self):
        """MiB of resident memory."""
        return sum(int(Path(f"/proc/{p}/statm").read_text().split()[1]) for p in family(self.process.pid)) * PAGE / MIB

    def heap(self):
        """MiB of a JVM's heap that are reachable after two collections."""
        for _ in range(2):
            subprocess.run(["jcmd", str(self.process.pid), "GC.run"], stdout=subprocess.DEVNULL, check=True, timeout=120)
        histogram = subprocess.run(
            ["jcmd", str(self.process.pid), "GC.class_histogram"], capture_output=True, text=True, check=True, timeout=120)
        return int(histogram.stdout.strip().splitlines()[-1].split()[2]) / MIB

    def metric(self, name, having=""):
        """A figure of GridFleet LB's /metrics: the sum over the lines of this name that hold the text."""
        lines = [line for line in get(self.url + "/metrics").decode().splitlines()
                 if line.split("{")[0].split(" ")[0] == name and having in line]
        if not lines:
            raise RuntimeError(f"no {name} in /metrics")
        return sum(float(line.split()[-1]) for line in lines)

    def kill(self):
        """As kill -9 does."""
        Part.running.remove(self)
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)
        self.log.close()

    def stop(self):
        if self not in Part.running:
            return
        Part.running.remove(self)
        for sign, patience in ((self.stop_by, 1), (signal.SIGKILL, 5)):
            try:
                os.killpg(self.process.pid, sign)
                self.process.wait(patience)
                break
            except ProcessLookupError:
                break
            except subprocess.TimeoutExpired:
                continue
        self.log.close()

    @staticmethod
    def stop_all(but=()):
        for part in reversed(list(Part.running)):
            if part not in but:
                part.stop()


class Elsewhere:
    """A proxy that was started elsewhere; its processor time and memory are unknown."""

    def __init__(self, name, url):
        self.name, self.url, self.started_in = name, url.rstrip("/"), None

    def processor(self):
        return None

    def resident(self):
        return None

    def stop(self):
        pass
