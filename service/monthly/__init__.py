"""The monthly run: new files, retraining, projections, reports and notices in one go.

It never decides anything that a person is to decide: what is suspicious waits.
"""
