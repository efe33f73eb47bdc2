#!/bin/sh
# Builds the browser's part into static/. Uses the machine's node 20 or newer; without one, node comes as a locked PyPI
# wheel into the virtual environment given as the first argument.
set -eu
venv=$1
cd "$(dirname "$0")"

modern() { command -v node >/dev/null 2>&1 && command -v npm >/dev/null 2>&1 && node -e 'process.exit(process.versions.node.split(".")[0] >= 20 ? 0 : 1)'; }

if ! modern; then
    if ! [ -x "$venv/bin/node" ]; then
        echo "No node 20 or newer on this machine: installing the locked one into $venv"
        "$venv/bin/python" -m pip --disable-pip-version-check -q install --require-hashes -r ../requirements/node.lock
    fi
    PATH="$venv/bin:$PATH"
    export PATH
fi

# npm writes node_modules/.package-lock.json when it is done; an older one means that the lock has changed since.
if ! [ node_modules/.package-lock.json -nt package-lock.json ]; then
    npm ci --ignore-scripts --no-fund --no-audit --loglevel=error
    touch node_modules/.package-lock.json
fi
node build.mjs
