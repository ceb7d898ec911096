"""The contract of the interface as a file: `python -m service.openapi` writes docs/openapi.json.

The file is what `/openapi.json` answers without the examples, whose numbers change
with every retraining; keys are sorted, so that any difference is a changed contract.
"""

from __future__ import annotations

import json
import tempfile
from importlib.resources import files
from pathlib import Path

from fastapi import FastAPI

FILE = Path(str(files("service"))).parent / "docs" / "openapi.json"


def document(app: FastAPI) -> str:
    """The application's OpenAPI description as the committed file has it."""
    described = json.loads(json.dumps(app.openapi()))
    for operations in described["paths"].values():
        for operation in operations.values():
            for answer in operation["responses"].values():
                for content in answer.get("content", {}).values():
                    content.pop("example", None)
    return json.dumps(described, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def main() -> None:
    """Write docs/openapi.json of the application as it is."""
    from data.settings import Settings
    from service.app import create_app

    with tempfile.TemporaryDirectory() as home:
        app = create_app(Settings(home=Path(home), database_url=None, mlflow_tracking_uri=None))
        FILE.write_text(document(app), encoding="utf-8")
        app.state.vedich.jobs.close()


if __name__ == "__main__":
    main()
