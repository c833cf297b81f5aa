#!/usr/bin/env bash
# A real S3 on loopback for the tests: Ceph's radosgw over one monitor and one
# OSD that keeps everything in memory. Nothing is written outside RADOSGW_DIR.
#
#   eval "$(scripts/radosgw.sh start)"    starts it; exports TEST_S3_* and RADOSGW_DIR
#   scripts/radosgw.sh stop               ends the one in RADOSGW_DIR and removes that folder
#   scripts/radosgw.sh break stopped      kills its gateway: connections are refused
#   scripts/radosgw.sh break stalled      freezes its gateway: connections are taken, nothing is answered
#   scripts/radosgw.sh mend               resolves when it answers again, with all that it had
#
# Needs, on Debian and Ubuntu:
#   apt-get install -y --no-install-recommends radosgw ceph-mon ceph-osd
# Variables: RADOSGW_DIR (a fresh folder), RADOSGW_PORT (a free port), RADOSGW_MEMORY (bytes at most, 3 GiB).
set -euo pipefail

PROGRAMS=(ceph ceph-mon ceph-osd monmaptool radosgw radosgw-admin)
DAEMONS=(rgw osd mon)
SECRET_KEY=a-secret-of-the-tests

say() { echo "radosgw: $*" >&2; }

# A daemon that has ended but whose parent does not care (state Z) is not running.
running() {
  [ -s "$DIR/$1.pid" ] && grep -q '^State:[[:space:]]*[^ZX]' "/proc/$(cat "$DIR/$1.pid")/status" 2>/dev/null
}

# All of it is thrown away, so nothing need be saved first.
stop_daemons() {
  for name in "${DAEMONS[@]}"; do
    ! running "$name" || kill -9 "$(cat "$DIR/$name.pid")"
  done
  for name in "${DAEMONS[@]}"; do
    while running "$name"; do sleep 0.02; done
  done
  rm -rf "$DIR"
}

