import { html, render } from 'lit';
import type { MediaItem } from '../api/media-item.ts';
import type { VehicleSnapshot } from '../api/read-vehicle.ts';
import { type JsonLd, sameVehicle, vehicleJsonLd } from './vehicle-json-ld.ts';

/** A vehicle in the page's JSON-LD, and the elements that show it. */
interface Description {
  readonly elements: Set<Element>;
  script: HTMLScriptElement | null;
  vehicle: VehicleSnapshot;
  media: readonly MediaItem[];
}

/** By vehicle id: however many elements show a vehicle, it is described once. */
const descriptions = new Map<string, Description>();

/**
 * Keeps the JSON-LD of what an element shows in the page's head, and takes it
 * away with the last element that shows it. Nothing is added where the page
 * itself describes the vehicle, nor for one that is not public.
 */
export function describe(
  element: Element,
  shown: VehicleSnapshot | null,
  media: readonly MediaItem[] = [],
): void {
  const isPublic = !shown?.status || ['PUBLISHED', 'SOLD'].includes(shown.status);
  const vehicle = element.isConnected && isPublic ? shown : null;
  for (const [id, { elements, script }] of descriptions) {
    if (id !== vehicle?.id && elements.delete(element) && elements.size === 0) {
      script?.remove();
      descriptions.delete(id);
    }
  }
  if (!vehicle) return;
  const known = descriptions.get(vehicle.id);
  if (known) {
    known.elements.add(element);
    if (known.vehicle === vehicle && known.media === media) return;
    Object.assign(known, { vehicle, media });
    if (known.script) write(known.script, vehicleJsonLd(vehicle, media));
  } else {
    const jsonLd = vehicleJsonLd(vehicle, media);
    const script = isDescribed(jsonLd) ? null : newScript();
    descriptions.set(vehicle.id, { elements: new Set([element]), script, vehicle, media });
    if (!script) return;
    script.dataset['vehicleMedia'] = vehicle.id;
    write(script, jsonLd);
    document.head.append(script);
  }
}

/**
 * Out of a template, whose scripts count as started: a page that requires
 * Trusted Types would report one that is created and filled, though data never runs.
 * https://html.spec.whatwg.org/multipage/scripting.html#prepare-the-script-element
 */
function newScript(): HTMLScriptElement | null {
  const fragment = document.createDocumentFragment();
  render(html`<script type="application/ld+json"></script>`, fragment);
  return fragment.querySelector('script');
}

/** Escaped, the text survives a page that is saved as HTML and read again. */
function write(script: HTMLScriptElement, jsonLd: JsonLd): void {
  const json = JSON.stringify(jsonLd).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  if (script.textContent !== json) script.replaceChildren(json);
}

/** Whether the page says of itself what would be said. */
function isDescribed(jsonLd: JsonLd): boolean {
  const scripts = document.querySelectorAll('script[type="application/ld+json"]');
  return [...scripts].some((script) => {
    try {
      return describes(JSON.parse(script.textContent ?? ''), jsonLd);
    } catch {
      return false;
    }
  });
}

const vehicleTypes = /\b(Car|Vehicle|Motorcycle|BusOrCoach|Product)$/;

/** Looks through lists, graphs and nested things. */
function describes(value: unknown, jsonLd: JsonLd): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const thing = value as JsonLd;
  const isVehicle = [thing['@type']].flat().some((type) => vehicleTypes.test(String(type)));
  return (
    (isVehicle && sameVehicle(thing, jsonLd)) ||
    Object.values(thing).some((inner) => describes(inner, jsonLd))
  );
}
