# SPDX-License-Identifier: Apache-2.0
# Domains that test: they speak TAP, or misbehave on purpose.
tap.domain := tests/tap.c tests/pd/tap_domain.c

domains += stray prober

domain.stray.srcs := tests/pd/stray/stray.c
domain.stray.base := 0x21000000
domain.prober.srcs := tests/pd/prober/prober.c $(tap.domain)
domain.prober.base := 0x22000000
