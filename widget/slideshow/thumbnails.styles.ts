import { css } from 'lit';
import { finishStyles } from './finish.styles.ts';

export const thumbnailsStyles = css`
  ${finishStyles}
  .strip::-webkit-scrollbar {
    display: none;
  }
  .strip {
    flex: none;
    position: relative;
    display: flex;
    gap: var(--_gap);
    overflow-x: auto;
    scrollbar-width: none;
    scroll-padding-inline: var(--_thumbnail);
  }
  .thumbnail {
    position: relative;
    flex: none;
    width: var(--_thumbnail);
    min-width: 44px;
    min-height: 44px;
    aspect-ratio: 4/3;
    overflow: hidden;
    border-radius: min(8px, var(--_radius));
    background: var(--_tint, var(--_surface));
  }
  .thumbnail img {
    display: block;
    width: 100%;
    height: 100%;
    object-fit: cover;
  }
  .badge {
    position: absolute;
    inset-block-end: 6px;
    inset-inline-start: 6px;
    display: flex;
    align-items: center;
    padding-inline: 2px 6px;
    border-radius: 99px;
    color: #fff;
    background: rgb(16 18 22 / 0.72);
    font-size: 11px;
    font-variant-numeric: tabular-nums;
  }
  .badge svg {
    width: 16px;
    height: 16px;
    fill: currentColor;
    stroke: none;
  }
  .thumbnail::after {
    content: '';
    position: absolute;
    inset: 0;
    border-radius: inherit;
    border: 3px solid transparent;
  }
  .thumbnail:not([aria-current]):not(:hover) img {
    opacity: 0.82;
  }
  .thumbnail[aria-current]::after {
    border-color: var(--_accent);
    box-shadow: inset 0 0 0 2px var(--_bg);
  }
  .thumbnail:focus-visible {
    outline-offset: -3px;
  }
  .thumbnail:focus-visible::after {
    border-color: var(--_bg);
    inset: 3px;
  }
  .dots {
    flex: none;
    display: flex;
    justify-content: center;
  }
  .dot {
    display: grid;
    place-items: center;
    width: 44px;
    height: 44px;
  }
  .dot::after {
    content: '';
    width: 8px;
    height: 8px;
    border-radius: 99px;
    background: var(--_muted);
    opacity: 0.55;
  }
  .dot[aria-current]::after {
    width: 26px;
    background: var(--_accent);
    opacity: 1;
  }
  .dot:focus-visible {
    outline-offset: -6px;
    border-radius: 99px;
  }
  @media (prefers-reduced-motion: no-preference) {
    .dot::after {
      transition: width 0.2s;
    }
  }
  @media (forced-colors: active) {
    .thumbnail::after {
      border-color: Canvas;
    }
    .thumbnail[aria-current]::after {
      border-color: Highlight;
    }
    .dot::after {
      background: ButtonText;
      forced-color-adjust: none;
    }
    .dot[aria-current]::after {
      background: Highlight;
    }
  }
`;
