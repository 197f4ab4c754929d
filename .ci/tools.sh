# shellcheck shell=bash
# Sourced by the steps that need a tool from outside. It only knows how to install one.

# Outside the checkout, so that the tools outlive a clone.
TOOLS=${XDG_CACHE_HOME:-$HOME/.cache}/pusher-tools

# install_tool CRATE VERSION [OPTION...]: leaves the crate's program in $TOOLS/bin.
# Cargo does nothing if that version, with those options, is there already. The steps call the program by
# its path: a `cargo NAME` would find another copy in the user's own folder first.
install_tool() {
    local crate=$1 version=$2
    shift 2
    # A fixed build folder, so that an install that was cut short goes on where it was.
    if ! CARGO_TARGET_DIR=$TOOLS/build CARGO_PROFILE_DEV_DEBUG=0 cargo install "$crate" --version "=$version" \
        --locked --debug --root "$TOOLS" "$@"; then
        echo "NOT RUN: $crate $version could not be installed" >&2
        return 1
    fi
    rm -rf "$TOOLS/build"
}
