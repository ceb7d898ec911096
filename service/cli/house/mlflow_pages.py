"""`vedich mlflow-ui`: MLflow's own pages of what was recorded."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from service.speech import told


def mlflow_ui(
    port: Annotated[
        int, typer.Option(min=1, max=65535, help="On this machine, 127.0.0.1.")
    ] = 5000,
) -> None:
    """MLflow's pages of all retrainings: runs, plots, model cards, versions."""
    from data.settings import read_settings
    from training.retrain import tracker_of

    command, environment = tracker_of(read_settings()).pages(port)
    print(told("MLflow: http://127.0.0.1:{port}/ (Ctrl+C stops it)", port=port), flush=True)
    os.execve(command[0], command, environment)
