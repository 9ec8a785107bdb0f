/** What schedules and the staleness ledger cost and gain: updates per second of whole simulations, by turns. */
import { holdContest, type Contest, type Contestant, type Standing } from '../src/entries/study.js';
import type { SimulationOptions } from '../src/index.js';
import { describeLoad, tell, type Effort, type Measurement, type Section, type SectionResult } from './measure.js';

/** 256×256 neurons, batch 64, free running: eight updates are owed for each environment step, so that updates are what is measured. */
const LARGE: SimulationOptions = {
  environment: 'Pendulum-v1',
  network: { hidden: [256, 256] },
  learning: { batch: 64, warmup: 64, updatesPerStep: 8 },
  rateLimit: 'off',
};

/** Little work between two reads: here a ledger weighs most. */
const SMALL: SimulationOptions = { ...LARGE, network: { hidden: [8] }, learning: { batch: 8, warmup: 64, updatesPerStep: 8 } };

const SCHEDULES: readonly Contestant[] = [
  { name: '1 partition', options: { ...LARGE, schedule: 'hogwild', partitions: 1 } },
  { name: '2 × hogwild', options: { ...LARGE, schedule: 'hogwild', partitions: 2 } },
  { name: '2 × synchronous', options: { ...LARGE, schedule: 'synchronous', partitions: 2 } },
  { name: '2 × bounded', options: { ...LARGE, schedule: 'bounded', partitions: 2 } },
];

function ledgers(options: SimulationOptions): Contestant[] {
  return [false, true].map((ledger) => ({ name: ledger ? 'ledger on' : 'ledger off', options: { schedule: 'hogwild', partitions: 2, ...options, timing: { ledger } } }));
}

/** Seconds before anything is measured: the warm-up steps, and compilation. */
const WARM_UP = 1.5;

function contestSection(name: string, title: string, contest: Pick<Contest, 'arms' | 'neighbour'>): Section {
  return {
    name,
    effort: { repeats: 7, seconds: 1 },
    async measure({ repeats, seconds }: Effort): Promise<SectionResult> {
      const { standings, pinned } = await holdContest({ ...contest, repeats, seconds, warmUp: WARM_UP });
      const beside = contest.neighbour ? `; busy process ${pinned ? 'pinned' : 'not pinned'}` : '';
      return { tables: [{ title: `${title} (${describeLoad()}${beside})`, table: tableOf(standings) }], measurements: standings.map((standing) => figure(name, standing)) };
    },
  };
}

const fullName = ({ name, disturbed }: Standing) => (disturbed ? `${name}, disturbed` : name);

function tableOf(standings: readonly Standing[]) {
  const columns = [{ name: '' }, ...['updates/s', 'ratio [least, most]'].map((name) => ({ name, numeric: true }))];
  return { columns, rows: standings.map((standing) => [fullName(standing), standing.updatesPerSecond.median.toPrecision(3), tell(standing.ratio)]) };
}

function figure(section: string, standing: Standing): Measurement {
  return { section, name: fullName(standing), unit: 'updates/s', better: 'more', ...standing.updatesPerSecond };
}

export const CONTEST_SECTIONS: readonly Section[] = [
  contestSection('schedules', 'Two partitions against one, 256×256 neurons, batch 64', { arms: SCHEDULES, neighbour: false }),
  contestSection('neighbour', 'The same, alone and beside one busy process on one core', { arms: SCHEDULES, neighbour: true }),
  contestSection('ledger-small', 'The staleness ledger on against off, 2 × hogwild, small network', { arms: ledgers(SMALL), neighbour: false }),
  contestSection('ledger-default', 'The same, the default run', { arms: ledgers({ steps: 1_000_000 }), neighbour: false }),
  contestSection('ledger-large', 'The staleness ledger on against off, 2 × hogwild, large network', { arms: ledgers(LARGE), neighbour: false }),
];
