// Compiles TypeScript to dist/, and what is written in AssemblyScript to the WebAssembly beside it; writes the JSON schemas of configuration files.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import { main as compileAssembly } from 'assemblyscript/asc';

const { status } = spawnSync(process.execPath, [createRequire(import.meta.url).resolve('typescript/bin/tsc'), '--project', 'tsconfig.json'], { stdio: 'inherit' });
if (status !== 0) process.exit(status ?? 1);

/** @param {string} source @param {string} target @param {string[]} features @param {string[]} memory */
async function compile(source, target, features = [], memory = ['--importMemory', '--sharedMemory', '--maximumMemory', '65536']) {
  const enabled = ['simd', 'threads', ...features].flatMap((feature) => ['--enable', feature]);
  const { error, stderr } = await compileAssembly([source, '--outFile', target, '-O3', '--runtime', 'stub', '--noAssert', ...enabled, ...memory]);
  if (error === null) return;
  console.error(stderr.toString());
  process.exit(1);
}

await compile('src/kernels/assembly/index.ts', 'dist/src/kernels/simd.wasm');
await compile('src/kernels/assembly/index.ts', 'dist/src/kernels/relaxed.wasm', ['relaxed-simd']);
await compile('src/random/assembly/uniform.ts', 'dist/src/random/uniform.wasm', [], []);
await compile('bench/assembly/limits.ts', 'dist/bench/limits.wasm');

const { SCENARIOS } = await import('../dist/scenarios/registry.js');
const { schemaOf } = await import('../dist/scenarios/scenario.js');
mkdirSync('dist/schemas', { recursive: true });
for (const scenario of SCENARIOS) {
  const schema = schemaOf(scenario);
  if (schema !== undefined) writeFileSync(`dist/schemas/${scenario.name}.json`, `${JSON.stringify(schema, null, 2)}\n`);
}
