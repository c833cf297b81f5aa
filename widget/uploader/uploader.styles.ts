import { css } from 'lit';
import { gridStyles } from './view/grid.styles.ts';
import { queueStyles } from './view/queue.styles.ts';

export const uploaderStyles = css`
  .uploader {
    container: uploader / inline-size;
    position: relative;
    display: grid;
    gap: 24px;
    --_tint: color-mix(in srgb, var(--_accent) 9%, var(--_bg));
    --_danger-tint: color-mix(in srgb, var(--_danger) 9%, var(--_bg));
  }
  .uploader .title {
    display: block;
    font-size: 17px;
    font-weight: 650;
    letter-spacing: -0.01em;
  }
  .uploader .hint,
  .uploader .state,
  .uploader .size {
    font-size: 14px;
    color: var(--_muted);
  }
  .uploader .hint {
    display: block;
  }
  .uploader .problem {
    margin: 0;
    font-size: 14px;
    color: var(--_danger);
    text-wrap: pretty;
  }
  .uploader button[disabled],
  .uploader button[aria-disabled='true'] {
    opacity: 0.35;
    cursor: default;
  }
  .uploader .action {
    transition: filter 120ms;
  }
  .uploader .action.quiet {
    color: var(--_fg);
    background: transparent;
    box-shadow: inset 0 0 0 1px var(--_line);
  }
  .uploader .small,
  .uploader .icon {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 8px;
    min-height: var(--_control);
    min-width: var(--_control);
    border-radius: 10px;
    color: var(--_muted);
  }
  .uploader .small {
    padding: 0 14px;
    font-size: 14px;
    font-weight: 600;
    color: var(--_fg);
    white-space: nowrap;
  }
  .uploader .small svg,
  .uploader .icon svg {
    width: 20px;
    height: 20px;
  }
  @media (hover: hover) {
    .uploader .action:not([disabled]):hover {
      filter: brightness(1.08);
    }
    .uploader .small:hover,
    .uploader .icon:not([aria-disabled='true']):hover {
      color: var(--_fg);
      background: var(--_surface);
    }
  }
  .drop {
    display: grid;
    justify-items: center;
    gap: 16px;
    padding: 48px 24px;
    text-align: center;
    border: 1.5px dashed color-mix(in srgb, var(--_muted) 45%, var(--_bg));
    border-radius: calc(var(--_radius) + 4px);
    background: var(--_surface);
  }
  .drop:focus {
    outline: none;
  }
  .drop-icon {
    display: grid;
    place-items: center;
    width: 56px;
    height: 56px;
    border-radius: 50%;
    color: var(--_accent);
    background: var(--_tint);
  }
  .drop-text {
    display: grid;
    gap: 4px;
    max-width: 44ch;
    text-wrap: balance;
  }
  .drop-actions {
    display: flex;
    flex-wrap: wrap;
    justify-content: center;
    gap: 12px;
  }
  .drop-here {
    position: absolute;
    z-index: 5;
    inset: 0;
    display: grid;
    place-items: center;
    font-size: 19px;
    font-weight: 650;
    color: var(--_accent);
    border: 2px solid var(--_accent);
    border-radius: calc(var(--_radius) + 4px);
    background: color-mix(in srgb, var(--_tint) 94%, transparent);
    pointer-events: none;
  }
  .drop-here span {
    position: sticky;
    inset-block: 40vh;
    display: grid;
    justify-items: center;
    gap: 8px;
  }
  .drop-here svg {
    width: 40px;
    height: 40px;
  }
  @container uploader (min-width: 620px) {
    .drop.compact {
      grid-template-columns: auto 1fr auto;
      align-items: center;
      gap: 20px;
      justify-items: stretch;
      padding: 20px 24px;
      text-align: start;
    }
    .drop.compact .drop-text {
      max-width: none;
    }
  }
  @container uploader (max-width: 619.9px) {
    .drop {
      padding: 32px 20px;
    }
    .drop.compact {
      padding: 20px 16px;
    }
    .drop.compact .drop-icon {
      display: none;
    }
    .drop-actions,
    .drop-actions .action {
      width: 100%;
    }
  }
  ${queueStyles} ${gridStyles}
  @media (prefers-reduced-motion: reduce) {
    .uploader * {
      animation: none;
      transition: none;
    }
  }
`;
