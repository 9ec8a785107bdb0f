import { createDdpg, createSimulation, createTrainer } from '../../src/index.js';
import { trainingContract } from '../contracts/training-contract.js';

const SMALL = { network: { hidden: [8] }, learning: { warmup: 64, updatesPerStep: 1 } } as const;

trainingContract('a simulation', (options) => createSimulation({ ...SMALL, ...options, schedule: 'synchronous', partitions: 2 }));
trainingContract('DDPG', (options) => createDdpg({ ...SMALL, ...options }));
trainingContract('a value method with a replay', (options) => createTrainer({ algorithm: 'prioritised-dqn', ...SMALL, learning: { ...SMALL.learning, batch: 32, replay: 2048 }, environment: 'CartPole-v1', ...options }));
