import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  corsRules,
  lifecycleRules,
  publicAccessBlock,
  publicReadPolicy,
  serverPolicy,
} from './policies.ts';

describe('docs/storage.md', () => {
  const text = readFileSync(new URL('../../docs/storage.md', import.meta.url), 'utf8');

  it('shows the rules that tests set up their buckets with', () => {
    const shown = [...text.matchAll(/```json\n([^]*?)```/g)].map(([, json]) => JSON.parse(json!));
    expect(shown).toEqual([
      corsRules(['https://www.dealer.example']),
      publicReadPolicy('forecourt-media'),
      publicAccessBlock,
      { Rules: lifecycleRules },
      serverPolicy('forecourt-media'),
    ]);
  });
});
