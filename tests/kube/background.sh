#!/usr/bin/env bash
# background.sh start PID: builds the test cluster (build.sh) behind other work, at low priority, for as long as the process PID lives.
# background.sh wait: waits for it, says how far it is, and ends as it ended. Both keep to build/kube.log and build/kube.status.
set -euo pipefail
here=$(realpath "$(dirname "$0")")
cd "$here/../.."
mkdir -p build
log=build/kube.log status=build/kube.status

# Away from the terminal, so that Ctrl-C ends the owner and this sees it; whichever way the owner ends, the build does too.
watch() {
  setsid nice -n 15 "$here/build.sh" &
  local built=$! code=0
  echo $$ >$status.pid
  while kill -0 $built 2>/dev/null; do
    if ! kill -0 "$1" 2>/dev/null; then
      kill -TERM -- -$built 2>/dev/null || true
      echo "kube: ended before it was built"
      exit 1
    fi
    sleep 0.5
  done
  wait $built || code=$?
  echo $code >$status
}

case ${1:-} in
  start)
    rm -f $status $status.pid
    setsid "$0" watch "$2" >$log 2>&1 </dev/null &
    ;;
  watch) watch "$2" ;;
  wait)
    begin=$SECONDS said=$SECONDS
    while [ ! -e $status ]; do
      # The first moment it has no number yet.
      if [ $((SECONDS - begin)) -gt 2 ] && ! kill -0 "$(cat $status.pid 2>/dev/null || echo none)" 2>/dev/null && [ ! -e $status ]; then
        echo "the test cluster's build is gone; $log ends:" >&2
        tail -n 20 $log >&2
        exit 1
      fi
      if [ $SECONDS -ge $said ]; then
        echo "waiting for the test cluster: $(grep "^kube: " $log 2>/dev/null | tail -n 1 | cut -c7- | grep . || echo begun), $((SECONDS - begin)) s so far (log: $log)"
        said=$((SECONDS + 30))
      fi
      sleep 0.5
    done
    code=$(cat $status)
    [ "$code" = 0 ] || { echo "the test cluster was not built; $log ends:" >&2; tail -n 20 $log >&2; exit 1; }
    ;;
  *) echo "usage: background.sh start PID | wait" >&2; exit 2 ;;
esac
