#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Our tokens and another implementation's: tests/biscuit/interop.mjs on node.
exec node tests/biscuit/interop.mjs
