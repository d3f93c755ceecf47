#!/bin/sh
# One answer, then one stream. COULOIR_MASTER_KEY is the key that `npm start` printed.
set -eu
: "${COULOIR_MASTER_KEY:?is the key that npm start printed}"
url=${COULOIR_URL:-http://127.0.0.1:4000/v1}
model=${1:-claude-sonnet-4-6}

ask() {
  curl -sS --no-buffer "$url/chat/completions" \
    -H "Authorization: Bearer $COULOIR_MASTER_KEY" -H 'Content-Type: application/json' \
    -d "{\"model\":\"$model\",\"stream\":$1,\"messages\":[{\"role\":\"user\",\"content\":\"What is 2 + 2?\"}]}"
  echo
}

ask false
ask true
