"""`qvoice doctor`."""

from __future__ import annotations

import json
from pathlib import Path

from qvoice.engine import doctor


def run(data: Path, *, as_json: bool) -> int:
    """Print what was found and what to do; 0 when all is well."""
    findings = doctor.examine(data.expanduser().absolute())
    print(json.dumps([finding.as_dict() for finding in findings], indent=1) if as_json else doctor.table(findings))
    return 0 if all(finding.ok for finding in findings) else 1
