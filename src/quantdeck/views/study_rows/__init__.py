"""Studies as tables for programs: names of columns say units where the figure cannot.

The pages show the same studies through payloads; here nothing is rounded, chosen or left out.
"""
