"""Adds up test reports in JUnit's XML: prints passed, failed and skipped, and names what did not pass."""

import sys
import xml.etree.ElementTree as xml
from pathlib import Path

passed = failed = skipped = 0
for folder in sys.argv[1:]:
    for report in sorted(Path(folder).glob("*.xml")):
        for case in xml.parse(report).getroot().iter("testcase"):
            name = f"{case.get('classname')}.{case.get('name')}"
            if case.find("failure") is not None or case.find("error") is not None:
                failed += 1
                told = case.find("failure") if case.find("failure") is not None else case.find("error")
                print(f"  failed: {name}", file=sys.stderr)
                print("    " + "\n    ".join((told.text or "").splitlines()[:40]), file=sys.stderr)
            elif case.find("skipped") is not None:
                skipped += 1
                print(f"  skipped: {name}: {case.find('skipped').get('message')}", file=sys.stderr)
            else:
                passed += 1
print(passed, failed, skipped)
