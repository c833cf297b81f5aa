/** What JSON-LD says of a vehicle beside its photos. */
export interface VehicleFacts {
  readonly vin: string | null;
  readonly stockNumber: string | null;
  readonly year: number | null;
  readonly make: string | null;
  readonly model: string | null;
  readonly trim: string | null;
  readonly bodyStyle: string | null;
  readonly condition: 'NEW' | 'USED' | 'CERTIFIED' | null;
  readonly status: 'DRAFT' | 'PUBLISHED' | 'SOLD' | 'ARCHIVED';
  /** In the unit of the dealership's market. */
  readonly mileage: number | null;
  readonly exteriorColor: string | null;
  readonly interiorColor: string | null;
  /** `amount` is a decimal such as `23990.00`, `currency` ISO 4217. Null when it is not told. */
  readonly price: { readonly amount: string; readonly currency: string } | null;
  readonly dealership: { readonly name: string } | null;
}
