import { execFile } from 'node:child_process';

import test from 'ava';

import { vulkanEnvironment } from './webgpu-driver.js';
import type { WebGpuFindings } from './webgpu-agreement.js';

const LIMIT = 1e-4;

/** Only whether a process finds an adapter: what it learns is looked at below. */
const findings = await new Promise<WebGpuFindings | Error>((resolve) => {
  execFile(process.execPath, ['dist/test/batched/webgpu-agreement.js'], { env: vulkanEnvironment(), timeout: 180_000 }, (error, stdout) => {
    resolve(error ?? (JSON.parse(stdout) as WebGpuFindings));
  });
});

const found = findings instanceof Error || 'agreements' in findings;
const onAdapter = found ? test : test.skip;
const title = `networks on webgpu learn what they learn on the kernels, within ${LIMIT} after 100 updates`;

onAdapter(found ? title : `${title} (there is no Vulkan driver)`, (t) => {
  if (findings instanceof Error) throw findings;
  if (!('agreements' in findings)) return;
  t.log(findings.adapter);
  t.deepEqual(findings.agreements.map(({ rule, updates }) => [rule, updates]), [['broadcast', 100], ['three-factor', 25]]);
  for (const { rule, difference, moved } of findings.agreements) {
    t.true(difference < LIMIT, `${rule}: ${difference}`);
    t.true(moved > 100 * LIMIT, `${rule}: ${moved}`);
  }
});
