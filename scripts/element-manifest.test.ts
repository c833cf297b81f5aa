import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, it } from 'vitest';
import { committedManifest, elementManifest } from './element-manifest.ts';

interface Described {
  tagName?: string;
  events?: { name: string }[];
  slots?: { name: string }[];
  cssParts?: { name: string }[];
  cssProperties?: { name: string }[];
}

const widget = fileURLToPath(new URL('../widget/', import.meta.url));

let element: Described;
/** Everything the element is made of. */
let sources: string;

beforeAll(async () => {
  const { modules } = JSON.parse(await committedManifest()) as {
    modules: { declarations: Described[] }[];
  };
  element = modules
    .flatMap(({ declarations }) => declarations)
    .find(({ tagName }) => tagName === 'vehicle-media') as Described;
  const files = (await readdir(widget, { recursive: true })).filter(
    (name) => name.endsWith('.ts') && !/\.test\.ts$|^vehicle-media\/vehicle-media\.ts$/.test(name),
  );
  const texts = await Promise.all(files.map((name) => readFile(widget + name, 'utf8')));
  const main = await readFile(`${widget}vehicle-media/vehicle-media.ts`, 'utf8');
  // Its docstring is what is held against the rest.
  sources = [...texts, main.slice(main.indexOf('export class'))].join('\n');
});

const names = (described: { name: string }[] = []): string[] => described.map(({ name }) => name);
const found = (pattern: RegExp): string[] =>
  [...sources.matchAll(pattern)].map(([, name]) => name!);

it('is committed as the docstrings have it', async () => {
  expect(await committedManifest()).toBe(await elementManifest());
});

it('describes every event of the element', async () => {
  const source = await readFile(`${widget}events.ts`, 'utf8');
  const events = [...source.matchAll(/'(vm-[\w-]+)'/g)].map(([, name]) => name);
  expect(names(element.events).toSorted()).toEqual(events.toSorted());
});

/** Whether code names it, or what a template puts it together from, as in `${name}-button`. */
const isNamed = (name: string): boolean =>
  sources.includes(`'${name}'`) || sources.includes(`'${name.replace(/^icon-|-button$/, '')}'`);

it('describes every part that templates name, and none that they do not', () => {
  const parts = [...found(/\bpart="([^"]*)"/g), ...found(/\bpart(?:: |', )'([\w-]+)'/g)].flatMap(
    (part) =>
      part
        // Of a choice all names; names that are put together are looked for below.
        .replace(/\$\{([^}]*)\}(\S*)/g, (_, choice: string, rest: string) =>
          rest ? '' : (choice.match(/(?<=')[\w-]+(?=')/g)?.join(' ') ?? ''),
        )
        .split(/\s+/)
        .filter(Boolean),
  );
  const described = names(element.cssParts);
  expect(parts.filter((part) => !described.includes(part))).toEqual([]);
  expect(described.filter((part) => !parts.includes(part) && !isNamed(part))).toEqual([]);
});

it('describes every slot and every style property, and no others', () => {
  const described = names(element.slots);
  const slots = found(/<slot name="([\w-]+)"/g);
  expect(slots.filter((slot) => !described.includes(slot))).toEqual([]);
  expect(described.filter((slot) => slot && !slots.includes(slot) && !isNamed(slot))).toEqual([]);
  expect(new Set(found(/(--vm-[\w-]+)/g))).toEqual(new Set(names(element.cssProperties)));
});
