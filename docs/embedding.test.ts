import { readFile } from 'node:fs/promises';
import { beforeAll, expect, it } from 'vitest';
import { committedManifest } from '../scripts/element-manifest.ts';
import { parseManifest } from '../widget/api/manifest/parse-manifest.ts';

let text: string;

beforeAll(async () => {
  text = await readFile(new URL('embedding.md', import.meta.url), 'utf8');
});

it('tells of every attribute and method of the element', async () => {
  const { modules } = JSON.parse(await committedManifest()) as {
    modules: {
      declarations: {
        tagName?: string;
        attributes?: { name: string }[];
        members?: { name: string; kind: string; privacy?: string; static?: boolean }[];
      }[];
    }[];
  };
  const element = modules
    .flatMap(({ declarations }) => declarations)
    .find(({ tagName }) => tagName === 'vehicle-media');
  const methods = element?.members?.filter(
    ({ kind, privacy, static: own }) => kind === 'method' && privacy === undefined && !own,
  );
  const names = [...(element?.attributes ?? []), ...(methods ?? [])].map(({ name }) => name);
  expect(names.length).toBeGreaterThan(30);
  expect(names.filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
});

it('shows a manifest that the element reads', () => {
  const [, json = ''] = /```json\n(.*?)```/s.exec(text) ?? [];
  const { title, media } = parseManifest(JSON.parse(json), 'https://cdn.example/roadster.json');
  expect(title).toBe('2019 Example Roadster');
  expect(media.map(({ renditions }) => renditions.length)).toEqual([2]);
});
