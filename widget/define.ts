import { VehicleMediaElement } from './vehicle-media/vehicle-media.ts';

// A page may load the element twice, and a server has no registry.
if (globalThis.customElements && !customElements.get('vehicle-media')) {
  customElements.define('vehicle-media', VehicleMediaElement);
}
