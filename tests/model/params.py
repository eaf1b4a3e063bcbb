# SPDX-License-Identifier: Apache-2.0
"""The ledger's parameters, 144 bytes: docs/spec/layouts.md, fm_params (heart.md names them, and gives no layout)."""
import struct
from typing import NamedTuple

LAYOUT = struct.Struct("<16sHBBIQIIII16I32s")
TAG = b"firmament param1"


class Params(NamedTuple):
    bytes: bytes
    assurance: int
    max_cells: int
    supply: int
    fee_base: int
    fee_byte: int
    fee_slot: int
    fee_field: int
    fee_op: tuple


def unpack(data):
    tag, version, assurance, zero, max_cells, supply, base, byte, slot, field, *rest = LAYOUT.unpack(data)
    if (tag, version, zero) != (TAG, 1, 0):
        raise ValueError("not the parameters of a ledger")
    return Params(data, assurance, max_cells, supply, base, byte, slot, field, tuple(rest[:16]))


def pack(supply=10**15, assurance=1, max_cells=2**32 - 2, fees=(0, 0, 0, 0), fee_op=(0,) * 16, executor_pk=bytes(32)):
    return LAYOUT.pack(TAG, 1, assurance, 0, max_cells, supply, *fees, *fee_op, executor_pk)