give_up() {
  say "$1"
  tail -n 15 "$DIR"/log/*.out >&2 2>/dev/null || true
  stop_daemons
  exit 1
}

free_ports() {
  node -e '
    const net = require("node:net");
    const servers = Array.from({ length: +process.argv[1] }, () => net.createServer().listen(0, "127.0.0.1"));
    Promise.all(servers.map((s) => new Promise((done) => s.once("listening", done)))).then(() => {
      console.log(servers.map((s) => s.address().port).join(" "));
      servers.forEach((s) => s.close());
    });' "$1"
}

write_config() {
  cat >"$DIR/ceph.conf" <<CONF
[global]
fsid = $FSID
mon host = [v2:127.0.0.1:$MON_PORT,v1:127.0.0.1:$MON_PORT_V1]
public network = 127.0.0.0/8
public addr = 127.0.0.1
ms bind ipv6 = false
auth cluster required = none
auth service required = none
auth client required = none
# radosgw asks for secure connections to the monitor, which do not exist without authentication:
# without this line it hangs.
ms mon client mode = crc
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pgp num = 1
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon allow pool size one = true
mon max pg per osd = 1000
mon data avail warn = 0
mon data avail crit = 0
mon warn on pool no redundancy = false
# A quorum of one need not wait for others: the start takes seconds instead of half a minute.
paxos propose interval = 0.02
paxos min wait = 0.01
run dir = $DIR/run
admin socket = $DIR/run/\$name.asok
log file = $DIR/log/\$name.log
crash dir = $DIR/log
[mon]
mon data = $DIR/mon
mon cluster log file = $DIR/log/cluster.log
[osd]
# Writers of buckets and users wait so long for a gateway that was killed.
osd client watch timeout = 10
osd data = $DIR/osd
osd objectstore = memstore
memstore device bytes = ${RADOSGW_MEMORY:-3221225472}
osd memory target = 939524096
osd class update on start = false
[client.rgw]
rgw data = $DIR/rgw
rgw frontends = beast endpoint=127.0.0.1:$PORT
rgw thread pool size = 16
rgw enable usage log = false
rgw enable ops log = false
rgw dynamic resharding = false
CONF
}

daemon() {
  local name=$1
  shift
  "$@" -f >"$DIR/log/$name.out" 2>&1 </dev/null &
  echo $! >"$DIR/$name.pid"
}

start() {
  for program in "${PROGRAMS[@]}"; do
    command -v "$program" >/dev/null && continue
    say "$program is missing: apt-get install -y --no-install-recommends radosgw ceph-mon ceph-osd"
    exit 1
  done

  DIR=${RADOSGW_DIR:-$(mktemp -d "${TMPDIR:-/tmp}/radosgw.XXXXXX")}
  [ ! -e "$DIR/ceph.conf" ] || { say "there is one in $DIR already"; exit 1; }
  mkdir -p "$DIR"/{mon,osd,rgw,run,log}
  FSID=$(cat /proc/sys/kernel/random/uuid)
  OSD_ID=$(cat /proc/sys/kernel/random/uuid)
  read -r MON_PORT MON_PORT_V1 FREE_PORT < <(free_ports 3)
  PORT=${RADOSGW_PORT:-$FREE_PORT}
  write_config
  export CEPH_CONF=$DIR/ceph.conf

  monmaptool --create --fsid "$FSID" \
    --addv a "[v2:127.0.0.1:$MON_PORT,v1:127.0.0.1:$MON_PORT_V1]" "$DIR/monmap" >"$DIR/log/monmap.out"
  ceph-mon --mkfs -i a --monmap "$DIR/monmap" >"$DIR/log/mon-mkfs.out" 2>&1 || give_up 'no monitor store'
  daemon mon ceph-mon -i a

  ceph-osd -i 0 --mkfs --osd-uuid "$OSD_ID" >"$DIR/log/osd-mkfs.out" 2>&1 &
  local made=$!
  timeout 30 ceph osd new "$OSD_ID" >"$DIR/log/osd-new.out" 2>&1 || give_up 'the monitor does not answer'
  wait "$made" || give_up 'no OSD store'
  daemon osd ceph-osd -i 0

  # The owner makes the buckets; the server has only the rights that a policy gives it.
  for user in owner server; do
    timeout 60 radosgw-admin -n client.rgw user create --uid="$user" --display-name="$user" \
      --access-key="$user" --secret-key="$SECRET_KEY" >"$DIR/log/$user.out" 2>&1 || give_up "no user $user"
  done
  start_gateway || give_up 'the gateway does not come up'
  say "ready on http://127.0.0.1:$PORT, files in $DIR"
  echo "export TEST_S3_ENDPOINT=http://127.0.0.1:$PORT"
  echo "export TEST_S3_ACCESS_KEY_ID=owner"
  echo "export TEST_S3_SECRET_ACCESS_KEY=$SECRET_KEY"
  echo "export TEST_S3_SERVER_ARN=arn:aws:iam:::user/server"
  echo "export TEST_S3_SERVER_ACCESS_KEY_ID=server"
  echo "export TEST_S3_SERVER_SECRET_ACCESS_KEY=$SECRET_KEY"
  echo "export RADOSGW_DIR=$DIR"
}

start_gateway() {
  daemon rgw radosgw -n client.rgw
  gateway_answers
}

gateway_answers() {
  for _ in $(seq 600); do
    ! curl -s -m 1 -o /dev/null "http://127.0.0.1:$PORT/" || return 0
    running rgw || return 1
    sleep 0.05
  done
  return 1
}

find_mine() {
  DIR=${RADOSGW_DIR:?says which one}
  export CEPH_CONF=$DIR/ceph.conf
  [ -f "$CEPH_CONF" ] || { say "nothing of mine in $DIR"; exit 1; }
  PORT=$(sed -n 's/^rgw frontends = .*://p' "$CEPH_CONF")
}

stop() {
  find_mine
  stop_daemons
}

break_gateway() {
  find_mine
  running rgw || { say 'the gateway does not run'; exit 1; }
  case ${1:-} in
    stopped) kill -KILL "$(cat "$DIR/rgw.pid")" && while running rgw; do sleep 0.02; done ;;
    stalled) kill -STOP "$(cat "$DIR/rgw.pid")" ;;
    *) usage ;;
  esac
}

mend_gateway() {
  find_mine
  if running rgw; then
    kill -CONT "$(cat "$DIR/rgw.pid")"
    gateway_answers
  else
    start_gateway
  fi || { say 'the gateway does not come up again'; exit 1; }
}

usage() {
  say 'usage: radosgw.sh start|stop|break stopped|break stalled|mend'
  exit 2
}

case ${1:-} in
  start) start ;;
  stop) stop ;;
  break) break_gateway "${2:-}" ;;
  mend) mend_gateway ;;
  *) usage ;;
esac
