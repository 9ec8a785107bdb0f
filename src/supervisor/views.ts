import type { Arena } from '../memory/arena.js';
import { attachControl, WORD, type Control } from '../memory/control.js';
import { attachParameter, type ParameterTable } from '../memory/parameters.js';
import type { Board } from '../network/dynamic.js';
import { neuronsOf } from '../network/ownership.js';
import { attachReplay, type ReplayRing } from '../replay/ring.js';
import { createBell, type Bell } from '../schedule/bell.js';
import { createRateLimiter, createStreamLimiter, type RateLimiter } from '../schedule/rate-limiter.js';
import { SCHEDULES, type Schedule } from '../schedule/schedule.js';
import { createLiveChronicle, createRecordingChronicle, type Chronicle, type ChronicleContext } from './chronicle.js';
import { attachExchange, type Exchange } from './exchange.js';
import { attachLedger, type Ledger } from './ledger.js';
import type { Plan } from './plan.js';
import { createRepeatingChronicle } from './repetition.js';
import { attachRows, type Rows } from './rows.js';

/** Everything one partition sees of the shared memory. */
export interface Views {
  readonly plan: Plan;
  readonly partition: number;
  /** All partitions but this one. */
  readonly peers: readonly number[];
  readonly arena: Arena;
  readonly control: Control;
  readonly bell: Bell;
  readonly schedule: Schedule;
  readonly limiter: RateLimiter;
  /** What the limiter counts: environment steps, or slots stored where the rule learns from the stream. */
  readonly experienced: () => number;
  readonly replay: ReplayRing;
  readonly exchange: Exchange;
  readonly rows: Rows;
  readonly chronicle: Chronicle;
  readonly ledger: Ledger;
  readonly tables: Readonly<Record<string, ParameterTable>>;
  /** Acting: one lane that all partitions share. */
  readonly actingBoard: Board;
  /** Learning: this partition's own minibatch. */
  readonly learningBoard: Board;
}

/**
 * @param spin false where threads outnumber cores
 * @param log of the partition, where it is to do again what it says
 */
export function attachViews(plan: Plan, arena: Arena, partition: number, spin: boolean, log?: Uint8Array): Views {
  const { settings, topology } = plan;
  const control = attachControl(arena);
  const bell = createBell(control.words, spin);
  const rows = attachRows(arena, control, plan.rows, plan.ownership, partition);
  const replay = attachReplay(arena, plan.ring);
  const exchange = attachExchange(arena, control, plan.exchange, plan.ownership, partition, rows);
  const context = { partition, partitions: settings.partitions, ticks: topology.ticks.length, control, replay, exchange, rows };
  const lanes = 2 * settings.learning.batch;
  const own = (name: string) => arena.float32(name).subarray(partition * topology.neurons * lanes, (partition + 1) * topology.neurons * lanes);
  return {
    plan,
    partition,
    peers: plan.ownership.map((_, peer) => peer).filter((peer) => peer !== partition),
    arena,
    control,
    bell,
    schedule: SCHEDULES[log === undefined ? settings.schedule : 'hogwild']({
      control,
      bell,
      partition,
      gates: topology.ticks.length + 1,
      neurons: neuronsOf(plan.ownership, partition),
      spin: spin && log === undefined, // a journal says what to wait for
      timing: settings.timing,
      seed: settings.seed,
      now: () => performance.now() / 1000,
    }),
    limiter: createLimiter(plan),
    experienced: () => Atomics.load(control.words, plan.rule.experience === 'stream' ? WORD.stored : WORD.steps),
    replay,
    rows,
    exchange,
    chronicle: log === undefined ? createChronicle(plan, context) : createRepeatingChronicle(context, arena, bell, log),
    ledger: attachLedger(arena, partition),
    tables: attachTables(plan, arena),
    actingBoard: { lanes: 1, voltages: arena.float32('voltage'), weightedInputs: arena.float32('voltage/weighted') },
    learningBoard: { lanes, voltages: own('board'), weightedInputs: own('board/weighted') },
  };
}

/** The tables of all parameters, by name. */
export function attachTables(plan: Plan, arena: Arena): Record<string, ParameterTable> {
  return Object.fromEntries(plan.parameters.map((shape) => [shape.name, attachParameter(arena, shape)]));
}

/** Only whole versions can be told from one another, and so be recorded. */
function createChronicle({ settings: { timing } }: Plan, context: ChronicleContext): Chronicle {
  return timing.reads === 'versioned' ? createRecordingChronicle(context) : createLiveChronicle(context);
}

function createLimiter(plan: Plan): RateLimiter {
  const { settings: { learning }, rule } = plan;
  const window = limiterWindow(plan);
  if (rule.experience === 'replay') return createRateLimiter({ ...learning, window });
  return createStreamLimiter(Math.min(window, Math.floor(learning.replay / 4))); // the stream must not be overwritten unread
}

/** The synchronous schedule alternates acting and learning strictly: otherwise a run could not be repeated. */
function limiterWindow({ settings: { schedule, rateLimit } }: Plan): number {
  if (schedule === 'synchronous') return 0;
  return rateLimit === 'off' ? Infinity : rateLimit;
}
