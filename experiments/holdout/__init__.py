"""Is the delivered forecast better than what a statistician would run, on panels held out?"""
