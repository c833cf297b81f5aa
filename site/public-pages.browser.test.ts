import { afterAll, beforeAll, expect, it } from 'vitest';
import { accessibilityProblems, startTestSite, type TestSite } from './test-page.ts';

let site: TestSite;
beforeAll(async () => {
  site = await startTestSite();
});
afterAll(() => site.close());

const PATHS = ['/', '/?q=nothing+like+it', '/vehicles/vehicle-01', '/vehicles/none'];

for (const colorScheme of ['light', 'dark'] as const) {
  it(
    `breaks no accessibility rule and no policy in ${colorScheme}`,
    { timeout: 60_000 },
    async () => {
      for (const path of PATHS) {
        const { page, problems } = await site.open(path, { colorScheme });
        expect(await accessibilityProblems(page), path).toEqual([]);
        expect(problems.filter((problem) => !problem.includes('404'))).toEqual([]);
        await page.context().close();
      }
    },
  );
}

it('fits into 360 pixels, in both writing directions', { timeout: 60_000 }, async () => {
  for (const path of PATHS) {
    const { page } = await site.open(path, { viewport: { width: 360, height: 740 } });
    for (const dir of ['ltr', 'rtl']) {
      const overflow = await page.evaluate((value) => {
        document.documentElement.dir = value;
        return document.documentElement.scrollWidth - document.documentElement.clientWidth;
      }, dir);
      expect(overflow, `${path} ${dir}`).toBeLessThanOrEqual(0);
    }
    await page.context().close();
  }
});

it('finds vehicles without scripts, and leads to the page with the element', async () => {
  const { page } = await site.open('/', { javaScriptEnabled: false });
  await page.getByLabel('Search').fill('model 07');
  await page.getByRole('button', { name: 'Show' }).click();
  await page.getByText('1 vehicle found').waitFor();
  await page.getByRole('link', { name: '2021 Example Model 07' }).click();
  await page.getByRole('heading', { level: 1, name: '2021 Example Model 07' }).waitFor();
  const fallback = page.locator('vehicle-media > img');
  const isShown = () => fallback.evaluate((image: HTMLImageElement) => image.naturalWidth > 0);
  await expect.poll(isShown).toBe(true);
  await page.context().close();
});

it('keeps every hostile text out of the document that the browser builds', async () => {
  const [vehicle] = site.server.stock.vehicles;
  const before = { ...vehicle! };
  const evil = `"><img src=x onerror=alert(1)></title></script><!--<script>alert(1)</script>`;
  try {
    Object.assign(vehicle!, { title: evil, make: evil, description: evil, exteriorColor: evil });
    const { page, problems } = await site.open('/vehicles/vehicle-01');
    expect(await page.title()).toContain(evil);
    expect(await page.locator('h1').textContent()).toBe(evil);
    expect(await page.locator('img[onerror]').count()).toBe(0);
    const data = await page.locator('script[type="application/ld+json"]').textContent();
    expect(JSON.parse(data!)).toMatchObject({ name: evil });
    expect(problems).toEqual([]);
    await page.context().close();
  } finally {
    Object.assign(vehicle!, before);
  }
});
