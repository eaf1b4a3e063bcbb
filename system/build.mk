# SPDX-License-Identifier: Apache-2.0
# Bootable systems: one folder each, NAME.system (Microkit), NAME.caps (ours), README.md.
systems += m0 hello notify call passive restart shared grant timer echo deferred window stark rng
# Systems that speak TAP; the others only have to end by themselves.
system.m0.tap := 1
system.stark.tap := 1
system.rng.tap := 1
