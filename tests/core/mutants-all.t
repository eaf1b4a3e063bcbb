#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every mutant of the heart, not only those of `make test`.
MUTANTS=all exec tests/core/mutants.t
