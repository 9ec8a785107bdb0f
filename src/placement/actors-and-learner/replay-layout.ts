import { cursorBlock } from '../../environment/cursor-records.js';
import { makeEnvironment } from '../../environment/registry.js';
import { controlBlocks } from '../../memory/control.js';
import type { BlockRequest } from '../../memory/layout.js';
import { workspaceBlock } from '../../memory/workspace.js';
import { createDecoder } from '../../network/decoder.js';
import { createInputEncoder, withObservationTraces } from '../../network/observation-traces.js';
import { rowsOf } from '../../replay/item-sampler.js';
import { SAMPLERS } from '../../replay/samplers.js';
import { segmentBlocks, type SegmentShape } from '../../replay/segment.js';
import type { ReplaySettings } from './agent.js';

/** What the layouts of all methods with a replay share: the task as their networks meet it, and its replay. */
export function planReplay({ environment: id, network, learning, replay }: Pick<ReplaySettings, 'environment' | 'network' | 'replay'> & { readonly learning: { readonly replay: number } }) {
  const bare = makeEnvironment(id);
  const environment = withObservationTraces(bare, network);
  const { actionSpace, observationSpace: { type, low: { length: observations } } } = environment;
  const state = environment.getState().length;
  environment.close();
  return {
    observations,
    type,
    actionSpace,
    encoder: createInputEncoder(bare.observationSpace, network, observations),
    decoder: createDecoder(actionSpace),
    /** @param components numbers of an action */
    replayOf: (components: number, parameters: readonly BlockRequest[]) => {
      const segments: SegmentShape = { segments: 1, capacity: learning.replay, observations, type, components };
      const blocks = [...controlBlocks(1), workspaceBlock(1), ...parameters, ...segmentBlocks(segments), ...SAMPLERS[replay.sampler].blocks(rowsOf(segments)), cursorBlock(1, { observations }, state)];
      return { segments, ring: { capacity: learning.replay }, blocks };
    },
  };
}
