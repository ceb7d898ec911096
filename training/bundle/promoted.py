"""Which bundle answers by default for a date, and where promoted bundles are stored.

Bundles stand under `<bundles>/<family>/<start of the content hash>/`, the
history of promotions in our own store: MLflow keeps none, and answers must not depend
on it. A promotion says from which vintage on a bundle answers;
the newest one at or before a date does, and of several from one vintage the one
promoted last. So retraining for a past month never changes later answers, and a
promotion by hand can put an older bundle back in charge.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from data.db.store import Store
from data.ledger.promotions import Promotion, promotions_of
from data.plans.rows import family_plans
from models.errors import NoBundle, Phrase
from training.bundle.bundle import Bundle, read_bundle

_SHOWN = 16  # digits of the hash in a folder's name


@dataclass(frozen=True, eq=False)
class PromotedBundle:
    """A bundle and its number in the registry."""

    bundle: Bundle
    version: str
    content_hash: str


def bundle_folder(bundles: Path, family: str, content_hash: str) -> Path:
    """The folder of a bundle with that content."""
    return bundles / family / content_hash[:_SHOWN]


def bundle_for(
    store: Store, bundles: Path, family: str, as_of: date, content_hash: str | None = None
) -> PromotedBundle:
    """The bundle in use for a date.

    Parameters
    ----------
    bundles : the folder of all bundles, `Settings.bundles`
    as_of : bundles trained on later data are not used
    content_hash : of a promoted bundle, to replay an old figure; default the newest that
        fits

    Raises
    ------
    NoBundle
        If none was promoted for that date; the message gives the command.
    UnreadableBundle
        If its folder is missing, damaged or of another format version.
    """
    promotion = default_promotion(store, family, as_of, content_hash)
    if promotion is None:
        raise _missing(store, family, as_of, content_hash)
    folder = bundle_folder(bundles, family, promotion.bundle_hash)
    return PromotedBundle(_read(folder), promotion.version, promotion.bundle_hash)


def default_promotion(
    store: Store, family: str, as_of: date, content_hash: str | None = None
) -> Promotion | None:
    """The promotion that answers by default for a date, by the rule above; None without any."""
    fitting = [
        promotion
        for promotion in promotions_of(store, family)
        if promotion.as_of <= as_of and content_hash in (None, promotion.bundle_hash)
    ]
    newest = max((promotion.as_of for promotion in fitting), default=None)
    return next((one for one in reversed(fitting) if one.as_of == newest), None)


@lru_cache(maxsize=32)
def _read(folder: Path) -> Bundle:
    """Read a bundle; cached, since a folder's name is the hash of its content."""
    return read_bundle(folder)


def _missing(store: Store, family: str, as_of: date, content_hash: str | None) -> NoBundle:
    plans = family_plans(store, family)
    plan = next((slug for slug in plans if slug.endswith(f"-{as_of.year}")), None)
    first = min((one.as_of for one in promotions_of(store, family)), default=None)
    what = (
        Phrase("a model")
        if content_hash is None
        else Phrase("the model {hash}", hash=content_hash[:12])
    )
    found = (
        Phrase("none was ever trained")
        if first is None
        else Phrase("the oldest answers from {first} on", first=first)
    )
    return NoBundle(
        "expected {what} of '{family}' made from data up to {day}; {found}. "
        "Run: vedich retrain --plan {plan} --as-of {month}",
        what=what,
        family=family,
        day=as_of,
        found=found,
        plan=plan or (plans[-1] if plans else family),
        month=f"{as_of:%Y-%m}",
    )
