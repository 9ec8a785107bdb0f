import test from 'ava';
import fc from 'fast-check';

import { encodeSafetensors, type Tensor } from '../../src/telemetry/safetensors.js';
import { readSafetensors } from '../simulation/policy-reader.js';

const tensors = fc.oneof(
  fc.array(fc.float({ noNaN: true }), { maxLength: 20 }).map((list) => Float32Array.from(list)),
  fc.array(fc.double({ noNaN: true }), { maxLength: 20 }).map((list) => Float64Array.from(list)),
  fc.array(fc.integer(), { maxLength: 20 }).map((list) => Int32Array.from(list)),
).map((values): Tensor => ({ shape: [values.length, 1], values }));

/** Any characters: such as take several bytes, and such as JSON has to escape. */
const names = fc.string({ unit: 'binary' });

test('safetensors files hold their tensors in the published format, under any names', (t) => {
  fc.assert(
    fc.property(fc.dictionary(names.filter((name) => name !== '__metadata__'), tensors, { minKeys: 1 }), fc.dictionary(names, names), (given, metadata) => {
      const read = readSafetensors(encodeSafetensors(given, metadata));
      t.deepEqual(read.metadata, { ...metadata });
      t.deepEqual(Object.keys(read.tensors).toSorted(), Object.keys(given).toSorted());
      for (const [name, { shape, values }] of Object.entries(given)) t.deepEqual(read.tensors[name], { shape, values: Array.from(values) });
    }),
    { seed: 1 },
  );
});

test('numbers begin on 8 bytes of the file, each tensor on its own, and fill the file without gaps', (t) => {
  fc.assert(
    fc.property(fc.dictionary(names.filter((name) => name !== '__metadata__'), tensors, { minKeys: 1 }), (given) => {
      const file = encodeSafetensors(given, {});
      const begin = 8 + Number(new DataView(file.buffer).getBigUint64(0, true));
      t.is(begin % 8, 0);
      const header = JSON.parse(new TextDecoder().decode(file.subarray(8, begin))) as Record<string, { dtype: string; data_offsets: [number, number] }>;
      let end = 0;
      for (const [name, entry] of Object.entries(header)) {
        if (name === '__metadata__') continue;
        t.is(entry.data_offsets[0], end);
        t.is(entry.data_offsets[0] % (entry.dtype === 'F64' ? 8 : 4), 0);
        [, end] = entry.data_offsets;
      }
      t.is(file.length, begin + end);
    }),
    { seed: 2 },
  );
});
