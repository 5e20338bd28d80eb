"""1 GiB each way through a session, and the largest growth of the server's buffers and memory meanwhile."""

import socket
import threading
import time

import parts
import programs
from parts import MIB
from programs import device


def large_bodies(bench):
    # nginx answers before it has a body, upon which HAProxy closes the connection: uploads go to a node that reads them.
    reader = programs.start_simulated_node(bench.folder, name="reader")
    return {"1 GiB body down": through_all(bench, bench.node, download, "1 GiB"),
            "1 GiB body up": through_all(bench, reader, upload, "1 GiB sent")}


def through_all(bench, node, way, what):
    server = programs.start_gridfleet(bench.folder, node.url, [device(1, 8)])
    through = {"direct": node, "gridfleet": server}
    if "haproxy" not in bench.missing:
        through["haproxy"] = programs.start_haproxy(bench.folder, node)
    path, rate = f"/session/{parts.new_session(server)}/{node.paths[what]}", {}
    way(node, path)  # once, so that memory is allocated
    with Watch(server) as watch:
        for name, part in through.items():
            began = time.monotonic()
            way(part, path)
            rate[name] = 1024 / (time.monotonic() - began)
    for name in ("gridfleet", "haproxy"):
        if name in through:
            through[name].stop()
    return {"MiB a second": rate, **watch.told()}


def download(server, path):
    with connection(server) as one:
        one.sendall(f"GET {path} HTTP/1.1\r\nHost: lab\r\nConnection: close\r\n\r\n".encode())
        got, room = 0, memoryview(bytearray(MIB))
        while part := one.recv_into(room):
            got += part
    if got < 1024 * MIB:
        raise RuntimeError(f"only {got} bytes came")


def upload(server, path):
    piece = bytes(MIB)
    with connection(server) as one:
        one.sendall(f"POST {path} HTTP/1.1\r\nHost: lab\r\nContent-Length: {1024 * MIB}\r\n\r\n".encode())
        for _ in range(1024):
            one.sendall(piece)
        if b" 200 " not in one.recv(65536):
            raise RuntimeError("the upload was refused")


def connection(server):
    host, port = server.url.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), timeout=120)


class Watch:
    """Records the maximum of a server's network buffers and resident memory, ten times a second."""

    def __init__(self, server):
        self.server, self.over = server, threading.Event()
        self.before, self.resident, self.buffers = server.resident(), 0.0, 0.0
        self.thread = threading.Thread(target=self.watch)

    def __enter__(self):
        self.thread.start()
        return self

    def watch(self):
        while not self.over.wait(.1):
            self.resident = max(self.resident, self.server.resident())
            self.buffers = max(self.buffers, self.server.metric("gridfleet_lb_buffer_memory_bytes") / MIB)

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()

    def told(self):
        return {"network buffers MiB": self.buffers, "resident MiB more": self.resident - self.before}
