#!/usr/bin/env bash
# Fills $VENV with exactly what requirements.lock pins, every file checked by its hash.
# uv does it in a fraction of pip's time; where no uv can be had, or it fails, pip does the same.
# Configuration of either (PIP_*, pip.conf, UV_*, uv.toml) is respected.
set -euo pipefail

if [[ -z "${PYTHON:-}" ]]; then
  echo "Ophicleide needs Python 3.11 or newer with venv (on Debian and Ubuntu: apt install python3-venv)." >&2
  echo "None was found. If you have one, name it: make PYTHON=/path/to/python3" >&2
  exit 1
fi

python="$VENV/bin/python"
[[ -x "$python" ]] && "$python" -c 'import pip' 2>/dev/null || "$PYTHON" -m venv --clear "$VENV"
echo "Installing into $VENV ($("$python" --version)); the first time this fetches about 700 MB."

# The lock's own lines of one package, so that what installs the rest is pinned by the same file.
locked() { awk -v name="$1" '/^[^ ]/ {mine = index($0, name "==") == 1} mine' requirements.lock; }

pip_install() { "$python" -m pip install --quiet --disable-pip-version-check "$@"; }

uv_install() {
  # uv does not read pip's index and certificate settings; hand them over unless uv has its own.
  local index cert
  index="${PIP_INDEX_URL:-$("$python" -m pip config get global.index-url 2>/dev/null || true)}"
  cert="${PIP_CERT:-$("$python" -m pip config get global.cert 2>/dev/null || true)}"
  [[ -z "$index" || -n "${UV_DEFAULT_INDEX:-}${UV_INDEX_URL:-}" ]] || export UV_DEFAULT_INDEX="$index"
  [[ -z "$cert" ]] || export SSL_CERT_FILE="${SSL_CERT_FILE:-$cert}"
  mkdir -p "$("$VENV/bin/uv" cache dir)" 2>/dev/null && [[ -w "$("$VENV/bin/uv" cache dir)" ]] || export UV_NO_CACHE=1
  "$VENV/bin/uv" pip install --quiet --python "$python" "$@"
}

# pyspark comes as a source archive; setuptools builds it, the pinned one and no other.
pip_install --no-deps --require-hashes -r <(locked setuptools)
everything=(--no-build-isolation --require-hashes -r requirements.lock)
project=(--no-build-isolation --no-deps --editable .)

if pip_install --no-deps --require-hashes -r <(locked uv) 2>/dev/null && uv_install "${everything[@]}"; then
  uv_install "${project[@]}"
else
  echo "uv cannot do it here; pip takes over, which is slower." >&2
  pip_install "${everything[@]}"
  pip_install "${project[@]}"
fi
