import { css } from 'lit';

export const queueStyles = css`
  .queue {
    overflow: hidden;
    border: 1px solid var(--_line);
    border-radius: calc(var(--_radius) + 4px);
  }
  .overall {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 8px 16px;
    padding: 16px 20px;
  }
  .overall .what {
    flex: 1 1 260px;
    min-width: 0;
    font-variant-numeric: tabular-nums;
  }
  .overall .hint:empty {
    display: none;
  }
  .overall progress {
    height: 6px;
    margin-top: 12px;
  }
  .queue .buttons {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 4px;
  }
  .queue progress {
    appearance: none;
    display: block;
    width: 100%;
    height: 4px;
    margin-top: 8px;
    border: 0;
    border-radius: 999px;
    overflow: hidden;
    background: var(--_line);
    color: var(--_accent);
  }
  .queue progress::-webkit-progress-bar {
    background: var(--_line);
  }
  .queue progress:indeterminate::-webkit-progress-bar,
  .queue progress:indeterminate::-moz-progress-bar {
    background: color-mix(in srgb, var(--_accent) 50%, var(--_line));
  }
  .queue progress::-webkit-progress-value {
    background: var(--_accent);
    border-radius: 999px;
  }
  .queue progress::-moz-progress-bar {
    background: var(--_accent);
    border-radius: 999px;
  }
  .rows {
    max-height: 526px;
    margin: 0;
    padding: 0;
    overflow-y: auto;
    list-style: none;
    border-top: 1px solid var(--_line);
    overscroll-behavior: contain;
  }
  .rows:focus-visible {
    outline-offset: -3px;
  }
  .row {
    display: grid;
    grid-template-columns: 56px minmax(0, 1fr) auto;
    align-items: center;
    gap: 4px 16px;
    min-height: 80px;
    padding-block: 12px;
    padding-inline: 20px 12px;
  }
  .row + .row {
    border-top: 1px solid var(--_line);
  }
  .row.failed:not(.quiet) {
    background: var(--_danger-tint);
  }
  .row .line {
    display: flex;
    align-items: baseline;
    gap: 10px;
    min-width: 0;
  }
  .row .size {
    flex: none;
    white-space: nowrap;
  }
  .row .state,
  .row .problem {
    display: block;
    font-variant-numeric: tabular-nums;
  }
  .row.quiet .problem {
    color: var(--_muted);
  }
  .name {
    display: flex;
    min-width: 0;
    font-weight: 550;
    white-space: nowrap;
  }
  .name-start {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: pre;
  }
  .name-end {
    flex: none;
    white-space: pre;
  }
  .thumb {
    position: relative;
    display: grid;
    place-items: center;
    width: 56px;
    height: 56px;
    border-radius: 10px;
    color: var(--_muted);
    background: var(--_surface);
  }
  .row.failed .thumb {
    background: color-mix(in srgb, var(--_danger) 10%, var(--_bg));
  }
  .thumb canvas {
    position: absolute;
    inset: 0;
    width: 100%;
    height: 100%;
    border-radius: inherit;
  }
  .tick {
    position: absolute;
    inset-block-end: -5px;
    inset-inline-end: -5px;
    display: grid;
    place-items: center;
    width: 22px;
    height: 22px;
    border: 2px solid var(--_bg);
    border-radius: 50%;
    color: var(--_bg);
    background: light-dark(#16803c, #5dd48a);
  }
  .failed .tick {
    background: var(--_danger);
  }
  .tick svg {
    width: 12px;
    height: 12px;
    stroke-width: 3;
  }
  @container uploader (max-width: 619.9px) {
    .overall {
      padding: 16px;
    }
    .overall .buttons {
      margin-inline-start: -10px;
    }
    .row {
      grid-template-columns: 48px minmax(0, 1fr) auto auto;
      gap: 4px 12px;
      padding-inline: 16px 6px;
    }
    .row .thumb {
      width: 48px;
      height: 48px;
    }
    .row .thumb,
    .row .icon {
      align-self: start;
    }
    .row .buttons {
      display: contents;
    }
    .row .small {
      grid-area: 2 / 2;
      justify-self: start;
      margin-inline-start: -14px;
    }
    .row .icon {
      grid-area: 1 / 3;
    }
    .row .icon:last-child {
      grid-area: 1 / 4;
    }
  }
  @media (forced-colors: active) {
    .queue progress {
      outline: 1px solid CanvasText;
    }
    .queue progress::-webkit-progress-value {
      background: Highlight;
    }
    .thumb {
      border: 1px solid CanvasText;
    }
  }
`;
