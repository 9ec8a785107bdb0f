import { isRecord, wrongKind } from '../check.js';
import { loadModulesOf } from '../modules.js';
import { isOptionError, JournalError } from '../errors.js';
import { readJournal, type Journal } from '../journal/read-journal.js';
import { checkNetworkBudget } from '../placement/partitioned/budget.js';
import { createRunLayout } from '../placement/partitioned/run-layout.js';
import type { Settings } from '../placement/partitioned/settings.js';
import { checkRerunOptions } from './command-options.js';
import { resolveSettings } from './options.js';
import { checkRepeatable } from './repeatable.js';
import { checkRecordable, digestOf } from './recording.js';
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
 * @throws JournalError where it is cut short, was altered, or is of a version that does not repeat it
 */
export async function rerunSimulation(journal: Uint8Array | Journal, options: RerunOptions = {}): Promise<Simulation> {
  const { threads } = checkRerunOptions(options);
  if (!isRecord(journal) && !((journal as unknown) instanceof Uint8Array)) throw wrongKind('journal', 'the bytes of a journal, or what readJournal has read', journal);
  const whole = journal instanceof Uint8Array ? readJournal(journal) : journal;
  const settings = await settingsOf(whole);
  const simulation = await understanding(() => {
    checkNetworkBudget(settings);
    checkRepeatable(whole, createRunLayout(settings));
    return new Simulation(settings, undefined, { journal: whole, threads: threads ?? settings.partitions });
  });
  if (digestOf(simulation.encodeWeights()) !== whole.digest) {
    await simulation.close();
    throw refusal('its first weights are not those that this version draws');
  }
  return whenReady(simulation);
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
