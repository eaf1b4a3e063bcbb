# The heart a third time: plain Python by a second author, written from the specification's text (heart.md) alone.
scripts += model-selfcheck
script.model-selfcheck.file := tests/model/selfcheck.py
script.model-selfcheck.budget_s := 20
