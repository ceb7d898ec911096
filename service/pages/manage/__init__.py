"""Pages on which a year and a house are managed: plans, typed figures, estimates, events, people.

It never holds a rule of its own: commands and the interface call the same functions of
`data`, `service.workflow` and `service.administration`. Nothing is saved unseen: what was
typed or sent is shown back first.
"""
