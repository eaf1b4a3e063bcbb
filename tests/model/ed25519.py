# SPDX-License-Identifier: Apache-2.0
"""Ed25519 in plain Python, slow and strict: RFC 8032 section 5.1.7 without the cofactor, and what libsodium refuses besides.

Refused: S not below the group order, a key or R of small order, a key that is not canonical, an R that is not the computed
point's encoding. Signing is here for the example and for sampled streams; nothing about it is constant-time.
"""
import hashlib

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_MINUS_1 = pow(2, (P - 1) // 4, P)
IDENTITY = (0, 1, 1, 0)


def add(p, q):
    """Extended twisted Edwards coordinates (X, Y, Z, T); complete, so it doubles too."""
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def multiply(n, p):
    q = IDENTITY
    while n:
        if n & 1:
            q = add(q, p)
        p, n = add(p, p), n >> 1
    return q


def encode(p):
    inverse = pow(p[2], P - 2, P)
    x, y = p[0] * inverse % P, p[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def decode(data):
    """The point, or None if the bytes are not the canonical encoding of one."""
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (1 << 255) - 1
    if y >= P:
        return None
    u, v = (y * y - 1) % P, (D * y * y + 1) % P
    x = u * pow(v, P - 2, P) % P
    x = pow(x, (P + 3) // 8, P)
    if (x * x * v - u) % P:
        x = x * ROOT_MINUS_1 % P
    if (x * x * v - u) % P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


def is_small_order(p):
    x, y, z, _ = multiply(8, p)
    return x % P == 0 and (y - z) % P == 0


BASE = decode((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def hash_to_scalar(*parts):
    return int.from_bytes(hashlib.sha512(b"".join(parts)).digest(), "little") % L


def verify(pk, text, signature):
    a, r, s = decode(pk), decode(signature[:32]), int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= L or is_small_order(a) or is_small_order(r):
        return False
    k = hash_to_scalar(signature[:32], pk, text)
    minus_a = (P - a[0], a[1], a[2], P - a[3])
    return encode(add(multiply(s, BASE), multiply(k, minus_a))) == signature[:32]


def keypair(seed):
    """(secret scalar, prefix, public key) of a 32-byte seed."""
    h = hashlib.sha512(seed).digest()
    a = int.from_bytes(h[:32], "little") & (1 << 254) - 8 | 1 << 254
    return a, h[32:], encode(multiply(a, BASE))


def sign(seed, text):
    a, prefix, pk = keypair(seed)
    r = hash_to_scalar(prefix, text)
    big_r = encode(multiply(r, BASE))
    return big_r + ((r + hash_to_scalar(big_r, pk, text) * a) % L).to_bytes(32, "little")
