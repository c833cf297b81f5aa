import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { demoFleet } from '../fleet.ts';
import type { DemoPicture } from '../vehicles.ts';
import { appearances, insideLook, look, models } from './looks.ts';
import { publish } from './publish.ts';
import { Renderer } from './renderer.ts';
import type { Order } from './scene/main.ts';
import { gallery, shots, type Shot } from './shots.ts';

// Finished pictures wait here, so that a second run draws only what is missing.
const drawn = join(tmpdir(), 'forecourt-demo-pictures');
const folder = new URL('../pictures/', import.meta.url);
const fresh = new URL('../pictures.new/', import.meta.url);

await mkdir(drawn, { recursive: true });
const orders = new Map<string, Order>();
for (const car of demoFleet) {
  const design = car.model.toLowerCase();
  for (const shot of shotsOf(car)) {
    const { inside } = shots[shot];
    const cover = shot === 'front-three-quarter';
    const [width, samples] = cover ? [1280, 5] : [800, 4];
    orders.set(fileOf(car, shot), {
      design,
      shot,
      look: inside ? insideLook(design) : look(car.stockNumber, design),
      place: inside ? models[design]!.inside : appearances[car.stockNumber]!.place,
      shutter: { width, height: (width * 3) / 4, samples },
    });
  }
}
await draw();
if (!process.argv.includes('--draw-only')) await ship();

function shotsOf(car: (typeof demoFleet)[number]): Shot[] {
  return gallery(demoFleet.find(({ model }) => model === car.model) === car);
}

function fileOf(car: (typeof demoFleet)[number], shot: Shot): string {
  return `${shots[shot].inside ? car.model.toLowerCase() : car.stockNumber}-${shot}.png`;
}

async function draw(): Promise<void> {
  let renderer: Renderer | undefined;
  for (const [name, order] of orders) {
    const path = join(drawn, name);
    if (await readFile(path).catch(() => undefined)) continue;
    renderer ??= await Renderer.start();
    const started = performance.now();
    await writeFile(path, await renderer.photograph(order));
    console.log(name, `${((performance.now() - started) / 1000).toFixed(1)} s`);
  }
  await renderer?.close();
}

async function ship(): Promise<void> {
  await rm(fresh, { recursive: true, force: true });
  const manifest: Record<string, DemoPicture[]> = {};
  const published = new Map<string, Awaited<ReturnType<typeof publish>>>();
  let total = 0;
  for (const car of demoFleet) {
    const pictures: DemoPicture[] = [];
    for (const shot of shotsOf(car)) {
      const file = fileOf(car, shot);
      let encoded = published.get(file);
      if (!encoded) {
        const picture = await sharp(join(drawn, file)).resize(shots[shot].width).png().toBuffer();
        encoded = await publish(picture, fresh, { webp: 60, jpeg: 56 });
        published.set(file, encoded);
        total += encoded.renditions.reduce((sum, { byteSize }) => sum + byteSize, 0);
      }
      const { alt, caption } = shots[shot];
      pictures.push({
        shot,
        alt: `${car.exteriorColor} ${car.year} ${car.make} ${car.model}, ${alt}`,
        ...(caption && { caption }),
        fileName: `${car.make}-${car.model}-${shot}.jpg`.toLowerCase(),
        ...encoded,
      });
    }
    manifest[car.stockNumber] = pictures;
  }
  await rm(folder, { recursive: true, force: true });
  await rename(fresh, folder);
  const text = `${JSON.stringify(manifest, null, 1)}\n`;
  await writeFile(new URL('../pictures.json', import.meta.url), text);
  console.log(`${published.size} pictures, ${total} bytes`);
}
