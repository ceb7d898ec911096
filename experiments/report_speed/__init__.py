"""How long a report of 30 KPIs takes in each format."""
