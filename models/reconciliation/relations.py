"""The declared relations of a plan family: which KPIs add up, and which contain others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

Breakdown = tuple[str, ...]  # KPIs that have nothing in common


@dataclass(frozen=True)
class Relations:
    """What is known of a family's KPIs by their meaning, whatever the figures say.

    Attributes
    ----------
    summed : total without figures of its own → its parts
    printed : total with figures of its own → its breakdowns into printed parts, such as by
        direction and by gate; each is complete: its parts add up to the total
    contains : (KPI, others that it contains): the first is at least the sum of the others,
        which leave a rest of it, as a scope and a narrower one, or a province and some gates
    decimals : KPI → digits shown; KPIs that are missing show none
    """

    summed: Mapping[str, Breakdown] = field(default_factory=dict)
    printed: Mapping[str, tuple[Breakdown, ...]] = field(default_factory=dict)
    contains: tuple[tuple[str, Breakdown], ...] = ()
    decimals: Mapping[str, int] = field(default_factory=dict)

    def totals(self) -> Iterable[tuple[str, Breakdown]]:
        """Every total with the parts that add up to it, once per breakdown."""
        yield from self.summed.items()
        yield from self._printed()

    def printed_with(self, part: str) -> Iterable[tuple[str, Breakdown]]:
        """The totals with figures of their own that a KPI is a part of, with all their parts."""
        return ((total, parts) for total, parts in self._printed() if part in parts)

    def related(self, kpi: str) -> tuple[str, ...]:
        """A KPI and all that it is tied to, directly or through others; () if to none.

        Examples
        --------
        >>> ties = Relations(summed={"trade": ("out", "in")}, printed={"out": (("a", "b"),)})
        >>> ties.related("a")
        ('trade', 'out', 'in', 'a', 'b')
        """
        found = _grown({kpi}, [*self.totals(), *self.contains])
        return tuple(one for one in self._order() if one in found)

    def below(self, total: str) -> tuple[str, ...]:
        """All parts of a total, and theirs; () if it has none.

        Examples
        --------
        >>> ties = Relations(summed={"trade": ("out", "in")}, printed={"out": (("a", "b"),)})
        >>> ties.below("trade")
        ('out', 'a', 'b', 'in')
        """
        parts = [part for one, own in self.totals() if one == total for part in own]
        deep = [one for part in parts for one in (part, *self.below(part))]
        return tuple(dict.fromkeys(deep))

    def behind(self, kpi: str) -> tuple[str, ...]:
        """The KPIs whose forecasts its own rests on, itself included, in order.

        A sum without figures of its own rests on its parts, and its parts on no sibling,
        unless a printed total or a scope holds the sum.

        Examples
        --------
        >>> Relations(summed={"trade": ("out", "in")}, printed={}).behind("in")
        ('in',)
        """
        ties = [*self._printed(), *self.contains]
        held = {one for whole, others in ties for one in (whole, *others)}
        ties += [(total, parts) for total, parts in self.summed.items() if total in held]
        found, size = {kpi}, 0
        while len(found) > size:
            size = len(found)
            found = _grown(found, ties)
            for total in found.intersection(self.summed):
                found |= set(self.summed[total])
        return tuple(one for one in self._order() if one in found) or (kpi,)

    def parts_first(self, slugs: Sequence[str]) -> list[str]:
        """The KPIs in their order, but every sum without figures of its own after its parts."""
        ordered: list[str] = []

        def take(slug: str) -> None:
            for part in self.summed.get(slug, ()):
                if part in slugs and part not in ordered:
                    take(part)
            if slug not in ordered:
                ordered.append(slug)

        for slug in slugs:
            take(slug)
        return ordered

    def _printed(self) -> Iterable[tuple[str, Breakdown]]:
        for total, breakdowns in self.printed.items():
            yield from ((total, parts) for parts in breakdowns)

    def _order(self) -> Iterable[str]:
        """All related KPIs, each once, in the order of the declarations."""
        ties = [*self.totals(), *self.contains]
        return dict.fromkeys(one for whole, others in ties for one in (whole, *others))


def _grown(found: set[str], ties: Iterable[tuple[str, Breakdown]]) -> set[str]:
    """The KPIs and all that they are tied to, directly or through others."""
    groups = [{whole, *others} for whole, others in ties]
    grown, size = set(found), 0
    while len(grown) > size:
        size = len(grown)
        for group in groups:
            grown |= group if group & grown else set()
    return grown
