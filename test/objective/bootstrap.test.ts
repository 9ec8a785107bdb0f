import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import test from 'ava';
import ts from 'typescript';

import { tdError } from '../../src/objective/targets.js';
import { doubleKernels } from '../../src/kernels/reference.js';

/** Vectorised forms of the TD error: each is held to the scalar one by an equality test, the first by the last test here. */
const VECTORISED = ['src/kernels/reference.ts', 'src/kernels/assembly/errors.ts', 'src/batched/gradient.ts'];

const FILES = ['src', 'workers', 'scenarios'].flatMap((root) => readdirSync(root, { recursive: true, encoding: 'utf8' }).map((name) => join(root, name)).filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts')));

const isDiscount = (name: string) => /^(discounts?|gamma|continuation)$/i.test(name);

/** True for `discount`, `discounts[b]` and `batch.discounts`. */
function namesDiscount(node: ts.Node): boolean {
  if (ts.isIdentifier(node)) return isDiscount(node.text);
  if (ts.isElementAccessExpression(node)) return namesDiscount(node.expression);
  return ts.isPropertyAccessExpression(node) && (isDiscount(node.name.text) || namesDiscount(node.expression));
}

/** The same inside a call: `tensor(batch.discounts, …)`. */
const isDiscountTensor = (node: ts.Node): boolean => namesDiscount(node) || (ts.isCallExpression(node) && node.arguments.some(namesDiscount));

/** Lines on which a discounted value is part of a sum, or a tensor is multiplied by discounts. */
function bootstrapsIn(file: string): number[] {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  const lines: number[] = [];
  const visit = (node: ts.Node, inSum: boolean): void => {
    const operator = ts.isBinaryExpression(node) ? node.operatorToken.kind : undefined;
    const sum = operator === ts.SyntaxKind.PlusToken || operator === ts.SyntaxKind.PlusEqualsToken || (inSum && (operator !== undefined || ts.isParenthesizedExpression(node)));
    const product = ts.isBinaryExpression(node) && operator === ts.SyntaxKind.AsteriskToken && sum && [node.left, node.right].some(namesDiscount);
    const multiplied = ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression) && node.expression.name.text === 'mul' && node.arguments.some(isDiscountTensor);
    if (product || multiplied) lines.push(source.getLineAndCharacterOfPosition(node.getStart()).line + 1);
    ts.forEachChild(node, (child) => { visit(child, sum); });
  };
  visit(source, false);
  return lines;
}

test('no file outside src/objective adds a discounted value to a reward, but for the vectorised forms', (t) => {
  const found = FILES.filter((file) => !file.startsWith(join('src', 'objective')) && bootstrapsIn(file).length > 0);
  t.deepEqual(found.toSorted(), VECTORISED.toSorted());
});

test('the search finds a bootstrap where there is one', (t) => {
  t.true(bootstrapsIn('src/objective/targets.ts').length > 0);
});

test('TD errors of many critics in one kernel call are those of the targets, over the size of the minibatch', (t) => {
  const [size, sampled, next] = [2, Float64Array.of(0.5, -1), Float64Array.of(0, 0, 2, 0.25)];
  const [critic, target] = [Float64Array.of(7, 3), Float64Array.of(7, -2)]; // θ_a ends each row
  const [reward, discounts, values] = [Float64Array.of(1, -1), Float64Array.of(0.9, 0), Float64Array.of(0.1, 0.2, 0.3, 0.4)];
  const [error, gradient] = [new Float64Array(size), new Float64Array(2)];
  doubleKernels.ownErrors({ rows: 1, size, stride: 2, critic, target, values, sampled, next, reward, discounts, error, gradient });
  for (let b = 0; b < size; b += 1) {
    const expected = tdError(reward[b], discounts[b], values[size + b] - 2 * next[size + b], values[b] + 3 * sampled[b]) / size;
    t.true(Math.abs(error[b] - expected) < 1e-12);
  }
});
