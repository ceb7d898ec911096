"""Recorded responses as examples in the OpenAPI description.

`examples.json` is written by `python -m service.record_examples`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.resources import files
from typing import Any

from fastapi import FastAPI

FILE = "examples.json"

PROGRESS_EXAMPLE = {
    "by": "Phòng Quản lý thương mại",
    "day": "2021-08-31",
    "done": 3,
    "obstacle": "Giãn cách xã hội",
    "judgement": 0.7,
}

LOG_EXAMPLE = {
    "by": "Phòng Quản lý thương mại",
    "month": "2021-08",
    "day": "2021-08-31",
    "vi": "Giá ổn định, hàng hóa thiết yếu đủ cung ứng",
    "en": "Prices stable, essential goods in supply",
}

EVENT_EXAMPLE = {
    "kpi": "exports",
    "start": "2020-04",
    "shape": "pulse",
    "size": -0.2,
    "name": "Giãn cách xã hội",
    "day": "2021-06-30",
    "by": "Phòng Kế hoạch",
}

EVENT_DECISION = {"day": "2021-06-30", "note": "Một lần", "by": "Phòng Kế hoạch"}

PROJECT_EXAMPLE = {
    "kpi": "coal",
    "name": "Mỏ than mới",
    "name_en": "A new coal mine",
    "happening": "ramps_up",
    "start": "2021-09",
    "ramp": 3,
    "amount": 60.0,
    "on_time": 0.7,
    "delay": 2,
    "responsible": "Công ty than",
    "obstacle": "Giấy phép môi trường",
    "source": "Báo cáo tiến độ tháng 6 năm 2021",
    "day": "2021-06-30",
    "by": "Phòng Kế hoạch",
}

PROJECT_DECISION = {"day": "2021-06-30", "note": "Đã có giấy phép", "by": "Phòng Kế hoạch"}

NEW_VERSION = {
    "adopted": "2021-07-01",
    "document": "Number, date and issuing body of the decision",
    "targets": [
        {
            "kpi": "exports",
            "comparator": "about",
            "form": "growth",
            "lower": 4.0,
            "upper": 5.0,
            "level": "assigned",
            "source": "VOV, aseanmanufacturing.com, 02/2021",
        }
    ],
}


def examples() -> dict[str, Any]:
    """Responses by 'METHOD /path', as in the route declarations."""
    content = files("service.shapes").joinpath(FILE).read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(content)
    return found


def describe(app: FastAPI, complete: Callable[[dict[str, Any]], None]) -> None:
    """Add the examples to the application's OpenAPI description, and what `complete` adds."""
    plain = app.openapi

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = plain()
            complete(schema)
            for route, example in examples().items():
                method, _, path = route.partition(" ")
                _answers(schema["paths"][path][method.lower()])["example"] = example
        assert app.openapi_schema is not None
        return app.openapi_schema

    app.openapi = described  # type: ignore[method-assign]


def _answers(operation: dict[str, Any]) -> dict[str, Any]:
    """The JSON content of an operation's successful response."""
    status = next(code for code in operation["responses"] if code.startswith("2"))
    content: dict[str, Any] = operation["responses"][status]["content"]["application/json"]
    return content
