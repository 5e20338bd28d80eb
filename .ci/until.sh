# Sourced. until_so SECONDS COMMAND…: asks four times a second until it succeeds; fails when it didn't for so long.
until_so() {
  local seconds=$1
  shift
  for _ in $(seq $((seconds * 4))); do
    "$@" >/dev/null 2>&1 && return 0
    sleep 0.25
  done
  return 1
}
