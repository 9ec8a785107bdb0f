import { InternalError } from '../errors.js';
import type { Arena } from '../memory/arena.js';
import { WORD } from '../memory/control.js';
import { ELEMENT_BYTES } from '../memory/layout.js';
import type { Carrier } from '../virtual/carry.js';
import { createEvaluation } from './evaluation.js';
import { createPartition } from './partition.js';
import type { Plan } from './plan.js';
import { attempt, strandsOf, type Crew, type Member } from './strands.js';
import { attachViews, createSurroundings, type Surroundings, type Views } from './views.js';
import { carry } from './virtual-carry.js';
import { leftOf } from './virtual-exchange.js';
import type { WorldState } from './world-state.js';

/** Partitions of a virtual world, and what surrounds them. */
interface Inhabited {
  readonly members: readonly Member[];
  readonly surroundings: Surroundings;
}

/** A command under way, perhaps paused. */
interface Going extends Inhabited {
  readonly carrier: Carrier;
  /** Told before each turn whose it is. */
  resumed: (views: Views) => void;
}

/**
 * All partitions of a virtual world. A training goes on from pause to pause until the world comes to rest; an evaluation, of which nothing of
 * that takes any notice, may come between. What begins anew after a rest is built anew too, from the arena and from what was left: whether in this
 * process or another makes no difference.
 */
export function createVirtualCrew(plan: Plan, arena: Arena, partitions: readonly number[]): Crew {
  const time = arena.float64('virtual/time');
  let latest = inhabit();
  let going: Going | undefined;
  const evaluation = createEvaluation(plan, arena);

  function inhabit(left?: WorldState): Inhabited {
    const surroundings = createSurroundings(plan, { time: time[0], left });
    if (surroundings === undefined) throw new InternalError('a virtual crew without a virtual world');
    const members = partitions.map((number): Member => {
      const views = attachViews(plan, arena, number, false, { surroundings });
      return { views, partition: createPartition(views) };
    });
    return { surroundings, members };
  }

  function leave(): void {
    for (const { partition } of latest.members) partition.close();
  }

  /** @param left of another time: a worker has died since, and with it what the world was */
  function begin(recorded: boolean, left: WorldState | undefined): Going {
    leave();
    clearScratch(arena);
    latest = inhabit(left?.time === time[0] ? left : undefined);
    const { members, surroundings: { world, news } } = latest;
    for (const { views: { partition, schedule, control: { version } } } of members) {
      if (left?.time === time[0]) schedule.clocks.forEach((clock, i) => { clock.restore(left.clocks[partition][i]); });
      else news.version.hear(partition, version.get(partition)); // not 0 where a worker takes another's place
    }
    const run: Going = { ...latest, carrier: carry(strandsOf(members, (partition) => partition.train(recorded)), world, time, (views) => { run.resumed(views); }), resumed: () => undefined };
    return run;
  }

  function whatIsLeft({ members, surroundings: { world, post, news } }: Inhabited): WorldState {
    const versions = members.map(({ views: { partition, control: { version } } }) => version.get(partition));
    return {
      time: world.now(),
      durations: world.state(),
      clocks: members.map(({ views: { schedule } }) => schedule.clocks.map((clock) => clock.state())),
      messages: { heard: versions.map((_, partition) => news.version.of(partition)), announced: [...news.announced], ...leftOf(post, Math.min(...versions)) },
    };
  }

  return {
    train(recorded, before) {
      const run = (going ??= begin(recorded, before));
      going = undefined; // where it fails
      let left: WorldState | undefined;
      const outcome = attempt(run.members, (resumed) => {
        run.resumed = resumed;
        if (run.carrier.goOn()) left = whatIsLeft(run);
        else going = run;
      });
      return outcome.kind === 'done' ? { ...outcome, returns: [], ...(left && { left }) } : outcome;
    },
    evaluate: (episodeSeeds) => evaluation(episodeSeeds, latest.members[0].views),
    close: leave,
  };
}

/** Blocks that are not about what partitions do: where their memory lies, and what the supervisor watches. */
const KEPT: ReadonlySet<string> = new Set(['control', 'workspace', 'pulse', 'hang']);

/** Scratch becomes what another process would find. */
function clearScratch({ blocks, memory }: Arena): void {
  for (const { name, scratch, type, offset, length } of blocks) {
    if (scratch === true && !KEPT.has(name)) new Uint8Array(memory.buffer, offset, length * ELEMENT_BYTES[type]).fill(0);
    if (name === 'control') Atomics.store(new Int32Array(memory.buffer, offset, length), WORD.clock, 0);
  }
}
