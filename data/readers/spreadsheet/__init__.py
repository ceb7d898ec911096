"""What every layout is read with: files, sheets, cells, numbers, months, old encodings.

It refuses what is unsafe to open. It never knows a layout.
"""
