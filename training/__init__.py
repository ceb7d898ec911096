"""Retraining: backtest, weights, calibration, the gate, MLflow.

Rooms: `backtest` (rolling origins and scores), `bundle` (the result of a retraining as a
folder, and which one answers), `prior` (training of the annual prior). `tracking.py` alone
imports mlflow. Never answers a request.
"""
