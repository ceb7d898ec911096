"""The declared relations of a plan family: which KPIs add up, and which contain others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Relations:
    """What is known of a family's KPIs by their meaning, whatever the figures say.

    Attributes
    ----------
    summed : total without figures of its own → its parts
    printed : total with figures of its own → its printed parts
    contains : (KPI, another that it contains): the first is at least the second
    decimals : KPI → digits shown; KPIs that are missing show none
    """

    summed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    printed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    contains: tuple[tuple[str, str], ...] = ()
    decimals: Mapping[str, int] = field(default_factory=dict)

    def related(self, kpi: str) -> tuple[str, ...]:
        """A KPI and all that it is tied to, directly or through others; () if to none.

        Examples
        --------
        >>> Relations(summed={"trade": ("out", "in")}, printed={"out": ("a", "b")}).related("a")
        ('trade', 'out', 'in', 'a', 'b')
        """
        ties = [{total, *parts} for total, parts in self._totals()]
        ties += [set(pair) for pair in self.contains]
        found, grown = {kpi}, True
        while grown:
            size = len(found)
            for tie in ties:
                if tie & found:
                    found |= tie
            grown = len(found) > size
        return tuple(one for one in self._order() if one in found)

    def below(self, total: str) -> tuple[str, ...]:
        """All parts of a total, and theirs; () if it has none.

        Examples
        --------
        >>> Relations(summed={"trade": ("out", "in")}, printed={"out": ("a", "b")}).below("trade")
        ('out', 'a', 'b', 'in')
        """
        parts = (*self.summed.get(total, ()), *self.printed.get(total, ()))
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
        held = {one for total, parts in self.printed.items() for one in (total, *parts)}
        held |= {one for pair in self.contains for one in pair}
        ties = [{total, *parts} for total, parts in self.printed.items()]
        ties += [set(pair) for pair in self.contains]
        ties += [{total, *parts} for total, parts in self.summed.items() if total in held]
        found, size = {kpi}, 0
        while len(found) > size:
            size = len(found)
            for tie in ties:
                found |= tie if tie & found else set()
            for total in found.intersection(self.summed):
                found |= set(self.summed[total])
        return tuple(one for one in self._order() if one in found) or (kpi,)

    def _totals(self) -> Iterable[tuple[str, tuple[str, ...]]]:
        yield from self.summed.items()
        yield from self.printed.items()

    def _order(self) -> Iterable[str]:
        """All related KPIs, each once, in the order of the declarations."""
        named = [one for total, parts in self._totals() for one in (total, *parts)]
        named += [one for pair in self.contains for one in pair]
        return dict.fromkeys(named)
