import { expect, it } from 'vitest';

it('is imported on a server without harm', async () => {
  const before = Object.getOwnPropertyNames(globalThis);
  const { VehicleMediaElement, ReadyEvent } = await import('./index.ts');
  await import('./define.ts');
  expect(VehicleMediaElement.name).toBe('VehicleMediaElement');
  expect(new ReadyEvent([]).type).toBe('vm-ready');
  // Lit itself brings a registry and its version list to a server.
  const lits = /^(lit|reactive|customElements)/;
  const added = Object.getOwnPropertyNames(globalThis).filter((name) => !before.includes(name));
  expect(added.filter((name) => !lits.test(name))).toEqual([]);
});
