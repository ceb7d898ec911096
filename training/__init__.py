"""Backtest, weights, calibration, retraining; `tracking.py` alone imports mlflow."""
