"""Retraining: backtest, weights, calibration, the gate, MLflow.

Rooms: `backtest` (rolling origins and scores), `bundle` (what was learned, written and
read), `prior` (training of the annual prior). `tracking.py` alone imports mlflow. Never
answers a request.
"""
