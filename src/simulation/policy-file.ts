import type { Arena } from '../memory/arena.js';
import { trainedState } from '../placement/partitioned/environment-task.js';
import { attachTables } from '../placement/partitioned/partition-context.js';
import { ALIVE, type RunLayout } from '../placement/partitioned/run-layout.js';
import { encodeSafetensors } from '../telemetry/safetensors.js';
import { describePolicy } from './policy.js';
import { weightTensors } from './weights.js';

/** The network of an arena, as evaluations use it, as a safetensors file: docs/weights.md. */
export function encodePolicy(layout: RunLayout, arena: Arena, step: number): Uint8Array {
  const { settings: { environment, rule, seed, network: encoding }, topology, encoder, decoder, context } = layout;
  const { tensors, description } = describePolicy({ topology, encoder, decoder, encoding, trained: trainedState({ layout, arena }), context, alive: arena.int32(ALIVE) });
  const metadata = { format: 'ganglion', environment, rule: rule.name, seed: String(seed), step: String(step), policy: description };
  return encodeSafetensors({ ...tensors, ...weightTensors(topology, attachTables(layout, arena)) }, metadata);
}
