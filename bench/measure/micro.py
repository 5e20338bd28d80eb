"""JMH: route lookup, payload parsing, selectors, the queue's pick."""

import json
import subprocess

from parts import REPOSITORY
from programs import JAR


def build():
    """Builds bench.jar with the jar that all other scenes measure."""
    install = ["install:install-file", f"-Dfile={JAR}", "-DpomFile=pom.xml"]
    for command in (install, ["-f", "bench/pom.xml", "package"]):
        subprocess.run(["mvn", "-q", "-B", *command], cwd=REPOSITORY, check=True, timeout=600)


def jmh(bench):
    file = bench.folder / "jmh.json"
    short = ["-wi", "1", "-i", "2", "-w", "300ms", "-r", "300ms"] if bench.asked.quick or bench.seconds < 3 else []
    with open(bench.folder / "jmh.log", "wb") as log:
        subprocess.run(["java", "-jar", str(REPOSITORY / "bench/target/bench.jar"), "-f", "1", *short, "-rf", "json", "-rff", str(file)],
                       stdout=log, stderr=log, check=True, timeout=1800)
    table = {}
    for told in json.loads(file.read_text()):
        metric, parameters = told["primaryMetric"], told.get("params", {})
        benchmark, _, method = told["benchmark"].rpartition(".")
        name = "JMH " + benchmark.rpartition(".")[2].removesuffix("Benchmark").lower()
        label = " ".join([method, *(f"{value[:24]}…" if len(value) > 25 else value for value in parameters.values())])
        raw = [value for fork in metric["rawData"] for value in fork]
        table.setdefault(name, {})[f"{label.replace('|', '/')} {metric['scoreUnit'].removesuffix('/op')}"] = [
            metric["score"], min(raw), max(raw)]
    return table
