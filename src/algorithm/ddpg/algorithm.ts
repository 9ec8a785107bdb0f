import type { Algorithm } from '../algorithm.js';
import { createDdpgAgent, type DdpgAgent } from './agent.js';
import { createDdpgLayout } from './layout.js';
import { DDPG, type DdpgSettings } from './settings.js';

/** Deep deterministic policy gradient: an actor and a critic, under the credit of `--credit`. */
export const ddpg: Algorithm<DdpgSettings, DdpgAgent> = {
  name: 'ddpg',
  summary: 'train DDPG on one task, by backpropagation or with local credit (--credit)',
  localityNote: 'not local: the error is carried backwards through all weights of the critic and of the actor',
  table: DDPG,
  layout: createDdpgLayout,
  weights: 'actor',
  create: createDdpgAgent,
};
