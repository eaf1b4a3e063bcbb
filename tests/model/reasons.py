# SPDX-License-Identifier: Apache-2.0
"""heart.md section 5: status and reason codes."""

COMMITTED, BODY_FAILED, REJECTED, MALFORMED = 0, 1, 2, 3

_NAMES = {
    1: "WRONG_LEDGER NO_AGENT AGENT_NOT_LIVE NO_KEY NONCE TOO_LATE LINK STALE_ROOT FEE_LOW FEE_UNPAID BAD_SIGNATURE",
    16: "NO_CELL NO_SLOT NO_CAP TARGET NOT_LIVE LIFTED EXPIRED HOLDER_NOT_LIVE REVOKED RIGHT",
    32: "METHOD FIELD AMOUNT ALLOWANCE WIDENS DEPTH GROUP RETIRED",
    48: "CHECK SAME_CELL ASSET BALANCE NO_FIELD POLICY POLICY_SET NOT_FIXED NO_METHOD SLOT_TAKEN NOT_OPEN CELL_EXISTS "
        "NOT_SEALED NOT_EMPTY BAD_POSSESSION FULL TOO_WIDE",
}
NAME = {first + i: name for first, names in _NAMES.items() for i, name in enumerate(names.split())}
CODE = {name: code for code, name in NAME.items()}


class Refuse(Exception):
    """A check that failed: of the prologue (the turn is REJECTED) or of an effect (BODY_FAILED)."""

    def __init__(self, name, detail=0):
        super().__init__(name)
        self.reason, self.detail = CODE[name], detail


def want(condition, name, detail=0):
    if not condition:
        raise Refuse(name, detail)
