"""How long a retraining of 150 KPIs takes, and one KPI's new month."""
