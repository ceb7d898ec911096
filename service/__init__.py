"""The FastAPI service and the `vedich` command: both call the same functions.

Rooms: `projections` (what everything shown is read from), `analysis`, `workflow`,
`charts`, `report`, `embeds`, `odata`, `pages`, `api`, `cli`; below them `state`, `auth`,
`shapes` and `web`. Never fits a model and never opens the database past `data`.
"""
