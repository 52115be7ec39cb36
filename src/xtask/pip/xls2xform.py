"""Makes an XForm of each workbook in a folder by pyxform: xls2xform.py FROM TO. A line of JSON for each: its file, and the error if any."""

import json
import sys
from pathlib import Path

from pyxform.xls2xform import convert


def main(source: Path, target: Path) -> None:
    for workbook in sorted(source.glob("*.xlsx")):
        said = {"file": workbook.stem, "error": None}
        try:
            written = convert(workbook, validate=False, form_name="data").xform
            (target / f"{workbook.stem}.xml").write_text(written, encoding="utf-8")
        # Whatever pyxform trips over, the other workbooks are asked too.
        except Exception as error:
            said["error"] = f"{type(error).__name__}: {error}"
        print(json.dumps(said))


main(Path(sys.argv[1]), Path(sys.argv[2]))
