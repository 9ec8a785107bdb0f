import test from 'ava';

import { SCHEDULE_NAMES } from '../../../src/entries/internals.js';
import { createSimulation, PartitionError, resolveSettings, type SimulationOptions } from '../../../src/index.js';
import { createStream, type Stream } from '../../../src/random/stream.js';
import { Supervisor } from '../../../src/placement/partitioned/supervisor.js';
import { readSequence } from './sequence.js';

const SMALL = { network: { hidden: [8] }, learning: { warmup: 64, batch: 16 } } as const;
const STEPS = 800;

const pause = (milliseconds: number) => new Promise((resolve) => { setTimeout(resolve, milliseconds); });

async function start(options: SimulationOptions): Promise<Supervisor> {
  const supervisor = new Supervisor(resolveSettings({ ...SMALL, ...options }));
  await supervisor.ready();
  return supervisor;
}

/** Terminates workers behind everybody's back, one each time a random stretch of the run has passed, the host's among them. */
async function killAlong(supervisor: Supervisor, stream: Stream, kills: number): Promise<void> {
  for (let kill = 0; kill < kills; kill += 1) {
    const at = ((kill + stream.uniform()) / kills) * (STEPS - 100);
    while (supervisor.steps < at || supervisor.threads.length < supervisor.layout.settings.partitions) await pause(1);
    void supervisor.threads[(kill + stream.integer(2)) % supervisor.threads.length].terminate();
  }
}

for (const schedule of SCHEDULE_NAMES) {
  for (const partitions of [1, 2, 3]) {
    test.serial(`${schedule} on ${partitions}: workers killed at random moments are replaced, and not a transition is lost or doubled`, async (t) => {
      const reads = schedule === 'bounded' || (schedule === 'hogwild' && partitions === 3) ? 'versioned' : 'latest';
      const supervisor = await start({ schedule, partitions, timing: { reads } });
      const killing = killAlong(supervisor, createStream(partitions, schedule), partitions + 1);
      await supervisor.train(STEPS);
      await killing;
      t.is(supervisor.steps, STEPS);
      const episodes = STEPS / 200; // the last observation of each is stored, too
      t.deepEqual(readSequence(supervisor.layout, supervisor.arena), { stored: STEPS + episodes, transitions: STEPS, open: 0, breaks: [] });
      t.deepEqual(supervisor.takeEpisodes().map(({ step }) => step), Array.from({ length: episodes }, (_, i) => 200 * (i + 1)));
      for (let partition = 0; partition < partitions; partition += 1) {
        const updates = supervisor.updates(partition);
        if (schedule === 'synchronous') t.is(updates, STEPS - 64);
        else t.true(updates >= STEPS - 64 && updates <= STEPS - 64 + 16, `${updates} updates`);
      }
      t.is((await supervisor.evaluate([1, 2])).length, 2);
      const deaths = supervisor.takeRestarts();
      t.is(deaths.length, partitions + 1);
      for (const { partition, step, reason, seconds } of deaths) t.true(partition < partitions && step <= STEPS && reason.startsWith('it exited') && seconds > 0);
      await supervisor.close();
      t.is(supervisor.threads.length, 0);
    });
  }
}

/** Who is killed in an evaluation, and after how many episodes: who takes no part in it is not missed. */
const KILLED = { central: [[0, 1], [0, 3]], distributed: [[0, 1], [1, 2], [0, 3]] } as const;

for (const acting of ['central', 'distributed'] as const) test.serial(`${acting}: an evaluation continues with the episode in which a worker was terminated, and has the same returns`, async (t) => {
  const supervisor = await start({ partitions: 2, schedule: 'synchronous', timing: { inference: acting } });
  const seeds = Array.from({ length: 12 }, (_, i) => i);
  const expected = await supervisor.evaluate(seeds);
  t.deepEqual(supervisor.takeRestarts(), []);
  for (const [partition, episodes] of KILLED[acting]) {
    const evaluation = supervisor.evaluate(seeds);
    while (supervisor.episodesEvaluated < episodes) await pause(1);
    supervisor.kill(partition);
    t.deepEqual(await evaluation, expected);
    t.like(supervisor.takeRestarts(), { length: 1, 0: { partition, reason: 'terminated by fault injection' } });
  }
  await supervisor.close();
});

