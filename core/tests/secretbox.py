#!/usr/bin/env python3
"""Seals 300 texts with libsodium, by PyNaCl, and prints the SHA-256 of what each becomes, a line each.

Keys, nonces and texts are made of SHA-256, so that the test in sealed.rs makes the same without a file.

    secretbox.py > core/tests/secretbox.txt
"""

import base64
import hashlib

import nacl.secret


def digest(*parts):
    return hashlib.sha256("/".join(str(part) for part in parts).encode()).digest()


for case in range(300):
    channel = f"private-encrypted-{digest('channel', case).hex()[:case % 64 + 1]}"
    key, nonce = digest("key", case), digest("nonce", case)[:24]
    # Every length up to 150, then ever longer, in letters of one, two and four bytes.
    length = case if case <= 150 else (case - 150) * 40
    text = "".join("aé🎉\""[byte % 4] for byte in (digest("text", case, place)[0] for place in range(length)))
    secret = hashlib.sha256(channel.encode() + key).digest()
    box = nacl.secret.SecretBox(secret).encrypt(text.encode(), nonce).ciphertext
    data = '{"nonce":"%s","ciphertext":"%s"}' % tuple(base64.b64encode(part).decode() for part in (nonce, box))
    print(hashlib.sha256(data.encode()).hexdigest())
