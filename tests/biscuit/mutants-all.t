#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Long (make test-long): every mutant of libbiscuit.
exec tests/biscuit/mutants.py 1
