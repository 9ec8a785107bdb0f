/**
 * The order in which actors of a recorded run touched the shared weights, as a journal holds it: one varint for each event, 2 · actor + 1 where an
 * actor copied the weights at the start of a rollout, 2 · actor + 2 where its gradient was applied; 0 at the end of a command. A varint has seven bits of
 * a number in each byte, the lowest first, and the eighth bit set in all bytes but the last. So a rollout takes two bytes with up to 63 actors.
 *
 * @param events of a command: 2 · actor, or 2 · actor + 1
 */
export function encodeOrder(events: ArrayLike<number>): Uint8Array {
  const bytes: number[] = [];
  for (let i = 0; i < events.length; i += 1) {
    let rest = events[i] + 1;
    for (; rest >= 128; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
    bytes.push(rest);
  }
  return Uint8Array.from([...bytes, 0]);
}

/** Most bytes of an event. */
const LONGEST = 4;

/** The events of each command; undefined unless every command is whole, and in it each rollout that begins ends, and none ends before it begins. */
export function decodeOrder(bytes: Uint8Array): Int32Array[] | undefined {
  const commands: Int32Array[] = [];
  const begun = new Set<number>();
  let events: number[] = [];
  for (let at = 0; at < bytes.length;) {
    const last = bytes.subarray(at, at + LONGEST).findIndex((byte) => byte < 128);
    if (last < 0) return undefined;
    let value = 0;
    for (let i = last; i >= 0; i -= 1) value = (value << 7) | (bytes[at + i] & 0x7f);
    at += last + 1;
    if (value === 0) {
      if (begun.size > 0) return undefined;
      commands.push(Int32Array.from(events));
      events = [];
      continue;
    }
    const actor = (value - 1) >> 1;
    const ends = value % 2 === 0;
    if (begun.has(actor) !== ends) return undefined;
    if (ends) begun.delete(actor);
    else begun.add(actor);
    events.push(value - 1);
  }
  return events.length === 0 ? commands : undefined;
}

/** The rollouts of a command's body, and whether the body is one whole command. */
export function countOrder(body: Uint8Array): { updates: number; ended: boolean } {
  const commands = decodeOrder(body);
  return commands?.length === 1 ? { updates: commands[0].length / 2, ended: true } : { updates: 0, ended: false };
}
