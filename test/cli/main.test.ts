import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { atto } from '../support/atto.js';

const root = path.join(import.meta.dirname, '..', '..');

const emptyCache = () => mkdtempSync(path.join(tmpdir(), 'atto-cache-'));

describe('atto', () => {
  it('says its version and its commands', async () => {
    const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
    expect(await atto(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
    const help = await atto(['--help']);
    expect(help.code).toBe(0);
    expect(help.stdout).toMatch(/setup \[options\].*doctor \[options\]/s);
  });

  it('exits with 2 on wrong usage', async () => {
    expect(await atto(['explode'])).toMatchObject({ code: 2, stdout: '' });
    expect((await atto(['doctor', '--jsn'])).stderr).toContain("unknown option '--jsn'");
    const predict = await atto(['predict', 'photo.jpg', '--weights', 'w', '--precision', 'half']);
    expect(predict).toMatchObject({ code: 2, stdout: '' });
    expect(predict.stderr).toContain('Allowed choices are float32, bf16.');
  });

  it('prints the message of a user error alone, and its stack when asked to', async () => {
    const env = { ATTO_CACHE: path.join(root, 'package.json') };
    const plain = await atto(['setup'], { env });
    expect(plain).toMatchObject({ code: 2, stdout: '' });
    expect(plain.stderr).toMatch(/^atto: Can't write to the engine's cache: ENOTDIR.*\n$/);
    expect((await atto(['setup'], { env: { ...env, ATTO_DEBUG: '1' } })).stderr).toMatch(/\n {4}at /);
  });
});

describe('atto doctor', () => {
  it('finds everything where the engine is', async () => {
    const { code, stdout } = await atto(['doctor', '--json']);
    const findings = JSON.parse(stdout);
    expect(findings).toMatchObject({ ok: true, node: process.version, problems: [] });
    expect(findings.engine.tensorflow).toMatch(/^2\./);
    expect(findings.engine.threads).toBeGreaterThan(0);
    expect(code).toBe(0);
  });

  it('says what is missing and what to run, and exits with 1', async () => {
    const { code, stdout, stderr } = await atto(['doctor'], { env: { ATTO_CACHE: emptyCache() } });
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(stdout).toContain('The engine (libtensorflow) is not installed. Run: npx atto setup');
  });

  it('names the programs that setting up would need', async () => {
    const nothing = emptyCache();
    const { code, stdout } = await atto(['doctor', '--json'], {
      env: { ATTO_CACHE: nothing, PATH: nothing },
    });
    const { ok, engine, tools, problems } = JSON.parse(stdout);
    expect({ code, ok, engine, tools }).toEqual({
      code: 1,
      ok: false,
      engine: null,
      tools: { Python: null, pip: null, 'C++ compiler': null, make: null },
    });
    expect(problems).toHaveLength(3);
    expect(problems[1]).toMatch(/^Python and pip missing: /);
  });
});
