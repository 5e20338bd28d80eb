"""Adds up test reports in JUnit's XML: prints passed, failed and skipped, and names what did not pass.

usage: counts.py BRIEF FOLDER…
BRIEF gets the short form of what did not pass: for a property of jqwik the seed and the sample, too.
"""

import re
import sys
import xml.etree.ElementTree as xml
from pathlib import Path

SAMPLE_LINES = 20


def jqwik(output, test):
    """The seed and the smallest sample of a failed property, out of what jqwik printed about it."""
    lines = output.splitlines()
    start = next((at for at, line in enumerate(lines) if line.rstrip().endswith(f", {test} =")), len(lines))
    end = next((at for at, line in enumerate(lines) if at > start and line.startswith("timestamp = ")), len(lines))
    lines = lines[start:end]
    found = [line for line in lines if line.startswith("seed = ")][:1]
    for at, line in enumerate(lines):
        if re.match(r"(Shrunk )?Sample\b", line):
            block = lines[at : at + SAMPLE_LINES]
            return found + (block[: block.index("")] if "" in block else block)
    return found


passed = failed = skipped = 0
brief = []
for folder in sys.argv[2:]:
    for report in sorted(Path(folder).glob("*.xml")):
        root = xml.parse(report).getroot()
        for case in root.iter("testcase"):
            name = f"{case.get('classname')}.{case.get('name')}"
            told = next((case.find(tag) for tag in ("failure", "error") if case.find(tag) is not None), None)
            if told is not None:
                failed += 1
                lines = (told.text or "").splitlines()
                print(f"  failed: {name}", file=sys.stderr)
                print("    " + "\n    ".join(lines[:40]), file=sys.stderr)
                output = "\n".join(part.text or "" for part in root.iter() if part.tag in ("system-out", "system-err"))
                short = [line for line in lines if line.strip() and not line.lstrip().startswith("at ")][:6]
                property_ = jqwik(output, f"{case.get('classname').split('.')[-1]}:{case.get('name')}")
                brief.append(f"  failed: {name}")
                brief += ["    " + line for line in short + property_]
            elif case.find("skipped") is not None:
                skipped += 1
                line = f"  skipped: {name}: {case.find('skipped').get('message')}"
                print(line, file=sys.stderr)
                brief.append(line)
            else:
                passed += 1
Path(sys.argv[1]).write_text("".join(line + "\n" for line in brief))
print(passed, failed, skipped)
