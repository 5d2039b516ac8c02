"""What `./qvoice bench` measures: each module here with a `measure(installation)` is one benchmark, found by its name.

Figures are measured side by side in one run on one machine, ours next to a bare reference in the same engines, because
absolute numbers say more about the machine than about the code. A module returns `Figure`s; it asserts nothing.
"""
