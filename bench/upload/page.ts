import type { Page } from 'playwright-core';

export interface Target {
  url: string;
  headers: { name: string; value: string }[];
}

type Element = HTMLElement & {
  readonly concurrency: number;
  addFiles(files: Iterable<File>): void;
};

/** Milliseconds until the element has brought them all to the server's hands. */
export async function throughElement(page: Page, paths: readonly string[]): Promise<number> {
  await choose(page, paths);
  return page.evaluate(async (count) => {
    const element = document.querySelector('vehicle-media') as Element;
    const input = document.querySelector<HTMLInputElement>('#bench');
    let accepted = 0;
    const done = new Promise<void>((resolve, reject) => {
      element.addEventListener('vm-upload-success', () => {
        accepted += 1;
        if (accepted === count) resolve();
      });
      element.addEventListener('vm-upload-error', () => reject(new Error('An upload failed')));
    });
    const started = performance.now();
    element.addFiles(input?.files ?? []);
    await done;
    return performance.now() - started;
  }, paths.length);
}

/** Milliseconds until the store has them all. */
export async function plainPuts(
  page: Page,
  paths: readonly string[],
  targets: readonly Target[],
): Promise<number> {
  await choose(page, paths);
  return page.evaluate(async (addresses) => {
    const { concurrency } = document.querySelector('vehicle-media') as Element;
    const files = [...(document.querySelector<HTMLInputElement>('#bench')?.files ?? [])];
    const put = (file: File, { url, headers }: Target) =>
      new Promise<void>((resolve, reject) => {
        const call = new XMLHttpRequest();
        call.open('PUT', url);
        for (const { name, value } of headers) call.setRequestHeader(name, value);
        call.addEventListener('loadend', () =>
          call.status === 200 ? resolve() : reject(new Error(`PUT: ${call.status}`)),
        );
        call.send(file);
      });
    let next = 0;
    const started = performance.now();
    await Promise.all(
      Array.from({ length: concurrency }, async () => {
        for (let index = next++; index < files.length; index = next++) {
          await put(files[index] as File, addresses[index] as Target);
        }
      }),
    );
    return performance.now() - started;
  }, targets);
}

/** Milliseconds until the store has them all; `script` is Uppy's. */
export async function throughUppy(
  page: Page,
  paths: readonly string[],
  targets: readonly Target[],
  script: string,
): Promise<number> {
  await choose(page, paths);
  await page.addScriptTag({ content: script });
  return page.evaluate(async (addresses) => {
    const { uppyPeer } = globalThis as unknown as {
      uppyPeer: { upload(files: File[], targets: readonly Target[], limit: number): Promise<void> };
    };
    const { concurrency } = document.querySelector('vehicle-media') as Element;
    const files = [...(document.querySelector<HTMLInputElement>('#bench')?.files ?? [])];
    const started = performance.now();
    await uppyPeer.upload(files, addresses, concurrency);
    return performance.now() - started;
  }, targets);
}

async function choose(page: Page, paths: readonly string[]): Promise<void> {
  await page.evaluate(() => {
    document.querySelector('#bench')?.remove();
    const input = document.createElement('input');
    Object.assign(input, { id: 'bench', type: 'file', multiple: true });
    document.body.append(input);
  });
  await page.locator('#bench').setInputFiles([...paths]);
}
