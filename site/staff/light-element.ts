import { LitElement } from 'lit';

/** Renders into the page itself: one stylesheet and one id space for all staff pages. */
export class LightElement extends LitElement {
  protected override createRenderRoot(): HTMLElement {
    return this;
  }
}
