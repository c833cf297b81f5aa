import { css } from 'lit';

/**
 * What both halves of the element build on: the public `--vm-*` properties as
 * private ones with their defaults, a wall against the page's own styles, and
 * buttons. `.base` is the one node below the shadow root.
 */
export const baseStyles = css`
  :host {
    display: block;
    position: relative;
    --_bg: var(--vm-color-bg, light-dark(#ffffff, #101216));
    --_fg: var(--vm-color-fg, light-dark(#16181d, #f1f3f6));
    --_accent: var(--vm-color-accent, light-dark(#1456d9, #7aa8ff));
    --_on-accent: light-dark(#ffffff, #0b1220);
    --_danger: var(--vm-color-danger, light-dark(#c4291c, #ff8a7d));
    --_focus: var(--vm-color-focus, var(--_accent));
    --_surface: light-dark(#f5f6f8, #181b21);
    --_muted: light-dark(#5b6270, #a3abb8);
    --_line: light-dark(#e3e6eb, #2a2f38);
    --_radius: var(--vm-radius, 12px);
    --_gap: var(--vm-gap, 8px);
    --_control: var(--vm-control-size, 44px);
    --_thumbnail: var(--vm-thumbnail-size, 84px);
  }
  :host([hidden]) {
    display: none;
  }
  :host([color-scheme='light']) {
    color-scheme: light;
  }
  :host([color-scheme='dark']) {
    color-scheme: dark;
  }
  :host([color-scheme='auto']) {
    color-scheme: light dark;
  }
  .base {
    all: initial;
    box-sizing: border-box;
    color-scheme: inherit;
    display: block;
    position: relative;
    color: var(--_fg);
    background: var(--_bg);
    font: 400 15px/1.45 var(--vm-font, system-ui, sans-serif);
    border-radius: var(--_radius);
    -webkit-text-size-adjust: none;
    text-size-adjust: none;
  }
  .base *,
  .base ::before,
  .base ::after {
    box-sizing: border-box;
  }
  .sr {
    position: absolute;
    width: 1px;
    height: 1px;
    margin: -1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  button {
    all: unset;
    box-sizing: border-box;
    cursor: pointer;
    touch-action: manipulation;
    -webkit-tap-highlight-color: transparent;
  }
  :focus-visible {
    outline: 3px solid var(--_focus);
    outline-offset: 2px;
  }
  svg {
    display: block;
    flex: none;
    width: 24px;
    height: 24px;
    fill: none;
    stroke: currentColor;
    stroke-width: 2;
    stroke-linecap: round;
    stroke-linejoin: round;
  }
  .action {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 8px;
    min-height: var(--_control);
    padding: 0 20px;
    border-radius: 999px;
    font-weight: 600;
    color: var(--_on-accent);
    background: var(--_accent);
  }
  @media (forced-colors: active) {
    button {
      border: 1px solid ButtonText;
    }
    :focus-visible {
      outline-color: Highlight;
    }
  }
`;
