"""The machine and the programs of a measurement; which programs are missing, and how to get them."""

import datetime
import os
import platform
import pwd
import shutil
import subprocess
import time

from parts import REPOSITORY
from programs import GRID_VERSION, open_files, postgres_folder

# Programs that may be absent: scenes that need one are skipped by name.
PEERS = {"wrk": "wrk", "haproxy": "haproxy", "nginx": "nginx-light", "postgres": "postgresql", "mvn": "maven"}


def first(*command):
    try:
        ran = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
        return (ran.stdout + ran.stderr).strip().splitlines()[0]
    except (OSError, IndexError):
        return "not here"


# Above this, other processes determine how the programs under load share the processors.
CALM = 0.3


def busy():
    """The share of the processors' time that is in use now, by all processes."""
    def times():
        found = [int(word) for word in open("/proc/stat").readline().split()[1:9]]
        return sum(found), found[3] + found[4]

    (before, idle), _ = times(), time.sleep(2)
    after, idle_after = times()
    return 1 - (idle_after - idle) / max(1, after - before)


def missing():
    """Name → what to do about it."""
    found = {name: f"apt-get install --no-install-recommends {package}" for name, package in PEERS.items() if not shutil.which(name)}
    if postgres_folder():
        found.pop("postgres", None)
    if os.geteuid() == 0 and "postgres" not in found and "postgres" not in {user.pw_name for user in pwd.getpwall()}:
        found["postgres"] = "it refuses to run as root and there is no user postgres"
    if "mvn" in found:
        found["grid"] = found["grid-hub"] = f"Selenium Grid {GRID_VERSION} comes by Maven: {found['mvn']}"
    return found


def told():
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), platform.machine())
    memory = int(next(line for line in open("/proc/meminfo") if line.startswith("MemTotal")).split()[1]) // 1024 // 1024
    postgres = postgres_folder()
    return {
        "hardware": f"{os.cpu_count()} × {model}, {memory} GiB", "kernel": platform.release(), "open files": open_files(),
        "load average before": "%.1f %.1f %.1f" % os.getloadavg(),
        "java": first("java", "-version"), "haproxy": first("haproxy", "-v"), "nginx": first("nginx", "-v"),
        "wrk": first("wrk", "-v"), "postgresql": first(str(postgres / "postgres"), "-V") if postgres else "not here",
        "selenium grid": GRID_VERSION, "commit": first("git", "-C", str(REPOSITORY), "describe", "--always", "--dirty"),
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC")}
