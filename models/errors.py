"""Everything that can go wrong, in one tree.

VedichError
├── InputError            a person's file or request cannot be used
│   ├── UnreadableFile    where (file, sheet, cell), what was expected, what was found
│   │   └── UnknownLayout the file has no layout that the reader knows
│   ├── InvalidPlan       a plan document contradicts itself
│   ├── UnknownKind       a KPI is of a kind that does not exist
│   ├── InvalidTarget     a target without the bounds its comparator needs
│   ├── InvalidMonth      not a valid month or date
│   ├── InvalidNumber     not a number, or one that reads two ways
│   ├── InvalidLevel      a probability level outside (0, 1)
│   ├── InvalidAccount    a name or a password that an account cannot have
│   ├── InvalidEstimate   an official estimate that cannot be entered
│   ├── InvalidScenario   a what-if that cannot be computed
│   ├── InvalidQuery      an option of the OData feed that cannot be read
│   │   └── UnsupportedQuery
│   └── UploadTooLarge    more bytes or files than an upload may have
├── NotFound              the requested thing does not exist
│   ├── UnknownPlan, UnknownVersion, UnknownKpi, UnknownStamp, UnknownAccount, UnknownEstimate,
│   │   UnknownEvent, UnknownProject, UnknownScenario, UnknownImport
│   ├── NoObservations    nothing was published up to that date
│   └── NotIssued         not released to readers outside
├── NotAllowed            the caller may not do this
│   ├── LoginRequired     nobody is logged in, or the key is not valid
│   ├── LoginFailed       wrong name or password
│   └── TooManyLogins     too many failed attempts; locked for a while
├── OutOfTurn             a step of the sign-off that does not follow the last one
├── NeedsConfirmation     a value that contradicts what is known, not confirmed
├── ImportConflict        the data changed since an import's preview, or it is finished
├── CannotForecast        a candidate has no basis for this series
│   └── SeriesTooShort
├── NoBundle              nothing was trained on data up to that date
├── UnreadableBundle      a bundle's folder is damaged or of another format version
├── StoreUnavailable      the database cannot be reached or opened
├── TrackingUnavailable   MLflow cannot be reached
└── MissingExtra          an optional library is not installed

A message says what was expected, what was found, and what to do. Only
`service/web/problems.py` turns errors into HTTP.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Phrase:
    """Part of a message with values of its own, see `VedichError`."""

    def __init__(self, template: str, **values: Any) -> None:
        self.template, self.values = template, values

    def __str__(self) -> str:
        return self.template.format(**self.values)


class VedichError(Exception):
    """Base of all errors that a person can act on.

    Parameters
    ----------
    template : str, the message in English, with fields for `values`; it names the message
        in catalogues of other languages
    values : what fills the fields; a mapping has a text per language, 'en' among them, and
        a `Phrase` a template of its own
    """

    def __init__(self, template: str = "", **values: Any) -> None:
        self.template, self.values = template, values
        english = {
            name: value["en"] if isinstance(value, Mapping) else value
            for name, value in values.items()
        }
        super().__init__(template.format(**english) if values else template)


class InputError(VedichError):
    """A file or a request cannot be used."""


class UnreadableFile(InputError):
    """A file, sheet or cell cannot be read.

    Parameters
    ----------
    file : str, name of the file as given
    expected, found : str, in the words of a planner
    sheet, cell : str or None, `cell` in A1 notation
    path : str or None, where in a YAML or JSON document: 'versions[0].targets[3].lower'
    advice : str, what the reader of the message should do
    """

    def __init__(
        self,
        file: str,
        *,
        expected: str,
        found: str,
        sheet: str | None = None,
        cell: str | None = None,
        path: str | None = None,
        advice: str = "",
    ) -> None:
        self.file, self.sheet, self.cell, self.path = file, sheet, cell, path
        self.expected, self.found, self.advice = expected, found, advice
        parts = (file, sheet and f"sheet '{sheet}'", cell and f"cell {cell}", path)
        place = ", ".join(part for part in parts if part)
        message = f"{place}: expected {expected}, found {found}."
        super().__init__(f"{message} {advice}".strip())


class UnknownLayout(UnreadableFile):
    """The file has no layout that this reader knows; another reader may know it."""


class InvalidPlan(InputError):
    """A plan document contradicts itself."""


class UnknownKind(InputError):
    """A KPI is of a kind that does not exist."""


class InvalidTarget(InputError):
    """A target lacks the bounds that its comparator needs."""


class InvalidMonth(InputError):
    """Not a valid month or date."""


class InvalidNumber(InputError):
    """Not a number, or one that reads two ways."""


class InvalidLevel(InputError):
    """A probability level outside (0, 1)."""


class InvalidAccount(InputError):
    """A name or a password that an account or a key cannot have."""


class InvalidEstimate(InputError):
    """An official estimate that cannot be entered."""


class InvalidScenario(InputError):
    """A what-if that cannot be computed, e.g. for a known month or without a value."""


class UploadTooLarge(InputError):
    """More bytes or files than an upload may have."""


class InvalidQuery(InputError):
    """An option of the OData feed that cannot be read."""


class UnsupportedQuery(InvalidQuery):
    """An option, function or format that the OData feed, or oEmbed, does not have."""


class NotFound(VedichError):
    """The requested thing does not exist."""


class UnknownPlan(NotFound):
    """No plan of that name."""


class UnknownVersion(NotFound):
    """No version of that number in the plan."""


class UnknownKpi(NotFound):
    """No KPI of that name in the plan family."""


class UnknownStamp(NotFound):
    """No published figure carries that stamp."""


class NoObservations(NotFound):
    """Nothing was published for the KPI up to that date."""


class UnknownAccount(NotFound):
    """No account, or no API key, of that name."""


class UnknownEstimate(NotFound):
    """No official estimate was entered for that KPI and month."""


class UnknownEvent(NotFound):
    """No such event was found in the KPI's figures or entered by a person."""


class UnknownProject(NotFound):
    """No project of that number in the family's register."""


class UnknownScenario(NotFound):
    """No scenario of that number was saved for the plan."""


class UnknownImport(NotFound):
    """No import of that number, or no pending upload of that code."""


class NotIssued(NotFound):
    """The figures of that month were not released to readers outside."""


class NotAllowed(VedichError):
    """The caller may not do this; the message says which role may."""


class LoginRequired(NotAllowed):
    """Nobody is logged in, or the API key is unknown or was revoked."""


class LoginFailed(NotAllowed):
    """Wrong name or password."""


class TooManyLogins(NotAllowed):
    """Too many failed logins; locked for a while."""


class OutOfTurn(VedichError):
    """A step of the sign-off that does not follow the last one, or signs other figures."""


class NeedsConfirmation(VedichError):
    """A value that contradicts what is known; whoever enters it must confirm it."""


class ImportConflict(VedichError):
    """The data changed since an import's preview, or the import is finished."""


class CannotForecast(VedichError):
    """A candidate has no basis for this series; the forecast lists the reason."""


class SeriesTooShort(CannotForecast):
    """Fewer months than the candidate needs."""


class NoBundle(VedichError):
    """Nothing was trained on data up to that date."""


class UnreadableBundle(VedichError):
    """A bundle's folder is damaged, or of a format version this program does not know."""


class StoreUnavailable(VedichError):
    """The database cannot be reached or opened where the settings say it is."""


class TrackingUnavailable(VedichError):
    """MLflow cannot be reached where the settings say it is."""


class MissingExtra(VedichError):
    """An optional library is not installed; the message names its extra."""
