"""Which constants of weights and calibration matter?"""
