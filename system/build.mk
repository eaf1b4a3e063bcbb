# SPDX-License-Identifier: Apache-2.0
# Bootable systems: one folder each, NAME.system (Microkit), NAME.caps (ours), README.md.
systems += m0
