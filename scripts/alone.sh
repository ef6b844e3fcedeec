#!/bin/bash
# alone.sh COMMAND…: runs it with mounts and process numbers of its own, so that nothing is left of either when it, or
# who called it, is killed: a root half made with /proc mounted in it could neither be removed nor made anew.
exec setpriv --pdeathsig KILL \
  unshare --mount --propagation private --pid --fork --kill-child --mount-proc "$@"
