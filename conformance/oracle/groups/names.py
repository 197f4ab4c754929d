"""The group `names`: which channel names, event names, socket ids and user ids there are."""

from .common import CHANNEL_CHARACTERS, Fault, compare, socket_id_fits, text, typed

RELATION = "json"
POLICIES = ("channel-names-to-200",)

# Longest first: private-encrypted- begins with private- too.
PREFIXES = (
    ("private-encrypted-cache-", "encrypted", True),
    ("private-encrypted-", "encrypted", False),
    ("private-cache-", "private", True),
    ("private-", "private", False),
    ("presence-cache-", "presence", True),
    ("presence-", "presence", False),
    ("cache-", "public", True),
)


def kind_of(channel_name):
    """The kind of a channel, and whether it is a cache channel."""
    for prefix, kind, cache in PREFIXES:
        if channel_name.startswith(prefix):
            return kind, cache
    return "public", False


def channel_name_fits(name, policy):
    longest = 200 if policy == "channel-names-to-200" else 164
    return 1 <= len(name) <= longest and set(name) <= CHANNEL_CHARACTERS


def event_name_fits(name):
    return 1 <= len(name) <= 200 and not name.startswith("pusher:")


def user_id_fits(value):
    # The alphabet of user ids is that of channel names.
    return 1 <= len(value) <= 200 and set(value) <= CHANNEL_CHARACTERS


def recompute(given, policy):
    if len(typed(given, dict, "input")) != 1:
        raise Fault("input: exactly one kind is wanted")
    (kind, value), = given.items()
    value = text(value)
    if kind == "channel_name":
        if not channel_name_fits(value, policy):
            return {"channel-name"}, {}
        channel_kind, cache = kind_of(value)
        return set(), {"kind": channel_kind, "cache": cache}
    if kind == "event_name":
        return (set() if event_name_fits(value) else {"event-name"}), {}
    if kind == "socket_id":
        return (set() if socket_id_fits(value) else {"socket-id"}), {}
    if kind == "user_id":
        return (set() if user_id_fits(value) else {"user-id"}), {}
    raise Fault(f"input: unknown kind {kind!r}")
