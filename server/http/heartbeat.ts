/** Seconds between two beats of a peer. */
const EVERY = 12;

/** Beats every peer that has entered every twelve seconds, a twelfth of them each second. */
export interface Heartbeat<Peer> {
  /** The first beat comes within twelve seconds. Whoever leaves is deleted from what it returns. */
  enter(peer: Peer): Set<Peer>;
  close(): void;
}

export function createHeartbeat<Peer>(beat: (peer: Peer) => void): Heartbeat<Peer> {
  const slices = Array.from({ length: EVERY }, () => new Set<Peer>());
  let turn = 0;
  const timer = setInterval(() => {
    turn = (turn + 1) % EVERY;
    for (const peer of slices[turn] as Set<Peer>) beat(peer);
  }, 1_000);
  timer.unref();
  return {
    enter(peer) {
      const slice = slices[turn] as Set<Peer>;
      return slice.add(peer);
    },
    close: () => clearInterval(timer),
  };
}
