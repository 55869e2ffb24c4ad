import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { keepAssembly, takeAssembly } from '../../infra/local/build/kept-assembly.ts';

const newRoom = (): string => mkdtempSync(join(tmpdir(), 'headwater-kept-'));
function newAssembly(content: string): string {
  const directory = newRoom();
  writeFileSync(join(directory, 'manifest.json'), content);
  return directory;
}

test('what was kept is taken as it was, by its fingerprint alone, and again after a repeat', () => {
  const [kept, target] = [join(newRoom(), 'assemblies'), join(newRoom(), 'cdk.out')];
  expect(takeAssembly(kept, 'one', target)).toBe(false);
  keepAssembly(kept, 'one', newAssembly('first'));
  keepAssembly(kept, 'one', newAssembly('made meanwhile'));
  expect(takeAssembly(kept, 'other', target)).toBe(false);
  expect(existsSync(target)).toBe(false);
  expect(takeAssembly(kept, 'one', target)).toBe(true);
  expect(readFileSync(join(target, 'manifest.json'), 'utf8')).toBe('first');
});

test('one is kept: that of other code goes', () => {
  const [kept, target] = [join(newRoom(), 'assemblies'), join(newRoom(), 'cdk.out')];
  keepAssembly(kept, 'old', newAssembly('old'));
  keepAssembly(kept, 'new', newAssembly('new'));
  expect(readdirSync(kept)).toHaveLength(1);
  expect([takeAssembly(kept, 'old', target), takeAssembly(kept, 'new', target)]).toEqual([false, true]);
});
