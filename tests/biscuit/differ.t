#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Random tokens and authorizers, decided by both implementations: tests/biscuit/differ.mjs on node.
#   CASES (20000) and SEED from the environment
exec node tests/biscuit/differ.mjs
