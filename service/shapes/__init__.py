"""The shapes of the HTTP interface by subject, and real answers as its examples.

Those of projections are in `service.projections.view`. Figures are in the KPI's unit, growth in
per cent (4.0 is +4 %), probabilities and ranks are fractions; what does not exist is null.
It never computes.
"""
