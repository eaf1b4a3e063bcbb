#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Differential fuzzing of libbiscuit against biscuit-wasm 0.6.0: CASES random tokens and authorizers from SEED.
exec node tests/biscuit/interop_fuzz.mjs
