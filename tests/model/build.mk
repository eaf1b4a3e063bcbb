# The heart a third time: plain Python by a second author, written from the specification's text (heart.md) alone.
scripts += model-selfcheck
script.model-selfcheck.file := tests/model/selfcheck.py
script.model-selfcheck.budget_s := 20
script.model-selfcheck.needs := build/host/test/libblake3.so
scripts += model-edges
script.model-edges.file := tests/model/edges.py
script.model-edges.budget_s := 20
script.model-edges.needs := build/host/bin/heart-play build/host/test/libblake3.so
scripts += model-stream
script.model-stream.file := tests/model/stream.py
script.model-stream.budget_s := 90
script.model-stream.needs := build/host/test/diff-random build/host/test/libblake3.so
long_scripts += model-million
script.model-million.file := tests/model/million.t
script.model-million.budget_s := 600
script.model-million.needs := build/host/test/diff-random build/host/test/libblake3.so
