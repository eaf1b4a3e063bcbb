#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The same as differ.t with 400000 cases from another seed.
CASES=${CASES:-400000} SEED=${SEED:-77000000} exec node tests/biscuit/differ.mjs
