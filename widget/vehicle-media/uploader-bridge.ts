import { adoptStyles } from '../slideshow/late-part.ts';
import { createUploader } from '../uploader/index.ts';
import type { ApiClient } from '../api/api-client.ts';
import type { Uploader, UploaderHost } from './uploader-host.ts';
import type { VehicleController } from './vehicle-controller.ts';
import type { VehicleMediaElement } from './vehicle-media.ts';

/** Gives an element its uploader, and the element's shadow root the uploader's styles. */
export function createUploaderFor(
  element: VehicleMediaElement,
  client: ApiClient,
  vehicle: VehicleController,
  toggleState: UploaderHost['toggleState'],
): Uploader {
  const uploader = createUploader(hostOf(element, client, vehicle, toggleState));
  adoptStyles(element, uploader.styles);
  return uploader;
}

function hostOf(
  element: VehicleMediaElement,
  client: ApiClient,
  vehicle: VehicleController,
  toggleState: UploaderHost['toggleState'],
): UploaderHost {
  return {
    addController: (controller) => element.addController(controller),
    removeController: (controller) => element.removeController(controller),
    requestUpdate: () => element.requestUpdate(),
    addEventListener: element.addEventListener.bind(element),
    removeEventListener: element.removeEventListener.bind(element),
    dispatchEvent: (event) => element.dispatchEvent(event),
    refresh: () => element.refresh(),
    announce: (text) => element.announce(text),
    request: client.request.bind(client),
    applyChange: (change) => void vehicle.live().then((live) => live.apply(change)),
    toggleState,
    get updateComplete() {
      return element.updateComplete;
    },
    get renderRoot() {
      return element.renderRoot;
    },
    get endpoint() {
      return client.endpoint;
    },
    get vehicleId() {
      return vehicle.vehicle?.id ?? null;
    },
    get mode() {
      return element.mode === 'manage' && vehicle.vehicle?.mayEdit !== false ? 'manage' : 'upload';
    },
    get disabled() {
      return element.disabled;
    },
    get accept() {
      return element.accept;
    },
    get maxFiles() {
      return element.maxFiles;
    },
    get concurrency() {
      return element.concurrency;
    },
    get capture() {
      return element.capture;
    },
    get keepLocation() {
      return element.keepLocation;
    },
    get maxSide() {
      return element.maxSide;
    },
    get strings() {
      return element.texts;
    },
    get stringOverrides() {
      return element.strings;
    },
    get locale() {
      return element.locale;
    },
    get dir() {
      return element.direction;
    },
    get media() {
      return element.media;
    },
    get mediaVersion() {
      return element.mediaVersion;
    },
    get validators() {
      return element.validators;
    },
    get transformFile() {
      return element.transformFile;
    },
  };
}
