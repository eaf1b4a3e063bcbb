#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Long (make test-long): every mutant of the heart.
exec tests/core/mutants.py 1
