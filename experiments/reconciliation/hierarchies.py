"""The public hierarchies of the experiment: totals are exact sums of their parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from models.reconciliation.relations import Relations

SEED = 1

CHOSEN_ON = ("retail", "electricity", "arrivals")
JUDGED_ON = ("passengers", "changi", "fuel", "visitors")
PANELS = {
    "retail": "aus_retail",
    "electricity": "us_eia_electricity_states",
    "arrivals": "us_arrivals_by_country",
    "passengers": "india_aviation",
    "changi": "singapore_air_passengers",
    "fuel": "brazil_anp_fuel_states",
    "visitors": "australia_livestock_vehicles_travel",
}
TOTAL = "all"


@dataclass(frozen=True, eq=False)
class Hierarchy:
    """A family of series that add up.

    Attributes
    ----------
    wide : months × series, totals included
    groups : total → its parts: of the whole the groups, of a group its cells
    across : the parts of the whole by the other property of the cells; () without one
    asked : years asked, the newest
    """

    wide: pd.DataFrame
    groups: Mapping[str, tuple[str, ...]]
    across: tuple[str, ...] = ()
    asked: int = 4

    @property
    def levels(self) -> Relations:
        """The whole by groups, each group by its cells."""
        return Relations(printed={total: (parts,) for total, parts in self.groups.items()})

    @property
    def grouped(self) -> Relations:
        """The whole by groups and, at the same time, across them, without the cells."""
        return Relations(printed={TOTAL: (self.groups[TOTAL], self.across)})


def hierarchy(name: str, folder: Path) -> Hierarchy:
    """One of `PANELS`.

    Parameters
    ----------
    folder : of tidy .parquet files with `series_id`, `category`, `month`, `value`
    """
    long = pd.read_parquet(folder / f"{PANELS[name]}.parquet")
    long = long.astype({"series_id": str, "category": str})
    if name == "retail":
        return _levels(long, long["category"], 6, others=False)
    if name == "arrivals":
        long = long[~long["category"].str.contains("TOTAL")]
        return _levels(long, long["category"].str[21:], 4, others=True)
    if name == "electricity":
        states = sorted({one.split("|")[0] for one in long["series_id"]})
        drawn = sorted(np.random.default_rng(SEED).choice(states, 10, replace=False))
        names = {
            f"{state}|{sector}|Sales": (state, sector)
            for state in drawn
            for sector in ("COMMERCIAL", "INDUSTRIAL", "RESIDENTIAL")
        }
        return crossed(long, names)
    if name == "passengers":
        names = {
            f"AAI pax_{kind}|{airport}": (airport, kind)
            for airport in ("DEL", "BOM", "BLR", "MAA", "HYD", "CCU", "COK", "AMD", "GOI", "LKO")
            for kind in ("domestic", "intl")
        }
        return crossed(long, names, asked=2)
    if name == "changi":
        names = {}
        for one in sorted(set(long["series_id"])):
            direction, _, country = one.split("|")
            names[one] = (country, direction)
        return crossed(long, names)
    if name == "fuel":
        states = sorted({one.split("|")[0] for one in long["series_id"]})
        drawn = sorted(np.random.default_rng(SEED).choice(states, 10, replace=False))
        products = ("ETANOL HIDRATADO", "GASOLINA C", "ÓLEO DIESEL")
        return crossed(long, {f"{s}|{p}": (s, p) for s in drawn for p in products})
    names = {}  # of 'visitors'
    own = long[long["series_id"].str.startswith("visitor")]
    size = own["value"].groupby(own["series_id"].str.split("|").str[1]).sum()
    for country in sorted(size.nlargest(8).index):
        for purpose in ("Business", "Holiday", "Visiting Friends or Relatives"):
            names[f"visitor arrivals|{country}|{purpose}"] = (country, purpose)
    return crossed(long, names)


def crossed(long: pd.DataFrame, names: Mapping[str, tuple[str, str]], asked: int = 4) -> Hierarchy:
    """Cells told apart by two properties; groups by the first, sums across by the second."""
    wide = long[long["series_id"].isin(names)].pivot(
        index="month", columns="series_id", values="value"
    )
    wide = wide.sort_index().dropna()
    columns: dict[str, pd.Series] = {}
    groups: dict[str, tuple[str, ...]] = {}
    firsts = list(dict.fromkeys(first for first, _ in names.values()))
    for group in firsts:
        own = {f"{group}: {one}": wide[one] for one, of in names.items() if of[0] == group}
        columns |= own
        columns[group] = pd.DataFrame(own).sum(axis=1)
        groups[group] = tuple(own)
    seconds = list(dict.fromkeys(second for _, second in names.values()))
    for second in seconds:
        members = [one for one, of in names.items() if of[1] == second]
        columns[f"across: {second}"] = wide[members].sum(axis=1)
    columns[TOTAL] = pd.DataFrame({group: columns[group] for group in firsts}).sum(axis=1)
    groups[TOTAL] = tuple(firsts)
    across = tuple(f"across: {second}" for second in seconds)
    return Hierarchy(pd.DataFrame(columns), groups, across, asked)


def _levels(long: pd.DataFrame, group: pd.Series, kept: int, *, others: bool) -> Hierarchy:
    """The largest series of each group, with the rest of it as a part or left out."""
    wide = long.pivot(index="month", columns="series_id", values="value").sort_index()
    of = dict(zip(long["series_id"], group, strict=True))
    columns: dict[str, pd.Series] = {}
    parts: dict[str, tuple[str, ...]] = {}
    means = wide.mean().to_dict()
    for name in sorted(set(of.values())):
        members = [one for one in of if of[one] == name and wide[one].notna().all()]
        ranked = sorted(members, key=lambda one: -means[one])
        own = {f"{name}: {one}": wide[one] for one in ranked[:kept]}
        if others and len(ranked) > kept:
            own[f"{name}: others"] = wide[ranked[kept:]].sum(axis=1)
        if len(own) < 2:
            continue
        columns |= own
        columns[name] = pd.DataFrame(own).sum(axis=1)
        parts[name] = tuple(own)
    columns[TOTAL] = pd.DataFrame({name: columns[name] for name in parts}).sum(axis=1)
    parts[TOTAL] = tuple(parts)
    return Hierarchy(pd.DataFrame(columns), parts)
