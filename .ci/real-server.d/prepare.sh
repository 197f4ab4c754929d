# shellcheck shell=bash
# Sourced by the steps that publish through sockudo, from the root of the checkout: what they start from, and
# how they end what they started. It knows no check.

. .ci/tools.sh
parts=$PWD/.ci/real-server.d

temp=$(mktemp -d)
# Process ids, each with the signal that ends it.
servers=()
stop() {
    local server signal
    for server in "${servers[@]}"; do
        read -r server signal <<<"$server"
        kill -"$signal" "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
    done
    rm -rf "$temp"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# part NAME COMMAND...: the step ends with the first preparation that fails, and says which.
part() {
    local name=$1
    shift
    if ! "$@"; then
        echo "FAIL $name"
        exit 1
    fi
    echo "ok   $name"
}

# debian PACKAGE...: installs what is missing.
debian() {
    dpkg --status "$@" >/dev/null 2>&1 && return
    apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$@"
}

# In a copy, so that the checkout stays as it is.
pusher_js() {
    cp -R "$parts" "$temp/client" && (cd "$temp/client" && npm ci --no-audit --no-fund)
}

# built NAME OPTION...: builds the example, and links to it as $temp/NAME.
built() {
    local name=$1 messages=$temp/messages program
    shift
    cargo build --example "$name" "$@" --message-format=json-render-diagnostics >"$messages" || return
    program=$(sed -nE "/\"name\":\"$name\"/"' s/.*"executable":"([^"]+)".*/\1/p' "$messages")
    [ -x "$program" ] && ln -s "$program" "$temp/$name"
}

# free_ports COUNT: so many different ones, on a line.
free_ports() {
    python3 -c '
import socket, sys
sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(int(sys.argv[1]))]
print(*(s.getsockname()[1] for s in sockets))' "$1"
}

# sockudo [FILE]: starts it, with what the file adds to the configuration.
sockudo() {
    local empty=$temp/empty
    port=$(free_ports 1) || return
    sed "s/^port = 6001$/port = $port/" "$parts/sockudo.toml" "$@" >"$temp/sockudo.toml" || return
    grep -q "^port = $port$" "$temp/sockudo.toml" || return
    mkdir "$empty" || return
    # sockudo prefers the environment, and a configuration in its working directory, to the file it is given.
    (cd "$empty" && exec env -i PATH="$PATH" "$TOOLS/bin/sockudo" --config "$temp/sockudo.toml") >"$temp/sockudo.log" 2>&1 &
    # Asked politely, it may take a minute.
    servers+=("$! KILL")
}

# last LOG...: the ends of the logs, for the reader of a failure.
last() {
    local log
    for log in "$@"; do
        echo "The last of ${log##*/}:"
        tail -n 40 "$log" | sed 's/\x1b\[[0-9;]*m//g'
    done
}

# sockudo's build calls protoc and reads the standard types that come with the second package.
part 'protobuf is installed' debian protobuf-compiler libprotobuf-dev
part 'sockudo is installed' install_tool sockudo 5.2.0 --no-default-features --features local
part 'pusher-js is installed' pusher_js
