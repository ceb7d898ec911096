"""Does every odd or damaged file give a right reading or a clear message?"""
