"""The first track record: twenty-four months, each run from the workbook of that month."""
