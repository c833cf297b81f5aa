interface Named {
  year: number | null;
  make: string | null;
  model: string | null;
  trim: string | null;
  stockNumber: string | null;
  vin: string | null;
}

export function vehicleTitle(vehicle: Named): string {
  const { year, make, model, trim } = vehicle;
  const title = [year, make, model, trim].filter((part) => part !== null).join(' ');
  return title || vehicle.stockNumber || vehicle.vin || 'Vehicle';
}

/** A title as addresses write it. */
export function slugOf(title: string): string {
  return title
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-|-$/g, '');
}

export const vehicleSlug = (vehicle: Named): string => slugOf(vehicleTitle(vehicle));
