"""Requests that wait for the only device: memory, processor time, and the time until they are served when it becomes free."""

import selectors
import socket
import sys
import time

import parts
import programs
from creation import payload
from programs import device


def queue_length(server):
    return int(server.metric("gridfleet_lb_queue_length"))


class Crowd:
    """Connections with one waiting request each."""

    def __init__(self, server, count, body):
        self.server, self.clients, self.ready, self.told = server, [], selectors.DefaultSelector(), []
        message = b"POST /session HTTP/1.1\r\nHost: lab\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (
            len(body), body)
        host, port = server.url.removeprefix("http://").split(":")
        began = time.monotonic()
        for _ in range(count):
            one = socket.create_connection((host, int(port)), timeout=60)
            one.sendall(message)
            one.setblocking(False)
            self.ready.register(one, selectors.EVENT_READ)
            self.clients.append(one)
        while queue_length(server) < count and time.monotonic() - began < 90:
            self.hear(.2)
        self.waiting, self.queued_in = queue_length(server), time.monotonic() - began
        if self.waiting < count:
            print(f"only {self.waiting} of {count} wait; answers: {self.told[:2]}", file=sys.stderr)

    def hear(self, patience):
        """Reads what has arrived: returns the number of progress bytes; answers are kept."""
        ticks = 0
        for key, _ in self.ready.select(patience):
            got = key.fileobj.recv(65536)
            ticks += got.count(b"\n")
            if got.strip():
                self.told.append(got[:4000])
            elif not got:
                self.ready.unregister(key.fileobj)
        return ticks

    def first_session(self, patience):
        """Seconds until one of them has a session; None if none gets one."""
        began, self.told = time.perf_counter(), []
        while time.perf_counter() - began < patience:
            self.hear(.2)
            if any(b"sessionId" in each for each in self.told):
                return time.perf_counter() - began
        return None

    def leave(self):
        began = time.monotonic()
        self.ready.close()
        for one in self.clients:
            one.close()
        while queue_length(self.server) > 0 and time.monotonic() - began < 60:
            time.sleep(.1)
        return time.monotonic() - began


def waiting(bench, wished, progress):
    # Each takes an open file in both processes, and some are needed for other purposes.
    count, seconds = min(wished, programs.open_files() - 600), 6 if bench.asked.quick else 25
    server = programs.start_gridfleet(
        bench.folder, bench.node.url, [device(1)], {"newSession": {"progressInterval": "10s"}}, name=f"waiting-{count}-{progress}")
    taken = parts.new_session(server)
    time.sleep(1)
    before_heap, before_resident = server.heap(), server.resident()
    crowd = Crowd(server, count, payload(
        **{"gridfleet:waitForDeviceOnlineTimeout": 600, "gridfleet:newSessionRequestProgress": progress}))
    processor, began, ticks = server.processor(), time.monotonic(), 0
    while time.monotonic() - began < seconds:
        ticks += crowd.hear(.2)
    used = (server.processor() - processor) / (time.monotonic() - began)
    heap, resident = server.heap(), server.resident()
    parts.ask(f"{server.url}/session/{taken}", "DELETE")
    served = crowd.first_session(30)
    gone_in = crowd.leave()
    server.stop()
    told = {"waiting": crowd.waiting, "heap MiB": heap, "heap KiB each": (heap - before_heap) * 1024 / max(1, crowd.waiting),
            "resident MiB more": resident - before_resident, "processors in use": used,
            "signs of life a second": ticks / seconds, "all queued in s": crowd.queued_in, "all gone in s": gone_in}
    if served is not None:
        told["device freed to first answer ms"] = served * 1000
    return {f"waiting: {wished} requests, progress {'on' if progress else 'off'}": told}
