#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The same as regex.t, with more patterns, another seed and every character.
STEP=${STEP:-1} CASES=${CASES:-100000} SEED=${SEED:-4242} exec node tests/biscuit/regex.mjs
