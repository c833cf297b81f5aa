/**
 * Draws what `npm run bench:api -- --out bench/results/api.json` measured, as
 * parts of the limit: docs/reads.svg.
 *
 *   npm run bench:plot-api
 */
import { readFile, writeFile } from 'node:fs/promises';

interface Result {
  operation: string;
  name: string;
  ofLimit: number;
}

const TITLES: Record<string, string> = {
  VehiclePage: 'A vehicle with 12 media',
  Inventory: '24 vehicles with 3 media each, counted',
  InventoryDeep: 'The same, a page far back',
};
const WIDTH = 760;
const LABELS = 230;
const ROW = 22;
const HEAD = 34;
const END = 60;

const { results } = JSON.parse(await readFile('bench/results/api.json', 'utf8')) as {
  results: Result[];
};
const most = Math.max(...results.map(({ ofLimit }) => ofLimit));
const scale = (WIDTH - LABELS - END) / most;
const parts: string[] = [];
let y = 10;
for (const [operation, title] of Object.entries(TITLES)) {
  const rows = results.filter((each) => each.operation === operation);
  parts.push(`<text class="title" x="0" y="${y + 16}">${title}</text>`);
  y += HEAD;
  const from = y - 4;
  for (const { name, ofLimit } of rows) {
    const kind = name === 'limit' ? 'limit' : isOurs(name) ? 'ours' : 'peer';
    const length = Math.max(1, Math.round(ofLimit * scale));
    parts.push(
      `<text x="${LABELS - 10}" y="${y + 13}" text-anchor="end">${name}</text>`,
      `<rect class="${kind}" x="${LABELS}" y="${y}" width="${length}" height="${ROW - 6}" rx="2"/>`,
      `<text x="${WIDTH}" y="${y + 13}" text-anchor="end">${ofLimit.toFixed(2)}</text>`,
    );
    y += ROW;
  }
  const at = LABELS + Math.round(scale);
  parts.push(`<line x1="${at}" x2="${at}" y1="${from}" y2="${y - 4}"/>`);
  y += 14;
}
const description = results.map(
  ({ operation, name, ofLimit }) => `${TITLES[operation]}, ${name}: ${ofLimit}`,
);
await writeFile(
  'docs/reads.svg',
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y}" role="img" aria-labelledby="t d">
<title id="t">Requests a second as a part of the limit</title>
<desc id="d">${description.join('; ')}</desc>
<style>
text { font: 13px system-ui, sans-serif; fill: #24292f }
.title { font-weight: 600 }
.ours { fill: #0b6e4f } .peer { fill: #8c959f } .limit { fill: #d0d7de }
line { stroke: #57606a; stroke-dasharray: 3 3 }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 } .ours { fill: #3fb68b } .peer { fill: #6e7681 } .limit { fill: #373e47 } line { stroke: #8b949e }
}
</style>
${parts.join('\n')}
</svg>
`,
);

/** The ways of this server, among those of others. */
function isOurs(name: string): boolean {
  return ['trusted document, kept', 'trusted document', 'any document', 'through Yoga'].includes(
    name,
  );
}
