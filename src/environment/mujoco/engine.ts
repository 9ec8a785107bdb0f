import { readFileSync } from 'node:fs';

import { wrongValue } from '../../check.js';

/**
 * The part of `@mujoco/mujoco` that is used. The package is optional, so its types are not imported: without it one can still compile and use all else.
 */
interface Engine {
  readonly MjModel: { from_xml_string(xml: string): Model };
  readonly MjData: new (model: Model) => Data;
  readonly mj_step: (model: Model, data: Data) => void;
  readonly mj_forward: (model: Model, data: Data) => void;
  readonly mj_resetData: (model: Model, data: Data) => void;
}

type Model = object;

/** Views of the simulator's memory, which move where it grows: read them anew. */
interface Data {
  readonly qpos: Float64Array;
  readonly qvel: Float64Array;
  readonly ctrl: Float64Array;
  readonly qacc_warmstart: Float64Array;
  readonly qfrc_constraint: Float64Array;
  readonly xpos: Float64Array;
  readonly site_xpos: Float64Array;
}

/** The views of a simulation. */
export type Views = Readonly<Record<'qpos' | 'qvel' | 'ctrl' | 'qacc_warmstart' | 'qfrc_constraint' | 'xpos' | 'site_xpos', Float64Array>>;

/** One simulated model. */
export interface Simulation {
  /** The environment whose state it has. */
  holder: object | undefined;
  /** The views as they are now. */
  readonly views: () => Views;
  /** One step of the model's time step. */
  readonly step: () => void;
  /** What follows from positions and velocities. */
  readonly forward: () => void;
  /** Back to the model's first state. */
  readonly reset: () => void;
}

const PACKAGE = '@mujoco/mujoco';
let loading: Promise<Engine> | undefined;
let engine: Engine | undefined;

/** Simulations by their models: one, which takes megabytes, serves all environments of a thread. */
const simulations = new Map<string, Simulation>();

/** Loads the simulator, once for each thread. @throws OptionRangeError where the package is missing */
export async function loadEngine(id: string): Promise<void> {
  loading ??= start(id);
  engine = await loading;
}

async function start(id: string): Promise<Engine> {
  try {
    const { default: create } = (await import(PACKAGE)) as { default: () => Promise<Engine> };
    return await create();
  } catch (error) {
    const reason = error instanceof Error && !error.message.includes('Cannot find package') ? ` (${error.message})` : '';
    throw wrongValue('environment', `a task whose simulator is installed (npm install ${PACKAGE})`, id, reason);
  }
}

/** The simulation of one of the models that ship. */
export function simulationOf(id: string, file: string): Simulation {
  if (engine === undefined) throw new Error(`${id} needs its simulator: await loadEnvironment('${id}') before it is made`);
  const known = simulations.get(file);
  if (known !== undefined) return known;
  const { MjModel, MjData, mj_step: step, mj_forward: forward, mj_resetData: reset } = engine;
  const model = MjModel.from_xml_string(readFileSync(new URL(`../../../../src/environment/mujoco/models/${file}.xml`, import.meta.url), 'utf8'));
  const data = new MjData(model);
  let kept: Views | undefined;
  const simulation: Simulation = {
    holder: undefined,
    views() {
      if (kept === undefined || kept.qpos.byteLength === 0) {
        const { qpos, qvel, ctrl, qacc_warmstart, qfrc_constraint, xpos, site_xpos } = data; // each read makes a view
        kept = { qpos, qvel, ctrl, qacc_warmstart, qfrc_constraint, xpos, site_xpos };
      }
      return kept;
    },
    step: () => { step(model, data); },
    forward: () => { forward(model, data); },
    reset: () => { reset(model, data); },
  };
  simulations.set(file, simulation);
  return simulation;
}
