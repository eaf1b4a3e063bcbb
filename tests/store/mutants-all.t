#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Long (make test-long): every mutant of the store.
exec tests/store/mutants.py 1
