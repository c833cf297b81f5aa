/** What the dealership "Demo Motors" writes about a car. The makes and models are invented. */
export interface DemoVehicleFacts {
  vin: string;
  stockNumber: string;
  year: number;
  make: string;
  model: string;
  trim: string;
  bodyStyle: string;
  condition: 'NEW' | 'USED' | 'CERTIFIED';
  price: { amount: string; currency: 'USD' };
  /** Miles. */
  mileage: number;
  exteriorColor: string;
  interiorColor: string;
  description: string;
}

function car(
  stockNumber: string,
  vin: string,
  [year, make, model, trim, bodyStyle]: [number, string, string, string, string],
  [condition, amount, mileage]: [DemoVehicleFacts['condition'], string, number],
  [exteriorColor, interiorColor]: [string, string],
  description: string,
): DemoVehicleFacts {
  const price = { amount, currency: 'USD' as const };
  return {
    vin,
    stockNumber,
    year,
    make,
    model,
    trim,
    bodyStyle,
    condition,
    price,
    mileage,
    exteriorColor,
    interiorColor,
    description,
  };
}

export const demoFleet: readonly DemoVehicleFacts[] = [
  car(
    'DM-1001',
    'ZA9VR4E51TA104217',
    [2026, 'Aurelia', 'Vireo', 'Grand Touring', 'Sedan'],
    ['NEW', '48900.00', 12],
    ['Bordeaux Red', 'Black'],
    'A quiet long-distance sedan with the adaptive air suspension and the panoramic audio package. Delivery miles only, ready to be registered in your name.',
  ),
  car(
    'DM-1002',
    'YN9FJ7A28SN220385',
    [2025, 'Norden', 'Fjell', 'AWD Summit', 'SUV'],
    ['CERTIFIED', '43750.00', 14820],
    ['Deep Fjord Blue', 'Cognac'],
    'One owner, serviced with us from the first day, and still under the factory warranty until 2029. The heated second row and the tow hitch make it an easy choice for winter trips.',
  ),
  car(
    'DM-1003',
    'SK9ST1C88TK030154',
    [2026, 'Kestrel', 'Strix', 'S', 'Sports'],
    ['NEW', '112400.00', 9],
    ['Signal Orange', 'Black'],
    'Mid-engined, rear-driven and built to order with the lightweight wheels and the carbon brakes. It has been driven from the transporter to our showroom and no further.',
  ),
  car(
    'DM-1004',
    '1H9DR5B42RH511902',
    [2024, 'Halden', 'Drover', 'Crew Cab 4x4', 'Pickup'],
    ['USED', '39980.00', 31240],
    ['Arctic White', 'Black'],
    'A tidy work truck with the long crew cab, four new tires and a bed that has only ever carried bicycles. The towing package pulls up to 9,000 pounds.',
  ),
  car(
    'DM-1005',
    '5L9NE2D67TL007731',
    [2026, 'Lumen', 'One', 'Long Range', 'Hatchback'],
    ['NEW', '33450.00', 6],
    ['Sage Green', 'Beige'],
    'The small electric car with room for four adults and a heat pump as standard. Order now and we mount your home charger in the same week.',
  ),
  car(
    'DM-1006',
    'ZA9SL3F15SA088046',
    [2025, 'Aurelia', 'Solenne', 'Coupe V6', 'Coupe'],
    ['CERTIFIED', '61200.00', 8915],
    ['Graphite Grey', 'Cognac'],
    'A two-door grand tourer in graphite over cognac leather, with the sports exhaust and the night package. Certified, inspected at 120 points and kept indoors.',
  ),
  car(
    'DM-1007',
    'YN9SK6G32PN164490',
    [2023, 'Norden', 'Skog', 'Estate AWD', 'Wagon'],
    ['USED', '35900.00', 38410],
    ['Moss Green', 'Beige'],
    'A wagon for people who load up on Friday and drive until the road ends. Full history, roof rails and the large battery of winter equipment are included.',
  ),
  car(
    'DM-1008',
    'SK9AR2C59RK041873',
    [2024, 'Kestrel', 'Aria', 'Roadster', 'Convertible'],
    ['USED', '54300.00', 12670],
    ['Racing Red', 'Beige'],
    'An open two-seater that was a summer car for its first owner and shows it. The fabric top is like new and folds in eleven seconds.',
  ),
  car(
    'DM-1009',
    '4T9PP8A14NT330268',
    [2022, 'Tarrow', 'Pip', 'Sport', 'Hatchback'],
    ['USED', '17450.00', 41280],
    ['Sunset Orange', 'Grey'],
    'A lively city hatchback with low running costs and a fresh inspection. The rear camera and the heated seats are on board.',
  ),
  car(
    'DM-1010',
    '1H9HB4E72SH602115',
    [2025, 'Halden', 'Harbor', 'Family 8', 'Minivan'],
    ['CERTIFIED', '41600.00', 16930],
    ['Silver Mist', 'Grey'],
    'Eight seats, two power doors and a floor that folds flat in one minute. It comes from a single family, with every service stamped in our own workshop.',
  ),
  car(
    'DM-1011',
    '4T9MR3D94RT275540',
    [2024, 'Tarrow', 'Meridian', 'SE Hybrid', 'Sedan'],
    ['USED', '25980.00', 22105],
    ['Polar White', 'Grey'],
    'A comfortable hybrid that uses less fuel than most small cars. The lane assistant and the large touch screen come with the SE trim.',
  ),
  car(
    'DM-1012',
    'YN9HM5B87TN190627',
    [2026, 'Norden', 'Holm', 'Plus', 'Crossover'],
    ['NEW', '31250.00', 15],
    ['Sand Beige', 'Grey'],
    'A compact crossover with a high seat, short overhangs and a surprisingly deep trunk. This one carries the Plus package with parking cameras all around.',
  ),
  car(
    'DM-1013',
    'ZA9VR4E50RA093381',
    [2024, 'Aurelia', 'Vireo', 'Business', 'Sedan'],
    ['USED', '36700.00', 27550],
    ['Obsidian Black', 'Black'],
    'A company car with motorway miles and a complete file of invoices. The paint has just been polished and sealed by our own detailer.',
  ),
  car(
    'DM-1014',
    'YN9FJ7A2XPN208116',
    [2023, 'Norden', 'Fjell', 'AWD', 'SUV'],
    ['USED', '34990.00', 36820],
    ['Glacier Silver', 'Cognac'],
    'A spacious five-seater with a proven drivetrain and a new set of all-season tires. Two keys, no accidents, and a clean title.',
  ),
  car(
    'DM-1015',
    'SK9ST1C82PK027790',
    [2023, 'Kestrel', 'Strix', 'Base', 'Sports'],
    ['USED', '89500.00', 7310],
    ['Pearl White', 'Black'],
    'A collector is making room for the next one, and this low-mileage car is the result. The protective film on the nose was renewed in spring.',
  ),
  car(
    'DM-1016',
    '1H9DR5B41TH540038',
    [2026, 'Halden', 'Drover', 'Timberline', 'Pickup'],
    ['NEW', '52800.00', 18],
    ['Ember Red', 'Black'],
    'The off-road trim with the lifted suspension, the skid plates and the locking rear axle. It stands in our yard today and can leave with you tomorrow.',
  ),
  car(
    'DM-1017',
    '5L9NE2D68RL003342',
    [2024, 'Lumen', 'One', 'City', 'Hatchback'],
    ['CERTIFIED', '22900.00', 11460],
    ['Cloud White', 'Beige'],
    'The battery was measured at 97 percent of its capacity when the car came in. A certified electric car at the price of a used one with a gas tank.',
  ),
  car(
    'DM-1018',
    'ZA9SL3F15TA091529',
    [2026, 'Aurelia', 'Solenne', 'Coupe', 'Coupe'],
    ['NEW', '57450.00', 11],
    ['Ink Blue', 'Cognac'],
    'A new coupe in a blue that is almost black in the evening. The cognac seats are heated, ventilated and keep three positions in memory.',
  ),
  car(
    'DM-1019',
    'YN9SK6G32TN171904',
    [2026, 'Norden', 'Skog', 'Estate', 'Wagon'],
    ['NEW', '44100.00', 14],
    ['Slate Grey', 'Beige'],
    'The new Skog with the longer wheelbase and the flat load floor. Ours has the glass roof and the pale interior that keeps it bright in November.',
  ),
  car(
    'DM-1020',
    'SK9AR2C52SK046208',
    [2025, 'Kestrel', 'Aria', 'Roadster S', 'Convertible'],
    ['CERTIFIED', '59900.00', 4890],
    ['Lagoon Blue', 'Beige'],
    'Under five thousand miles, never driven in the rain according to its owner, and we believe it. The S package adds the stiffer springs and the louder exhaust.',
  ),
  car(
    'DM-1021',
    '4T9PP8A1XRT352877',
    [2024, 'Tarrow', 'Pip', 'Urban', 'Hatchback'],
    ['USED', '16200.00', 18740],
    ['Bright Blue', 'Grey'],
    'A first car that parks itself into the smallest gap and needs little at the pump. It was traded in here for its larger sister.',
  ),
  car(
    'DM-1022',
    '1H9HB4E73PH577460',
    [2023, 'Halden', 'Harbor', 'Comfort', 'Minivan'],
    ['USED', '29750.00', 44310],
    ['Midnight Blue', 'Grey'],
    'A family van with seven seats, clean carpets and more cup holders than passengers. The timing chain and the brakes were done in our workshop this month.',
  ),
  car(
    'DM-1023',
    '4T9MR3D99TT301265',
    [2026, 'Tarrow', 'Meridian', 'Touring', 'Sedan'],
    ['NEW', '29400.00', 8],
    ['Emerald Green', 'Grey'],
    'The new Meridian in a color that photographs well and looks better in the sun. Touring brings the heated steering wheel and the driver assistance package.',
  ),
  car(
    'DM-1024',
    'YN9HM5B85RN181093',
    [2024, 'Norden', 'Holm', 'Core', 'Crossover'],
    ['CERTIFIED', '24850.00', 19980],
    ['Copper', 'Grey'],
    'An honest crossover with one previous owner and the rest of its warranty. New front brakes, new wipers, nothing left to do but drive.',
  ),
];
