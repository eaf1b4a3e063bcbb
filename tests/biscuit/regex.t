#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Random patterns through our regular expressions and through those of biscuit-wasm 0.6.0.
CASES=${CASES:-8000} SEED=${SEED:-1} exec node tests/biscuit/regex.mjs
