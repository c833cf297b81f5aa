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

export function vehicleSlug(vehicle: Named): string {
  return vehicleTitle(vehicle)
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-|-$/g, '');
}
