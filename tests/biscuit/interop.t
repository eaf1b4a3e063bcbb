#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# libbiscuit and biscuit-wasm 0.6.0: what one side makes, the other takes, narrows, seals and decides alike.
exec node tests/biscuit/interop.mjs