test.serial('a worker that was killed while nothing went on is replaced at the next command', async (t) => {
  const supervisor = await start({ partitions: 2 });
  await Promise.all(supervisor.threads.map((thread) => thread.terminate()));
  await supervisor.train(100);
  t.is(supervisor.steps, 100);
  t.is(supervisor.takeRestarts().length, 2);
  await supervisor.close();
});

/** The last step at which the host waits for a partition that learns nothing: one more than the limiter lets, after the warm-up. */
const HANGS: readonly [SimulationOptions, step: number][] = [
  [{ schedule: 'hogwild' }, 64 + 16 + 1],
  [{ schedule: 'synchronous' }, 64 + 1],
  [{ schedule: 'hogwild', timing: { inference: 'distributed' } }, 0],
];

for (const [options, step] of HANGS) {
  test.serial(`${options.schedule}, actions ${options.timing?.inference ?? 'central'}: a worker that hangs is found and replaced, and those that wait for it are not taken for hung`, async (t) => {
    const simulation = await createSimulation({ ...SMALL, ...options, partitions: 3, timing: { ...options.timing, workerTimeout: 1.5 } });
    simulation.hang(1);
    const { steps, workerRestarts: deaths } = await simulation.run({ steps: 300 });
    t.is(steps, 300);
    t.like(deaths, { length: 1, 0: { partition: 1, reason: 'no heartbeat for 1.5 s' } });
    t.true(deaths[0].step <= step, `${deaths[0].step} steps`);
    await simulation.close();
  });
}

test.serial('a run reports restarts as they happen and at its end, and refuses an unknown partition', async (t) => {
  const simulation = await createSimulation({ ...SMALL, partitions: 2 });
  const told: unknown[] = [];
  simulation.on('workerRestart', (death) => told.push(death));
  simulation.kill(1);
  const { workerRestarts: deaths } = await simulation.run({ steps: 200 });
  t.like(deaths, { length: 1, 0: { partition: 1, reason: 'terminated by fault injection' } });
  t.deepEqual(told, [...deaths]);
  t.deepEqual((await simulation.run({ steps: 100 })).workerRestarts, []);
  for (const fault of ['kill', 'hang'] as const) t.throws(() => { simulation[fault](2); }, { instanceOf: RangeError, message: /^"partition" expected a whole number >= 0 and <= 1, got 2/ });
  await simulation.close();
  t.notThrows(() => { simulation.kill(0); });
});

test.serial('a worker that fails repeatedly without progress ends the run with one line', async (t) => {
  const supervisor = await start({ partitions: 2 });
  const killed = new Set<unknown>();
  const killing = setInterval(() => {
    for (const thread of supervisor.threads.filter((each) => !killed.has(each))) {
      killed.add(thread);
      void thread.terminate();
    }
  }, 5);
  const error = await t.throwsAsync(supervisor.train(1000), { instanceOf: PartitionError });
  clearInterval(killing);
  t.regex(error.message, /^partition \d failed at step \d+: its worker exited 3 times without any progress \(it exited with status \d\)$/);
  t.is(await t.throwsAsync(supervisor.train(1000)), error);
  await supervisor.close();
  t.is(supervisor.threads.length, 0);
});

test.serial('close ends a worker that hangs even where hanging is for ever tolerated', async (t) => {
  const simulation = await createSimulation({ ...SMALL, partitions: 2, timing: { workerTimeout: 0 } });
  simulation.hang(0);
  const run = simulation.run({ steps: 100 });
  await pause(300);
  const closed = simulation.close();
  await t.throwsAsync(run, { message: 'the simulation is closed' });
  await closed;
  const left = () => process.getActiveResourcesInfo().filter((name) => /MessagePort|Worker/.test(name));
  for (let look = 0; look < 1000 && left().length > 0; look += 1) await pause(20); // ports close in their own time
  t.deepEqual(left(), []);
});
