"""Reading and writing plan documents, YAML and XLSX.

All problems are reported at once, each at its line or cell. It never saves a plan.
"""
