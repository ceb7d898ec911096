"""The parts of workbook files that say how cells look: XML of .xlsx, records of .xls.

Number formats, error values, hidden rows and columns, the size of an old workbook. It
never reads the value of a cell, and never knows a layout.
"""
