#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A million random turns, other ones than those of `make test`, through the model.
MODEL_TURNS=${MODEL_TURNS:-1000000} MODEL_SEED=${MODEL_SEED:-70000} exec tests/model/stream.py
