"""A template runs in a process of its own: every attack ends with a reason, nothing stays."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import docx
import pytest

from data.settings import Settings
from models.errors import Busy, TemplateTooCostly, UnreadableFile
from service.report.document import Report
from service.report.template import isolation
from service.report.template.filling import fill
from service.report.template.isolation import Limits, limits_of

pytestmark = pytest.mark.slow
Made = Callable[..., Report]
ROOT = Path(__file__).resolve().parents[4]
ENDLESS = "{% for a in kpis %}" * 12 + "{% set b = 1 %}" + "{% endfor %}" * 12


def template(line: str) -> bytes:
    document = docx.Document()
    document.add_paragraph(line)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def children() -> set[int]:
    """The processes that this one started and that are not over."""
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == os.getpid() and fields[0] != "Z":
            found.add(int(stat.parent.name))
    return found


def resident() -> int:
    """Most memory that this process ever had, in MB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) // 1024


@pytest.mark.parametrize(
    "line",
    [
        "{{ '%300000000d' % 1 }}",
        "{{ '%300000000d' | format(1) }}",
        "{{ '{:>300000000}'.format(1) }}",
        "{{ 'a' | center(300000000) }}",
        "{{ 'a'.ljust(300000000) }}",
        "{% set a = 'a'.ljust(20000, 'a') %}{{ a.replace('a', a) }}",
        "{% set a = 'a'.ljust(20000, 'a') %}{{ a | list | join(a) }}",
    ],
)
def test_what_takes_too_much_memory_ends_with_that_reason(made: Made, line: str) -> None:
    before, most = children(), resident()
    with pytest.raises(TemplateTooCostly, match="at most 512 MB of memory") as refused:
        fill(template(line), "t.docx", made())
    assert refused.value.limit == "memory"
    assert children() == before
    assert resident() - most < 60  # not even for a moment


@pytest.mark.parametrize(
    ("limits", "limit"),
    [(Limits(cpu_seconds=1), "cpu"), (Limits(seconds=2, cpu_seconds=60), "time")],
)
def test_what_takes_too_long_ends_with_that_reason(made: Made, limits: Limits, limit: str) -> None:
    before = children()
    with pytest.raises(TemplateTooCostly) as refused:
        fill(template(ENDLESS), "t.docx", made(), limits)
    assert refused.value.limit == limit
    assert children() == before


def test_a_document_may_not_be_larger_than_allowed(made: Made) -> None:
    with pytest.raises(TemplateTooCostly) as refused:
        fill(template("{{ report.title }}"), "t.docx", made(), Limits(output_mb=0))
    assert refused.value.limit == "output"


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "calls itself"),
        ("{{ 1 / 0 }}", "division"),
        ("{{ 'a' + 1 }}", "str"),
        ("{% for a in range(1000000000) %}x{% endfor %}", "undefined"),
    ],
)
def test_what_a_template_gets_wrong_is_told(made: Made, line: str, found: str) -> None:
    with pytest.raises(UnreadableFile, match=found):
        fill(template(line), "t.docx", made())


def test_nobody_waiting_ends_the_process(made: Made) -> None:
    before, given_up = children(), threading.Event()
    threading.Timer(2.0, given_up.set).start()
    began = time.monotonic()
    with pytest.raises(TemplateTooCostly):
        fill(template(ENDLESS), "t.docx", made(), Limits(cpu_seconds=50), given_up)
    assert time.monotonic() - began < 30
    assert children() == before


def test_it_gives_way_to_those_who_read(made: Made) -> None:
    before, given_up = children(), threading.Event()
    found: set[tuple[int, int]] = set()
    with ThreadPoolExecutor(1) as pool:
        filling = pool.submit(fill, template(ENDLESS), "t.docx", made(), Limits(), given_up)
        while not filling.done() and (19, os.SCHED_IDLE) not in found:
            for child in children() - before:
                with suppress(ProcessLookupError):
                    priority = os.getpriority(os.PRIO_PROCESS, child)
                    found.add((priority, os.sched_getscheduler(child)))
            time.sleep(0.02)
        given_up.set()
        assert isinstance(filling.exception(), TemplateTooCostly)
    assert (19, os.SCHED_IDLE) in found


def test_few_may_wait_for_their_turn(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolation, "_PLACES", threading.BoundedSemaphore(1))
    given_up = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(fill, template(ENDLESS), "t.docx", made(), Limits(), given_up)
        while isolation._PLACES._value and not first.done():
            time.sleep(0.01)
        with pytest.raises(Busy):
            fill(template("{{ report.title }}"), "t.docx", made())
        given_up.set()
        assert isinstance(first.exception(), TemplateTooCostly)
    assert fill(template("{{ report.title }}"), "t.docx", made()).unknown == ()


def test_the_process_ends_with_the_service(tmp_path: Path) -> None:
    program = """
import os, subprocess, sys, time
from service.report.template.isolation import send
process = subprocess.Popen(
    [sys.executable, "-m", "service.report.template.worker", str(os.getpid())],
    stdin=subprocess.PIPE, stdout=subprocess.PIPE,
)
order = {"name": "t", "labels": [], "internal": "", "banner": "",
         "fields": {"report": {}, "kpi": {}, "targets": [], "at_risk": []}}
limits = {"memory_mb": 512, "cpu_seconds": 100, "seconds": 100, "output_mb": 1}
send(process.stdin, {"order": order, "limits": limits}, open(sys.argv[1], "rb").read())
time.sleep(1)
print(process.pid, flush=True)
time.sleep(100)
"""
    file = tmp_path / "t.docx"
    nested = "".join("{% for a in 'aaaaaaaaaaaaaaaaaaaa' %}" for _ in range(15))
    file.write_bytes(template(nested + "{% set b = 1 %}" + "{% endfor %}" * 15))
    service = subprocess.Popen(
        [sys.executable, "-c", program, str(file)], stdout=subprocess.PIPE, cwd=ROOT
    )
    assert service.stdout is not None
    child = int(service.stdout.readline())
    assert Path(f"/proc/{child}").exists()
    service.send_signal(signal.SIGKILL)
    service.wait()
    service.stdout.close()
    deadline = time.monotonic() + 10
    while Path(f"/proc/{child}").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not Path(f"/proc/{child}").exists()


def test_limits_are_settings() -> None:
    settings = Settings(template_memory_mb=300, template_cpu_seconds=3, template_seconds=9)
    assert limits_of(settings) == Limits(300, 3, 9, 50)
