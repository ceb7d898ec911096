"""What an odd file is expected to give, and what it gave."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from experiments.odd_files.family import Figures

Kind = Literal["reads", "refused", "reads or refused", "survives"]


@dataclass(frozen=True)
class OddFile:
    """A file and its expected outcome.

    Attributes
    ----------
    name : of the file, its ending as a person would send it
    group : what is odd about it
    make : its bytes
    kind : 'reads' the figures and no others; is 'refused' with every one of
        `words` in the message; either of both, where damage may or may not matter;
        'survives' where damage may change a figure unnoticed (.xls has no check sums)
    figures : those read
    notes : words that the summary must hold
    """

    name: str
    group: str
    make: Callable[[], bytes]
    kind: Kind
    words: tuple[str, ...] = ()
    figures: Figures = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """What came of a file.

    Attributes
    ----------
    message : why it was refused, '' if it was not
    figures : that the import added
    summary : the whole output
    rows_before, rows_after : of all tables of the database
    upload_message, upload_figures : the same of uploading, looking and committing
    upload_rows : figures that uploading and committing wrote
    traceback : a traceback was shown, or the process died
    exit_code : of the command
    peak_mb : largest resident memory of the process, in megabytes (1e6 bytes)
    seconds : of wall time
    """

    message: str
    figures: Figures
    summary: str
    rows_before: int
    rows_after: int
    upload_message: str
    upload_figures: Figures
    upload_rows: int
    traceback: bool
    exit_code: int
    peak_mb: float
    seconds: float


def failures(file: OddFile, found: Outcome, most_mb: float) -> list[str]:
    """What is not as expected; empty if all is well."""
    wrong = []
    if found.traceback:
        wrong.append("a traceback")
    if found.peak_mb > most_mb:
        wrong.append(f"{found.peak_mb:.0f} MB")
    if found.exit_code not in (0, 2):
        wrong.append(f"exit code {found.exit_code}")
    if found.message and found.rows_after != found.rows_before:
        wrong.append(f"refused, yet {found.rows_after - found.rows_before} rows were written")
    if bool(found.message) != (found.exit_code == 2):
        wrong.append("exit code and message disagree")
    wrong += _differences(found)
    right = found.figures == file.figures and not found.message
    if file.kind == "reads" and not right:
        wrong.append(f"expected a right reading, found {found.message or found.figures}")
    if file.kind == "refused" and not found.message:
        wrong.append(f"expected a refusal, found {len(found.figures)} figures")
    if file.kind == "reads or refused" and not (right or found.message):
        wrong.append(f"neither refused nor right: {found.figures}")
    for word in file.words:
        if found.message and word.lower() not in found.message.lower():
            wrong.append(f"the message does not say '{word}': {found.message}")
    for word in file.notes:
        if word.lower() not in found.summary.lower():
            wrong.append(f"the summary does not say '{word}'")
    return wrong


def _differences(found: Outcome) -> list[str]:
    """Where an upload that is looked at and committed gives something else."""
    said, wrote = found.upload_message, found.upload_rows
    wrong = []
    if found.message and (not said or wrote):
        wrong.append(f"refused, yet an upload wrote {wrote} figures ({said or 'no message'})")
    if not found.message and found.upload_figures != found.figures:
        wrong.append(f"an upload gave {found.upload_figures} ({said})")
    return wrong
