"""The group `encryption`: master keys, the secret of a channel, and sealed data."""

import base64
import binascii
import hashlib
import json

from .common import CHANNEL_CHARACTERS, Fault, compare as compare_stages, fields, text, typed, unique

try:
    import nacl.exceptions
    import nacl.secret
except ImportError:
    raise SystemExit("PyNaCl is missing: python3 -m pip install -r oracle/requirements.txt") from None

RELATION = "bytes"
POLICIES = ("base64-line-breaks", "base64-trailing-bits", "base64-unpadded", "channel-names-to-200")

PREFIX = "private-encrypted-"


class Refused(Exception):
    pass


def require(condition):
    if not condition:
        raise Refused


def decode_base64(value, policy=None):
    """Standard alphabet, padded, nothing in between, no bits left over; a policy lets one of these go."""
    if policy == "base64-line-breaks":
        value = value.replace("\r", "").replace("\n", "")
    if policy == "base64-unpadded":
        value += "=" * (-len(value) % 4)
    try:
        raw = base64.b64decode(value.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        raise Refused from None
    require(policy == "base64-trailing-bits" or encode_base64(raw) == value)
    return raw


def encode_base64(raw):
    return base64.b64encode(raw).decode("ascii")


def parse_master_key(value):
    raw = decode_base64(typed(value, str, "master_key"))
    require(len(raw) == 32)
    return raw


def derive(channel_name, key):
    return hashlib.sha256(channel_name.encode("utf-8") + key).digest()


def channel_fits(name, policy):
    longest = 200 if policy == "channel-names-to-200" else 164
    return name.startswith(PREFIX) and len(name) <= longest and set(name) <= CHANNEL_CHARACTERS


def seal(secret, nonce, plaintext):
    sealed = nacl.secret.SecretBox(secret).encrypt(plaintext.encode("utf-8"), nonce)
    return f'{{"nonce":"{encode_base64(nonce)}","ciphertext":"{encode_base64(sealed.ciphertext)}"}}'


def sealed_members(data):
    try:
        # Python reads NaN and Infinity, which are not JSON.
        value = json.loads(data, object_pairs_hook=unique, parse_constant=int)
    except ValueError:
        raise Refused from None
    require(isinstance(value, dict))
    members = value.get("nonce"), value.get("ciphertext")
    require(all(isinstance(member, str) for member in members))
    return members


def open_sealed(secrets, data, policy=None):
    """What the first secret that fits makes of the data."""
    nonce, ciphertext = (decode_base64(member, policy) for member in sealed_members(data))
    require(len(nonce) == 24 and len(ciphertext) >= 16)
    for secret in secrets:
        try:
            return nacl.secret.SecretBox(secret).decrypt(ciphertext, nonce).decode("utf-8")
        except nacl.exceptions.CryptoError:
            pass
        except UnicodeDecodeError:
            break
    raise Refused


def attempt(layer, layers, action, *arguments):
    try:
        return action(*arguments)
    except Refused:
        layers.add(layer)
        return None


def hexadecimal(value, what):
    raw = typed(value, str, what)
    if raw != raw.lower() or len(raw) % 2 or not set(raw) <= set("0123456789abcdef"):
        raise Fault(f"{what}: not hexadecimal: {raw!r}")
    return bytes.fromhex(raw)


def recompute(given, policy):
    if len(typed(given, dict, "input")) != 1:
        raise Fault("input: exactly one kind is wanted")
    (kind, value), = given.items()
    layers = set()

    if kind == "master_key":
        key = attempt("master-key", layers, parse_master_key, value)
        return layers, {} if layers else {"master_key_hex": key.hex()}
    if kind == "derive":
        fields(value, ("channel_name", "key_hex"), what=kind)
        secret = derive(text(value["channel_name"]), hexadecimal(value["key_hex"], "key_hex"))
        return layers, {"shared_secret": encode_base64(secret)}
    if kind == "box":
        fields(value, ("secret_hex", "data"), what=kind)
        secret = hexadecimal(value["secret_hex"], "secret_hex")
        if len(secret) != 32:
            raise Fault(f"secret_hex: {len(secret)} bytes")
        plaintext = attempt("sealed-data", layers, open_sealed, [secret], typed(value["data"], str, "data"), policy)
        return layers, {} if layers else {"plaintext": plaintext}

    required = {
        "shared_secret": ("channel_name", "master_key"),
        "seal": ("channel_name", "master_key", "nonce", "plaintext"),
        "open": ("channel_name", "master_keys", "data"),
    }
    if kind not in required:
        raise Fault(f"input: unknown kind {kind!r}")
    fields(value, required[kind], what=kind)
    channel_name = text(value["channel_name"])
    if not channel_fits(channel_name, policy):
        layers.add("channel-name")
    given_keys = typed(value["master_keys"], list, "master_keys") if kind == "open" else [value["master_key"]]
    if not given_keys:
        raise Fault("master_keys: empty")
    keys = [attempt("master-key", layers, parse_master_key, key) for key in given_keys]
    secrets = [derive(channel_name, key) for key in keys if key is not None]

    if kind == "open":
        if layers:
            return layers, {}
        plaintext = attempt("sealed-data", layers, open_sealed, secrets, typed(value["data"], str, "data"), policy)
        return layers, {} if layers else {"plaintext": plaintext}
    if kind == "shared_secret":
        return layers, {} if layers else {"shared_secret": encode_base64(secrets[0])}
    nonce = attempt("nonce", layers, decode_base64, typed(value["nonce"], str, "nonce"))
    if nonce is not None and len(nonce) != 24:
        layers.add("nonce")
    if layers:
        return layers, {}
    data = seal(secrets[0], nonce, text(value["plaintext"]))
    if len(data.encode("utf-8")) > 10240:
        return {"limits"}, {}
    return set(), {"shared_secret": encode_base64(secrets[0]), "data": data}


def compare(expect, stages):
    if "plaintext" in typed(expect, dict, "expect"):
        expect = dict(expect, plaintext=text(expect["plaintext"]))
    return compare_stages(expect, stages)
