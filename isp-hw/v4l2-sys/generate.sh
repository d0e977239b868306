#!/bin/sh
# Writes src/bindings.rs anew from this machine's <linux/videodev2.h>.
# Needs libclang and: cargo install bindgen-cli --version 0.72.1
# Argument: the source folder of the crate v4l; what it uses is bound.
set -eu
v4l=$1
cd "$(dirname "$0")"
header=$(mktemp --suffix=.h)
trap 'rm -f "$header"' EXIT
echo '#include <linux/videodev2.h>' >"$header"

# Constants of an enumeration come with its type, whose name they begin with.
used=$(grep -rhoE '\b(v4l2_[a-z0-9_A-Z]+|V4L2_[A-Z0-9_]+|time_t)\b' "$v4l/src" |
  sed 's/\(.\)_V4L2_.*/\1/' | sort -u)
# Pointers to the parameters of video codecs stand in one union; nothing here looks behind them.
codecs='v4l2_(ctrl_)?(h264|hevc|vp8|vp9|mpeg2|fwht)_\w+'
set -- --no-layout-tests --use-core --no-doc-comments --blocklist-type "$codecs"
for name in $(grep -oE "struct $codecs (__user )?\*" /usr/include/linux/videodev2.h | cut -d' ' -f2); do
  set -- "$@" --raw-line "pub type $name = ::core::ffi::c_void;"
done
for name in $used; do
  set -- "$@" --allowlist-type "$name" --allowlist-var "$name"
done
# Beside them what isptune asks a camera for, and the names of what it may answer.
set -- "$@" --allowlist-var 'V4L2_(BUF|CAP|CTRL|EVENT|FMT|IN_ST|MEMORY)_\w+'
for name in buf_type colorspace ctrl_type event event_subscription field memory quantization \
  xfer_func ycbcr_encoding; do
  set -- "$@" --allowlist-type "v4l2_$name"
done
bindgen "$header" "$@" --output src/bindings.rs
rustfmt --edition 2024 --config-path ../../rustfmt.toml src/bindings.rs
