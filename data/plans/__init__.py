"""Plans, their versions, KPIs and targets, and what people enter about them.

Reports about tasks, log entries, events and scenarios are append-only. It never reads
figures: that is `data.vintages`.
"""
