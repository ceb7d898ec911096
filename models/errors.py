"""Everything that can go wrong, in one tree.

VedichError
├── InputError            a person's file or request cannot be used
│   ├── UnreadableFile    where (file, sheet, cell), what was expected, what was found
│   │   ├── UnknownLayout the file has no layout that the reader knows
│   │   └── TemplateTooCostly filling in a template takes more than it may
│   ├── InvalidPlan       a plan document contradicts itself
│   ├── UnknownKind       a KPI is of a kind that does not exist
│   ├── InvalidTarget     a target without the bounds its comparator needs
│   ├── InvalidMonth      not a valid month or date
│   ├── InvalidNumber     not a number, or one that reads two ways
│   ├── InvalidLevel      a probability level outside (0, 1)
│   ├── InvalidAccount    a name or a password that an account cannot have
│   ├── InvalidBody       a body, or what it owns, that cannot be so
│   ├── InvalidEstimate   an official estimate that cannot be entered
│   ├── InvalidScenario   a what-if that cannot be computed
│   ├── InvalidQuery      an option of the OData feed that cannot be read
│   │   └── UnsupportedQuery
│   ├── UploadTooLarge    more bytes or files than an upload may have
│   │   └── UploadBudgetSpent  more in pending uploads than a caller, or all, may have
│   ├── TooSlow           the body of a request does not arrive in time
│   └── UnknownHost       a request for a host that is not this service
├── NotFound              the requested thing does not exist
│   ├── UnknownPlan, UnknownVersion, UnknownKpi, UnknownStamp, UnknownAccount, UnknownEstimate,
│   │   UnknownBody, UnknownEvent, UnknownProject, UnknownScenario, UnknownImport
│   ├── NoObservations    nothing was published up to that date
│   └── NotIssued         not released to readers outside
├── NotAllowed            the caller may not do this
│   ├── LoginRequired     nobody is logged in, or the key is not valid
│   │   └── KeyExpired    the key was valid until a day that is over
│   ├── LoginFailed       wrong name or password
│   │   ├── WrongCode     wrong code of the second factor
│   │   └── OidcFailed    the office's provider did not vouch for somebody with a role here
│   └── TooManyLogins     too many failed attempts from there; a pause is needed
├── OutOfTurn             a step of the sign-off that does not follow the last one
├── NeedsConfirmation     a value that contradicts what is known, not confirmed
├── ImportConflict        the data changed since an import's preview, or it is finished
├── CannotForecast        a candidate has no basis for this series
│   └── SeriesTooShort
├── NoBundle              nothing was trained on data up to that date
├── UnreadableBundle      a bundle's folder is damaged or of another format version
├── Overloaded            more is being received than the service takes at once
├── StoreUnavailable      the database cannot be reached or opened
├── TrackingUnavailable   MLflow cannot be reached
├── ClusterUnavailable    the processes of a run are away, lost, or of another program
├── Busy                  too many of this kind of work at once
└── MissingExtra          an optional library is not installed

A message says what was expected, what was found, and what to do. Only
`service/web/problems.py` turns errors into HTTP.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar


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

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickled as it is, whatever its class asks for: files are read in other processes."""
        return _as_it_was, (type(self), self.args, dict(vars(self)))


def _as_it_was(kind: type[VedichError], said: tuple[Any, ...], own: dict[str, Any]) -> VedichError:
    error = kind.__new__(kind, *said)
    error.args = said
    vars(error).update(own)
    return error


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
    others : what else is wrong with the file, each with its own place
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
        others: Sequence[UnreadableFile] = (),
    ) -> None:
        self.others = tuple(others)
        self.file, self.sheet, self.cell, self.path = file, sheet, cell, path
        self.expected, self.found, self.advice = expected, found, advice
        parts = (file, sheet and f"sheet '{sheet}'", cell and f"cell {cell}", path)
        place = ", ".join(part for part in parts if part)
        message = f"{place}: expected {expected}, found {found}."
        super().__init__(f"{message} {advice}".strip())


class UnknownLayout(UnreadableFile):
    """The file has no layout that this reader knows; another reader may know it."""


