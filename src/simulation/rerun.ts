import { isRecord, wrongKind, wrongValue } from '../check.js';
import { loadModulesOf } from '../modules.js';
import { isOptionError, JournalError } from '../errors.js';
import { readJournal, type Journal } from '../journal/read-journal.js';
import { checkNetworkBudget } from '../placement/partitioned/budget.js';
import { createRunLayout } from '../placement/partitioned/run-layout.js';
import { resolveActorLearnerSettings } from '../placement/actor-learners/settings.js';
import type { Settings } from '../placement/partitioned/settings.js';
import { ActorLearners } from './actor-learners.js';
import { checkRerunOptions } from './command-options.js';
import { resolveSettings } from './options.js';
import { checkRepeatable } from './repeatable.js';
import { checkOrdered, checkRecordable, digestOf } from './recording.js';
import { whenReady } from './ready.js';
import { Simulation } from './simulation.js';

export interface RerunOptions {
  /** Worker threads, at most one for each partition; one for each unless given. The result does not depend on it. */
  readonly threads?: number;
}

/**
 * A simulation that does again what was recorded, bit for bit: its `run` takes no steps but those of the journal, and comes to the weights whose
 * SHA-256 is the journal's `weightsSha256`.
 *
 * @param journal the bytes of a `journal.bin`, or these as `readJournal` read them
 * @throws JournalError where it is cut short, was altered, is of another algorithm, or is of a version that does not repeat it
 */
export async function rerunSimulation(journal: Uint8Array | Journal, options: RerunOptions = {}): Promise<Simulation> {
  const { threads } = checkRerunOptions(options);
  const whole = wholeOf(journal);
  if (whole.entries === 'order') throw refusal('a run of actor-learners; rerunTrainer repeats it');
  const settings = await settingsOf(whole);
  return checkFirstWeights(whole, await understanding(() => {
    checkNetworkBudget(settings);
    checkRepeatable(whole, createRunLayout(settings));
    return new Simulation(settings, undefined, { journal: whole, threads: threads ?? settings.partitions });
  }));
}

/** The same for a journal of any algorithm. Actor-learners are repeated on one thread. */
export async function rerunTrainer(journal: Uint8Array | Journal, options: RerunOptions = {}): Promise<Simulation | ActorLearners> {
  const { threads = 1 } = checkRerunOptions(options);
  const whole = wholeOf(journal);
  if (whole.entries !== 'order') return rerunSimulation(whole, options);
  if (threads !== 1) throw wrongValue('threads', '1 for actor-learners, which repeat a journal event by event', threads);
  return checkFirstWeights(whole, await understanding(async () => {
    await loadModulesOf(whole.settings ?? {});
    const settings = resolveActorLearnerSettings(whole.settings ?? undefined);
    checkOrdered(settings);
    return new ActorLearners(settings, undefined, whole);
  }));
}

function wholeOf(journal: Uint8Array | Journal): Journal {
  if (!isRecord(journal) && !((journal as unknown) instanceof Uint8Array)) throw wrongKind('journal', 'the bytes of a journal, or what readJournal has read', journal);
  return journal instanceof Uint8Array ? readJournal(journal) : journal;
}

async function checkFirstWeights<Own extends Simulation | ActorLearners>({ digest }: Journal, training: Own): Promise<Own> {
  if (digestOf(training.encodeWeights()) !== digest) {
    await training.close();
    throw refusal('its first weights are not those that this version draws');
  }
  return whenReady(training);
}

const refusal = (reason: string) => new JournalError(reason, null);

/** Settings of another version may have other options. */
async function settingsOf({ settings, partitions }: Journal): Promise<Settings> {
  const resolved = await understanding(async () => {
    await loadModulesOf(settings ?? {});
    const read = resolveSettings(settings ?? undefined);
    checkRecordable(read);
    return read;
  });
  if (resolved.partitions !== partitions) throw refusal('settings of another number of partitions');
  return resolved;
}

async function understanding<Result>(build: () => Result | Promise<Result>): Promise<Result> {
  try {
    return await build();
  } catch (error) {
    if (isOptionError(error)) throw refusal(`settings that this version does not accept: ${error.message}`);
    throw error;
  }
}
