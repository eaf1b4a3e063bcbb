# The heart a third time: plain Python by a second author, written from the specification's text (heart.md) alone.
scripts += model-selfcheck
script.model-selfcheck.file := tests/model/selfcheck.py
script.model-selfcheck.budget_s := 30
script.model-selfcheck.needs := build/host/test/libblake3.so
# These two talk with the heart turn by turn: 3 s and 20 s of one core, and much longer where many programs want it.
scripts += model-edges
script.model-edges.file := tests/model/edges.py
script.model-edges.budget_s := 60
script.model-edges.needs := build/host/bin/heart-play build/host/test/libblake3.so
scripts += model-own
script.model-own.file := tests/model/own.py
script.model-own.budget_s := 80
script.model-own.needs := build/host/bin/heart-play build/host/test/libblake3.so
scripts += model-stream
script.model-stream.file := tests/model/stream.py
script.model-stream.budget_s := 120
script.model-stream.needs := build/host/test/diff-random build/host/test/libblake3.so
long_scripts += model-million
script.model-million.file := tests/model/million.t
script.model-million.budget_s := 900
script.model-million.needs := build/host/test/diff-random build/host/test/libblake3.so