class TemplateTooCostly(UnreadableFile):
    """Filling in a Word template took more than its process may have.

    `limit` is 'memory', 'cpu', 'time' or 'output'.
    """

    def __init__(self, file: str, *, limit: str, allowed: str) -> None:
        self.limit = limit
        super().__init__(
            file,
            expected=f"a template that is filled in with at most {allowed}",
            found="one that takes more",
            advice="Look for a field width, a repetition or a loop that multiplies text.",
        )


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


class InvalidBody(InputError):
    """A body, or what it is to own, that cannot be so."""


class InvalidEstimate(InputError):
    """An official estimate that cannot be entered."""


class InvalidScenario(InputError):
    """A what-if that cannot be computed, e.g. for a known month or without a value."""


class UploadTooLarge(InputError):
    """More bytes or files than an upload may have."""


class UploadBudgetSpent(UploadTooLarge):
    """More bytes in pending uploads than a caller, or all callers, may have."""


class TooSlow(InputError):
    """The body of a request does not arrive in time."""


class UnknownHost(InputError):
    """A request for a host that is not this service."""


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


class UnknownBody(NotFound):
    """No body of that name, or not one that the caller may know of."""


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


class KeyExpired(LoginRequired):
    """The API key was valid until a day that is over; an administrator makes another."""


class LoginFailed(NotAllowed):
    """Wrong name or password."""


class WrongCode(LoginFailed):
    """Wrong code of the second factor, or one that was used before."""


class OidcFailed(LoginFailed):
    """The office's provider did not vouch for somebody who has a role here."""


class TooManyLogins(NotAllowed):
    """Too many failed logins for a name from an address; others are not held up.

    Parameters
    ----------
    wait : seconds until the next attempt is read
    challenge, bits : of a proof of work that shortens the wait, '' and 0 without any
    with_work : seconds until an attempt with that proof is read
    values : what fills the fields of the message
    """

    def __init__(
        self,
        message: str,
        *,
        wait: int = 60,
        challenge: str = "",
        bits: int = 0,
        with_work: int = 0,
        **values: Any,
    ) -> None:
        super().__init__(message, **values)
        self.wait, self.challenge, self.bits, self.with_work = wait, challenge, bits, with_work


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


class Overloaded(VedichError):
    """More is being received than the service takes at once."""


class StoreUnavailable(VedichError):
    """The database cannot be reached, opened or written where the settings say it is.

    Parameters
    ----------
    place : str, its URL without the password
    found : str, what the database or the system said
    reason : str, 'unreachable', 'locked', 'damaged', 'newer', 'read_only', 'full' or
        'memory'; texts for people go by it (`unavailable.damaged`)
    """

    _ADVICE: ClassVar[Mapping[str, str]] = {
        "unreachable": "Start it, or set VEDICH_DATABASE_URL to where it is (unset: a file under "
        "VEDICH_HOME).",
        "locked": "Another process has been writing to it for longer than "
        "VEDICH_DATABASE_TIMEOUT: wait for it, or end it if it hangs.",
        "damaged": "It is damaged, or no database of this program: put it aside and restore a "
        "backup (vedich restore), or set VEDICH_DATABASE_URL to the right one.",
        "newer": "A newer version of the program, or another program, made it: install that "
        "version, or restore a backup made with this one.",
        "read_only": "It cannot be written: look at the permissions of file and folder, and "
        "whether the disk is mounted for reading only.",
        "full": "Its disk is full and nothing was changed: make room, then try again.",
        "memory": "There is not enough memory: close other programs, or give this one more.",
    }

    def __init__(self, place: str, found: str, reason: str = "unreachable") -> None:
        self.place, self.found, self.reason = place, found, reason
        super().__init__(
            f"expected the database at {place}, found: {found}. {self._ADVICE[reason]}"
        )


class TrackingUnavailable(VedichError):
    """MLflow cannot be reached where the settings say it is."""


class ClusterUnavailable(VedichError):
    """The processes of a run, on a Dask cluster or here, are away, lost, or of another program."""


class Busy(VedichError):
    """Too many of this kind of work at once; trying again in a minute helps."""


class MissingExtra(VedichError):
    """An optional library is not installed; the message names its extra."""
